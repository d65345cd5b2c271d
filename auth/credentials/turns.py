"""Turns: in which order passwords are hashed, in a few threads, and how long one waits for it.

If they came in the order in which they are sent, those who send most would have most of the turns. So a browser that
was signed in to the account before comes first; then every address with its first password, then every one with its
second, and so on, counted with those that were wrong in the last quarter of an hour. Of equals the newest comes first:
while there are too many, somebody waits too long in any order, and the newest need not be the one.
"""

from __future__ import annotations

import asyncio
import os
from bisect import insort
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from ..errors import TooBusy

T = TypeVar('T')

WAITING_AT_MOST = 1000
"""How many may wait; of more, whoever would come last is told so at once."""

MANY_TRIES = 3
"""Whoever has so many counted against them gets half of the threads at most, so that one is soon free for others."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants a password to be hashed."""

    who: str = ''
    """An address, or a browser."""
    is_known: bool = True
    """Whether it was signed in to the account before, or an administrator asks."""
    tries: float = 0
    """How many attempts are counted against it, without this one."""


@dataclass(slots=True, eq=False)
class _Place:
    claim: Claim
    order: tuple[float, int]
    turn: asyncio.Future[None]

    @property
    def has_many_tries(self) -> bool:
        return self.claim.tries >= MANY_TRIES and not self.claim.is_known


class Turns:
    """Runs what takes long in threads, one for each core.

    :param patience_seconds: who has waited so long is told to come again
    """

    def __init__(self, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix='argon2')
        self._numbers = count()
        self._of_each: Counter[str] = Counter()
        self._waiting: list[_Place] = []
        self._running: list[_Place] = []
        self.on_turn: Callable[[float], None] = lambda seconds: None
        """Told of each turn how long it was waited for, in seconds."""

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many have it."""
        return len(self._running)

    async def run(self, claim: Claim, work: Callable[..., T], *arguments: Any) -> T:
        """Run a function in a thread, when it is its turn.

        :raises TooBusy: if that takes too long
        """
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        place = self._line_up(claim, loop.create_future())
        if not place.turn.done():
            timer = loop.call_later(self._patience, self._send_away, place)
            try:
                await place.turn
            except asyncio.CancelledError:
                self._leave(place)
                raise
            finally:
                timer.cancel()
        place.turn.result()
        self.on_turn(loop.time() - asked_at)
        running = loop.run_in_executor(self._pool, work, *arguments)
        running.add_done_callback(lambda _: self._leave(place))
        return await asyncio.shield(running)  # a thread that works is not free, although nobody waits for it any more

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _line_up(self, claim: Claim, turn: asyncio.Future[None]) -> _Place:
        rank = claim.tries + self._of_each[claim.who] - claim.is_known
        place = _Place(claim, (rank, -next(self._numbers)), turn)
        self._of_each[claim.who] += 1
        insort(self._waiting, place, key=lambda one: one.order)
        self._go_on()
        if len(self._waiting) > WAITING_AT_MOST:
            self._send_away(self._waiting[-1])
        return place

    def _go_on(self) -> None:
        """Give the free threads to whoever comes next."""
        while len(self._running) < self._threads and (place := self._next()) is not None:
            self._waiting.remove(place)
            self._running.append(place)
            place.turn.set_result(None)

    def _next(self) -> _Place | None:
        half = max(1, self._threads // 2)
        is_used_up = sum(place.has_many_tries for place in self._running) >= half
        return next((place for place in self._waiting if not (is_used_up and place.has_many_tries)), None)

    def _send_away(self, place: _Place) -> None:
        if place in self._waiting:
            self._leave(place)
            place.turn.set_exception(TooBusy())

    def _leave(self, place: _Place) -> None:
        for places in (self._waiting, self._running):
            if place in places:
                places.remove(place)
        self._of_each[place.claim.who] -= 1
        if not self._of_each[place.claim.who]:
            del self._of_each[place.claim.who]
        self._go_on()
