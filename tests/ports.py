"""Ports that nobody uses."""

from __future__ import annotations

import os
import socket
from itertools import cycle

_FIRST, _RANGES, _OF_A_RANGE = 10_000, 22, 1000
_RUN, _WORKER = os.getppid(), int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))
_START = _FIRST + (_RUN + _WORKER) % _RANGES * _OF_A_RANGE
_MINE = cycle(range(_START, _START + _OF_A_RANGE))
"""Each worker has its own, below those that systems give to outgoing connections: nobody takes one between the moment
it is found and the moment it is used, or while a server that a test has killed is started again."""


def free_port() -> int:
    """Find a port that nobody uses now.

    :raises RuntimeError: if there is none
    """
    for _ in range(_OF_A_RANGE):
        port = next(_MINE)
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                continue
            return port
    raise RuntimeError('all ports are taken')
