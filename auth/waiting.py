"""Pages that were asked for and whose socket has not joined yet: they cost memory and are worth nothing so far.

A browser joins within a second or two; a program that only asks never does. So there is a limit to such pages, for each
address and in all, and they are given up soon. A browser whose page was given up loads it again by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from .log_lines import NowAndThen
from .settings import Settings

log = logging.getLogger('live_sessions')

PLACE = 'live_sessions.place'
"""Where the scope of a request for a page holds its place."""


class WaitingPages:
    """Counts the waiting pages of this process.

    :param settings: the limits
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_network: Counter[str] = Counter()
        self._complaint = NowAndThen()

    def __len__(self) -> int:
        return self._by_network.total()

    def admit(self, network: str) -> Place | None:
        """Give a page a place, or none if too many wait.

        :param network: where its request comes from, as ``Visitor.network`` names it
        """
        if self._by_network[network] >= self._settings.max_waiting_pages_per_address \
                or len(self) >= self._settings.max_waiting_pages:
            if self._complaint.let_through():
                log.warning('a page was refused, because too many wait for their socket (MAX_WAITING_PAGES)%s',
                            self._complaint.others())
            return None
        self._by_network[network] += 1
        return Place(lambda: self._leave(network), self._settings.page_join_seconds)

    def _leave(self, network: str) -> None:
        self._by_network[network] -= 1
        if not self._by_network[network]:
            del self._by_network[network]


class Place:
    """The place of one page, from its request until its socket joins or it is given up.

    :param leave: called once, when it is free again
    :param join_seconds: how long a page may wait after it was sent
    """

    def __init__(self, leave: Callable[[], None], join_seconds: float) -> None:
        self._leave: Callable[[], None] | None = leave
        self._join_seconds = join_seconds
        self._give_up: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def take(self, give_up: Callable[[], None]) -> None:
        """A page was built for the request.

        :param give_up: deletes it; called if nobody joins it in time
        """
        self._give_up = give_up

    def answered(self) -> None:
        """The request was answered: by the page, whose time runs from now on, or by something that costs nothing."""
        if self._give_up is None:
            self.free()
        elif self._leave is not None:
            self._timer = asyncio.get_running_loop().call_later(self._join_seconds, self._too_late)

    def free(self) -> None:
        """The page is used, or gone."""
        if self._leave is not None:
            self._leave()
        self._leave = self._give_up = None
        if self._timer is not None:
            self._timer.cancel()

    def _too_late(self) -> None:
        give_up = self._give_up
        self.free()
        if give_up is not None:
            give_up()
