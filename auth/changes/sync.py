"""Whether this process keeps up with the store."""

from __future__ import annotations

import time


class Sync:
    """Out of sync until the tabs first show what is in the store, and whenever they fall too far behind it.

    :param limit_seconds: how far behind is too far
    """

    def __init__(self, limit_seconds: float) -> None:
        self._limit = limit_seconds
        self._synced_at = time.monotonic()
        self._is_out_of_sync = True

    @property
    def is_out_of_sync(self) -> bool:
        """Whether what is known may be wrong, so that nothing protected may be shown."""
        return self._is_out_of_sync

    @property
    def age_seconds(self) -> float:
        """How far the tabs may be behind the store."""
        return time.monotonic() - self._synced_at

    def synced(self, at: float) -> None:
        """The tabs show all that was committed before a moment of ``time.monotonic()``."""
        self._synced_at = at
        if not self._is_too_old():
            self._is_out_of_sync = False

    def falls_out(self) -> bool:
        """Check the clock; True once, when the tabs have just fallen too far behind."""
        if self._is_out_of_sync or not self._is_too_old():
            return False
        self._is_out_of_sync = True
        return True

    def _is_too_old(self) -> bool:
        return self.age_seconds > self._limit
