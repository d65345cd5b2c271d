"""Trouble with the store that goes on: it is tried again several times a second, and told once a minute."""

from __future__ import annotations

import time

TOLD_EVERY_SECONDS = 60.0


class Trouble:
    """Says when the log has to tell that something fails, and when that it works again."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._told = 0.0
        self._event = ''

    def is_news(self, event: str) -> bool:
        """Note that an attempt has failed; True unless the same was told within the last minute."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if event == self._event and now - self._told < TOLD_EVERY_SECONDS:
            return False
        self._event, self._told = event, now
        return True

    def is_over(self) -> float | None:
        """Note that an attempt has succeeded; returns for how many seconds it had failed, or None if it had not."""
        if self._began is None:
            return None
        seconds = time.monotonic() - self._began
        self._began, self._event = None, ''
        return seconds
