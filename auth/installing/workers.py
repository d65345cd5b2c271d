"""Several processes behind one port: what NiceGUI can't be served by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from .cannot_start import CannotStart

_SERVERS = {'uvicorn', 'gunicorn', 'hypercorn', 'granian', 'fastapi'}


def refuse_several_workers(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Refuse an app that a server is to serve by several processes of its own.

    A page is in the memory of the process that has built it, and the socket of its tab would come to any of them.

    :param arguments: what the program was started with, ``sys.argv``
    :raises CannotStart: saying what to do instead
    """
    program = PurePath(arguments[0]) if arguments else PurePath()
    if not _SERVERS & {program.stem, program.parent.name}:  # also "python -m uvicorn"
        return
    told = _workers(arguments[1:])
    if _number(environment.get('WEB_CONCURRENCY', '') if told is None else told) > 1:
        raise CannotStart('Several workers cannot serve NiceGUI: a page is in the memory of the one that has built it, '
                          'and its socket may come to another one. Take --workers (and WEB_CONCURRENCY) away, or '
                          'start several processes, each with a port of its own, as deploy/README.md shows.')


def _workers(arguments: Sequence[str]) -> str | None:
    """What the command line says of workers, the last time it does; it counts before the environment."""
    told = None
    for one, following in zip(arguments, [*arguments[1:], ''], strict=True):
        name, is_with_value, value = one.partition('=')
        if name in {'--workers', '-w'}:
            told = value if is_with_value else following
    return told


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else 1
