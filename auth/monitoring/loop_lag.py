"""How late the event loop is: a call is due at intervals, and it is measured how much later it comes."""

from __future__ import annotations

import asyncio

from prometheus_client import Histogram

EVERY_SECONDS = 0.5
"""Two calls a second, however many tabs there are. A hold-up that is over before the next one is due is not seen."""


class LoopLag:
    """Measures from ``start`` to ``stop``.

    :param lag: is told each time
    """

    def __init__(self, lag: Histogram) -> None:
        self._lag = lag
        self._next: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Begin to measure."""
        self._later(asyncio.get_running_loop())

    async def stop(self) -> None:
        """Measure no more."""
        if self._next is not None:
            self._next.cancel()

    def _later(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + EVERY_SECONDS
        self._next = loop.call_at(due, self._measure, loop, due)

    def _measure(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._lag.observe(max(0.0, loop.time() - due))
        self._later(loop)
