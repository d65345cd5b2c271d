"""Pages that were requested and whose socket has not joined yet: they take memory and may be of no use.

A browser joins within a second or two; a program that only sends requests never does. So the number of such pages is
limited, for each address and in all, and they are deleted soon. A browser whose page was deleted reloads it by itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable

from ..settings import Settings
from .log_lines import NowAndThen

log = logging.getLogger('live_sessions')

PLACE = 'live_sessions.place'
"""The key under which the scope of a request holds the place of its page."""


class WaitingPages:
    """Counts the waiting pages of this process.

    :param settings: the limits
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_network: defaultdict[str, dict[Place, None]] = defaultdict(dict)
        """The places of each network, the oldest first."""
        self._complaint = NowAndThen()

    def __len__(self) -> int:
        return sum(map(len, self._by_network.values()))

    def admit(self, network: str) -> Place | None:
        """Give a page a place; None if too many wait.

        :param network: where its request comes from, as ``RequestInfo.network`` names it
        """
        waiting = len(self._by_network.get(network, ()))
        is_full = len(self) >= self._settings.max_waiting_pages
        if waiting >= self._settings.max_waiting_pages_per_address or (is_full and not self._make_room(waiting + 1)):
            if self._complaint.let_through():
                log.warning('a page was refused, because too many wait for their socket (MAX_WAITING_PAGES). If all '
                            'visitors come from one address, name your proxy in TRUSTED_PROXIES%s',
                            self._complaint.others(), extra={'event': 'page_refused'})
            return None
        place = Place(lambda: self._leave(network, place), self._settings.page_join_seconds)
        self._by_network[network][place] = None
        return place

    def _make_room(self, fewer: int) -> bool:
        """Delete the oldest page of the network that has most, if it has more: a flood must not keep others out."""
        most = max(self._by_network.values(), key=len)
        oldest = next((place for place in most if place.is_answered), None)
        if len(most) <= fewer or oldest is None:
            return False
        oldest.give_up()
        return True

    def _leave(self, network: str, place: Place) -> None:
        del self._by_network[network][place]
        if not self._by_network[network]:
            del self._by_network[network]


class Place:
    """The place of one page, from its request until its socket joins or it is deleted.

    :param leave: called once, when the place is free again
    :param join_seconds: how long a page may wait after it was sent
    """

    def __init__(self, leave: Callable[[], None], join_seconds: float) -> None:
        self._leave: Callable[[], None] | None = leave
        self._join_seconds = join_seconds
        self._give_up: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the page was sent."""
        return self._timer is not None

    def take(self, give_up: Callable[[], None]) -> None:
        """Note that a page was built for the request.

        :param give_up: deletes it; called if nobody joins it in time
        """
        self._give_up = give_up

    def answered(self) -> None:
        """Note that the request was answered: with a page, whose time runs from now on; else the place is free."""
        if self._give_up is None:
            self.free()
        elif self._leave is not None:
            self._timer = asyncio.get_running_loop().call_later(self._join_seconds, self.give_up)

    def free(self) -> None:
        """Free the place: the page is in use, or gone."""
        if self._leave is not None:
            self._leave()
        self._leave = self._give_up = None
        if self._timer is not None:
            self._timer.cancel()

    def give_up(self) -> None:
        """Delete the page: no socket has joined it."""
        give_up = self._give_up
        self.free()
        if give_up is not None:
            give_up()
