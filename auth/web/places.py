"""How many sockets there may be, of whom, and how many of them that have not joined a tab."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from ..settings import Settings
from .descriptors import sockets_in_all

SOCKETS_FOR_A_TAB = 3
"""Sockets that name the same open tab and have not joined it: its own, and the one before that was lost."""


class NoPlace(Exception):
    """There is no place for another socket; the message tells which limit was reached."""


async def _nothing() -> None:
    pass


@dataclass(eq=False, slots=True)
class Socket:
    """One socket, by whichever transport."""

    address: str
    counted_as: str
    """Among those that have not joined: its address, or the tab that it names if that is open."""
    close: Callable[[], Awaitable[None]] = _nothing
    sid: str = ''
    """What Engine.IO calls it."""
    polls: bool = False
    asks: bool = False
    """Whether one of its polls waits for an answer."""
    joined: bool = False
    dropped: bool = False
    upgrading: bool = False
    complained: bool = False
    connects: int = 0
    unhandled: int = 0
    unhandled_size: int = 0
    deadline: asyncio.TimerHandle | None = None


class Places:
    """Gives sockets a place, and counts who has one.

    :param settings: the limits
    :param expects: tells of the id of a page whether it is open and has no socket
    :param too_late: called with a socket that has joined no tab in time
    """

    def __init__(self, settings: Settings, expects: Callable[[str], bool], too_late: Callable[[Socket], None]) -> None:
        self._settings = settings
        self._expects = expects
        self._too_late = too_late
        self._taken: set[Socket] = set()
        self._by_address: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        """Those that have not joined, by what they are counted as."""

    def take(self, address: str, page_id: str) -> Socket:
        """Give a socket a place; it has to join a tab in time.

        A socket that names an open tab is that tab's. It is not counted among the others of its address that have not
        joined, so that these keep nobody out who could open a page.

        :param address: as ``RequestInfo.network`` names it
        :param page_id: which page it says that it belongs to
        :raises NoPlace: if there is none
        """
        settings, in_all = self._settings, self._in_all
        expected = self._expects(page_id)
        counted_as = f'tab {page_id}' if expected else address
        may_wait = SOCKETS_FOR_A_TAB if expected else min(settings.max_waiting_sockets_per_address, in_all // 4)
        of_address = self._by_address[address]
        if len(self._taken) >= in_all:
            raise NoPlace(f'there are {in_all} (MAX_SOCKETS, or as many as the system lets this process have)')
        if of_address >= min(settings.max_sockets_per_address, in_all * 3 // 4):
            raise NoPlace(f'{of_address} are open from there (MAX_SOCKETS_PER_ADDRESS). '
                          'If it is your proxy, name it in TRUSTED_PROXIES')
        if self._waiting[counted_as] >= may_wait:
            raise NoPlace(f'{may_wait} that name one tab have not joined it' if expected else
                          f'{may_wait} from there have not joined a tab yet (MAX_WAITING_SOCKETS_PER_ADDRESS)')
        socket = Socket(address, counted_as)
        self._taken.add(socket)
        self._by_address[address] += 1
        self._wait(socket)
        return socket

    def joined(self, socket: Socket) -> None:
        """It has joined a tab."""
        socket.joined = True
        self.stop_waiting(socket)

    def left(self, socket: Socket) -> None:
        """It has no tab any more, and has to join one anew."""
        if socket.joined and socket in self._taken:
            socket.joined = False
            self._wait(socket)

    def stop_waiting(self, socket: Socket) -> None:
        """It need not join a tab."""
        if socket.deadline is not None:
            socket.deadline.cancel()
            socket.deadline = None
            _take_one(self._waiting, socket.counted_as)

    def give_back(self, socket: Socket) -> None:
        """It has gone."""
        if socket in self._taken:
            self._taken.discard(socket)
            _take_one(self._by_address, socket.address)
            self.stop_waiting(socket)
            socket.close = _nothing  # which would hold the connection

    @cached_property
    def _in_all(self) -> int:
        return self._settings.max_sockets or sockets_in_all()

    def _wait(self, socket: Socket) -> None:
        self._waiting[socket.counted_as] += 1
        seconds = self._settings.socket_join_seconds
        socket.deadline = asyncio.get_running_loop().call_later(seconds, self._too_late, socket)


def _take_one(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if counter[key] <= 0:
        del counter[key]
