"""Whether the clock was set back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

AT_LEAST_SECONDS = 1.0
"""By less it is set all the time, where it is kept right."""


class WatchedClock:
    """Compares the clock with one that cannot be set.

    :param now: the clock
    :param steady: one that only counts
    """

    def __init__(self, now: Callable[[], datetime], steady: Callable[[], float] = time.monotonic) -> None:
        self._now, self._steady = now, steady
        self._seen = now(), steady()

    def set_back_by(self) -> float | None:
        """By how many seconds it was set back since this was asked last; None if it was not."""
        before, steady_before = self._seen
        self._seen = now, steady = self._now(), self._steady()
        behind = (steady - steady_before) - (now - before).total_seconds()
        return behind if behind >= AT_LEAST_SECONDS else None
