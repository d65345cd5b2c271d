"""Ports that nobody uses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import cache
from heapq import heappop, heappush
from itertools import cycle

from tests.locks import lock_for_good

_FIRST = 10_000
_RANGES = 50
_OF_A_PROCESS = 400

_given_back: list[int] = []


def free_port() -> int:
    """Find a port that nobody uses now.

    :raises RuntimeError: if there is none
    """
    for _ in range(_OF_A_PROCESS):
        port = next(_mine())
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                continue
            return port
    raise RuntimeError('all ports are taken')


def known_port() -> int:
    """Give the port of a server that has ended, else a new one.

    A browser that was there has the scripts of its address already: to compile them anew takes it three times as long.
    The lowest one has been there most often.
    """
    return heappop(_given_back) if _given_back else free_port()


def give_back(port: int) -> None:
    """Let the next server have this port; nobody may look at the one before any more."""
    if port not in _given_back:
        heappush(_given_back, port)


@cache
def _mine() -> Iterator[int]:
    """The ports of this process. They are below those that systems give to outgoing connections, and no other process
    that runs tests has them, be it of this run or of another one: nobody takes one between the moment it is found and
    the moment it is used, or while a server that a test has killed is started again."""
    for number in range(_RANGES):
        if lock_for_good(f'ports-{number}'):
            first = _FIRST + number * _OF_A_PROCESS
            return cycle(range(first, first + _OF_A_PROCESS))
    raise RuntimeError('too many processes run tests here')
