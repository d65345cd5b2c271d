"""Trouble with the store that goes on: it is tried again several times a second, and told once a minute."""

from __future__ import annotations

import logging
import time

log = logging.getLogger('live_sessions')

TOLD_EVERY_SECONDS = 60.0


class Trouble:
    """Tells in the log that something fails, that it still does, and that it is over."""

    def __init__(self) -> None:
        self._began = self._told = 0.0
        self._what = ''

    def goes_on(self, what: str, error: BaseException | None, *, event: str) -> None:
        """Tell that an attempt has failed, unless the same was told within the last minute."""
        now = time.monotonic()
        self._began = self._began or now
        if event != self._what or now - self._told >= TOLD_EVERY_SECONDS:
            self._what, self._told = event, now
            log.warning('%s: %s', what, error, extra={'event': event})

    def is_over(self) -> None:
        """Tell that it works again, if it did not."""
        if self._began:
            log.warning('in sync with the store again, after %.1f s', time.monotonic() - self._began,
                        extra={'event': 'in_sync'})
            self._began, self._what = 0.0, ''
