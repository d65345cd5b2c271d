"""How many connections this process may hold, by the file descriptors that the system allows it."""

from __future__ import annotations

import sys

RESERVED = 96
"""Kept free for the store's connections and files, listening sockets and the log."""

SHARE_OF_SOCKETS = 0.75
"""Of the others, the share that may be sockets of tabs; the rest answers requests, such as sign-ins and sign-outs."""

_FEWEST = 32
_MOST = 1_000_000  # where the system sets no limit


def raise_limit() -> None:
    """Raise the soft limit to the hard one; a service starts with 1,024 descriptors."""
    if sys.platform == 'win32':
        return
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # not allowed here: keep the soft limit
            return


def connections_in_all() -> int:
    """How many connections there may be. Each may be sent a file from the disk, which takes a second descriptor."""
    return max(_FEWEST, (_limit() - RESERVED) // 2)


def sockets_in_all() -> int:
    """How many of them may be sockets of tabs."""
    return int(connections_in_all() * SHARE_OF_SOCKETS)


def _limit() -> int:
    if sys.platform == 'win32':
        return 8192
    import resource  # noqa: PLC0415

    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _MOST if soft == resource.RLIM_INFINITY else min(soft, _MOST)
