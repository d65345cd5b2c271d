"""How many connections are open at once: a uvicorn server that accepts no more than it can serve.

It uses names of uvicorn that are no documented interface; tests/security/test_serving.py fails when one changes.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from typing import Any

import uvicorn

from ..timing import Timing
from .http_protocol import Http
from .log_lines import NowAndThen

log = logging.getLogger('live_sessions')

ACCEPTED_AT_ONCE = 64
"""Connections that are accepted before the event loop serves those that are open."""


class Server(uvicorn.Server):
    """Accepts as many connections as there are descriptors for; the others wait in the queue of the system.

    An event loop would accept every connection, and fail when there is no descriptor left.
    """

    def __init__(self, config: uvicorn.Config, listener: socket.socket, in_all: int, timing: Timing) -> None:
        super().__init__(config)
        self._timing = timing
        self._listener = listener
        self._in_all = in_all
        self._coming: set[asyncio.Task[None]] = set()
        self._complaint = NowAndThen()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then listen."""
        self._sweep = asyncio.create_task(Http.sweep(), name='unfinished requests')
        if sys.platform == 'win32':  # its event loop has no add_reader
            await super().startup(sockets=[self._listener])
            return
        await super().startup(sockets=[])
        self._listener.setblocking(False)
        self._listen()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and let requests that have begun finish."""
        if sys.platform != 'win32':
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
        await super().shutdown(sockets)
        self._sweep.cancel()

    def _listen(self) -> None:
        if self._listener.fileno() != -1:
            asyncio.get_running_loop().add_reader(self._listener, self._accept_some)

    def _accept_some(self) -> None:
        """Accept some, then let the event loop serve those that are open."""
        for _ in range(ACCEPTED_AT_ONCE):
            if len(self.server_state.connections) + len(self._coming) >= self._in_all and not Http.make_room():
                self._pause()
                return
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError:  # the client has gone, or there is no descriptor left after all
                self._pause()
                return
            task = asyncio.ensure_future(self._attach(connection))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _attach(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.connect_accepted_socket(self._protocol, connection)
        except OSError:  # the client has gone
            connection.close()

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(self._timing.room_check_seconds, self._listen)
        if self._complaint.let_through():
            log.warning('all %d connections are taken, and others wait%s', self._in_all, self._complaint.others(),
                        extra={'event': 'connections_all_taken'})
