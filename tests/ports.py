"""Ports that nobody uses."""

from __future__ import annotations

import os
import socket
from itertools import cycle

_FIRST = 10_000
_OF_A_WORKER = 1000
_WORKER = int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))
_MINE = cycle(range(_FIRST + _WORKER % 20 * _OF_A_WORKER, _FIRST + (_WORKER % 20 + 1) * _OF_A_WORKER))
"""Each worker has its own, below those that systems give to outgoing connections: nobody takes one between the moment
it is found and the moment it is used, or while a server that a test has killed is started again."""


def free_port() -> int:
    """Find a port that nobody uses now.

    :raises RuntimeError: if there is none
    """
    for _ in range(_OF_A_WORKER):
        port = next(_MINE)
        with socket.socket() as probe:
            try:
                probe.bind(('127.0.0.1', port))
            except OSError:
                continue
            return port
    raise RuntimeError('all ports are taken')
