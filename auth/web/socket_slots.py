"""How many sockets there may be: in all, from one address, and of those that have not joined a tab."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import cached_property

from ..settings import Settings
from .descriptors import sockets_in_all
from .sockets import Socket, do_nothing

SOCKETS_FOR_A_TAB = 3
"""Sockets that name the same open tab and have not joined it: its own, and the one before that was lost."""


class NoSlot(Exception):
    """There is no slot for another socket; the message says which limit was reached."""


class SocketSlots:
    """Gives each socket a slot from when it is opened until it is gone, and counts them.

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
        """Give a new socket a slot; it has to join a tab in time.

        A socket that names an open tab counts for that tab, not for its address. So whoever could open a page gets a
        socket for it, however many sockets of the same address never join.

        :param address: as ``RequestInfo.network`` names it
        :param page_id: which page it says that it belongs to
        :raises NoSlot: if a limit is reached
        """
        settings, in_all = self._settings, self._in_all
        expected = self._expects(page_id)
        counted_as = f'tab {page_id}' if expected else address
        may_wait = SOCKETS_FOR_A_TAB if expected else min(settings.max_waiting_sockets_per_address, in_all // 4)
        of_address = self._by_address[address]
        if len(self._taken) >= in_all:
            raise NoSlot(f'there are {in_all} (MAX_SOCKETS, or as many as the system lets this process have)')
        if of_address >= min(settings.max_sockets_per_address, in_all * 3 // 4):
            raise NoSlot(f'{of_address} are open from there (MAX_SOCKETS_PER_ADDRESS). '
                          'If it is your proxy, name it in TRUSTED_PROXIES')
        if self._waiting[counted_as] >= may_wait:
            raise NoSlot(f'{may_wait} that name one tab have not joined it' if expected else
                          f'{may_wait} from there have not joined a tab yet (MAX_WAITING_SOCKETS_PER_ADDRESS)')
        socket = Socket(address, counted_as)
        self._taken.add(socket)
        self._by_address[address] += 1
        self._wait(socket)
        return socket

    def joined(self, socket: Socket) -> None:
        """Note that a socket has joined a tab."""
        socket.joined = True
        self.stop_waiting(socket)

    def left(self, socket: Socket) -> None:
        """Note that a socket has left its tab; it has to join one again."""
        if socket.joined and socket in self._taken:
            socket.joined = False
            self._wait(socket)

    def stop_waiting(self, socket: Socket) -> None:
        """Stop waiting for a socket to join a tab."""
        if socket.deadline is not None:
            socket.deadline.cancel()
            socket.deadline = None
            _take_one(self._waiting, socket.counted_as)

    def give_back(self, socket: Socket) -> None:
        """Take the slot back: the socket is gone."""
        if socket in self._taken:
            self._taken.discard(socket)
            _take_one(self._by_address, socket.address)
            self.stop_waiting(socket)
            socket.close = do_nothing  # the other function would keep the connection in memory

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
