"""What came within this minute, by where from: counted in one process, at no cost to the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


class Minute:
    """Counts until the minute is over, and begins anew.

    :param seconds: a clock
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._number: int = 0
        self._counted = Counter[str]()

    @property
    def seconds_left(self) -> float:
        """How long it lasts."""
        return 60 - self._seconds() % 60

    def add(self, who: str) -> int:
        """Count one; returns how many there were of them."""
        self._now()[who] += 1
        return self._counted[who]

    def of(self, who: str) -> int:
        """How many there were of them."""
        return self._now()[who]

    def total(self) -> int:
        """How many there were of all."""
        return self._now().total()

    def _now(self) -> Counter[str]:
        number = int(self._seconds() // 60)
        if number != self._number:
            self._number = number
            self._counted = Counter[str]()
        return self._counted
