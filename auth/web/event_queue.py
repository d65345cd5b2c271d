"""Events that a socket has sent and that wait to be handled: each in a task of its own, and only so many."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from .sockets import Socket

log = logging.getLogger('live_sessions')

MAX_UNHANDLED = 100
"""Events of one socket that wait, for the store, say; nobody clicks or types as fast as that."""

MAX_UNHANDLED_MESSAGES = 4
"""So many of the largest allowed size may wait, or as much in smaller ones."""


class EventQueue:
    """Handles events, and counts those that wait.

    :param handle: handles an event of a socket, by its id in Engine.IO
    :param drop: called with a socket that sends too much, or an event that can't be handled, and why
    :param max_message_bytes: the largest message allowed
    """

    def __init__(self, handle: Callable[[str, str], Awaitable[None]], drop: Callable[[Socket, str], None],
                 max_message_bytes: int) -> None:
        self._handle = handle
        self._drop = drop
        self._most = MAX_UNHANDLED_MESSAGES * max_message_bytes
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, socket: Socket, message: str) -> None:
        """Have an event handled."""
        socket.unhandled += 1
        socket.unhandled_size += len(message)
        if socket.unhandled > MAX_UNHANDLED or socket.unhandled_size > self._most:
            self._drop(socket, 'its events came faster than they could be handled')
        task = asyncio.ensure_future(self._run(socket, message))
        self._tasks.add(task)  # the event loop holds tasks weakly
        task.add_done_callback(self._tasks.discard)

    async def _run(self, socket: Socket, message: str) -> None:
        try:
            if not socket.dropped:
                await self._handle(socket.sid, message)
        except Exception:
            log.exception('an event could not be handled, and its socket is dropped',
                          extra={'event': 'event_failed'})
            self._drop(socket, 'its event could not be handled')
        finally:
            socket.unhandled -= 1
            socket.unhandled_size -= len(message)
