"""How requests are served by uvicorn: for how long they may be on their way, and how many at once.

uvicorn waits without end for the rest of a header or a body, and for a client to take what it was sent. The classes
here extend its protocols, and use names of theirs that are no documented interface; tests/security/test_serving.py
fails when an upgrade changes one of them.

httptools is chosen over h11 because it is several times faster; it has no limit for a header, so that one is here.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from itertools import chain
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets import http11

from ..requests.asgi import App
from ..settings import Settings
from ..timing import DEFAULT_TIMING, Timing
from .descriptors import connections_in_all, raise_limit
from .log_lines import NowAndThen

log = logging.getLogger('live_sessions')

MAX_HEADER_BYTES = 64 * 1024
"""Of a request, its address included; browsers and proxies send a few KiB."""

BODY_BYTES_A_SECOND = 16 * 1024
"""An upload to a route of an author's may take as long as it likes while it is at least so fast."""

MAX_PIPELINED = 16
"""Requests that a connection sends before the first is answered. Browsers send one."""

MAX_FRAGMENTS = 1024
"""Parts of one message of a websocket. Browsers send one; empty ones would be free."""

TAKEN_AT_ONCE = 64
"""Connections that are taken in before those that are there have their turn."""


def serve(app: App, settings: Settings, listener: socket.socket, timing: Timing) -> None:
    """Serve an app until the process is told to stop."""
    raise_limit()
    if hasattr(socket, 'TCP_USER_TIMEOUT'):  # connections have it from their listener
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(timing.unread_seconds * 1000))
    http11.MAX_LINE_LENGTH = MAX_HEADER_BYTES  # else a browser with 8 KiB of cookies would get its pages, and no socket
    http = type('Http', (Http,), {'seconds': settings.request_seconds, 'timing': timing})
    websocket = type('WebSocket', (WebSocket,), {'timing': timing})
    config = uvicorn.Config(
        app, http=http, ws=websocket, log_level='warning', log_config=None, access_log=False, server_header=False,
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # it would keep 34 KiB for every open tab, and messages are small
        proxy_headers=bool(settings.trusted_proxies), forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=3)
    Server(config, listener, connections_in_all(), timing).run()


class Server(uvicorn.Server):
    """Takes in as many connections as there is room for; the others wait in the queue of the system until there is.

    Event loops take in whatever comes, also a crowd for which there are no descriptors.
    """

    def __init__(self, config: uvicorn.Config, listener: socket.socket, in_all: int, timing: Timing) -> None:
        super().__init__(config)
        self._timing = timing
        self._listener = listener
        self._in_all = in_all
        self._coming: set[asyncio.Task[None]] = set()
        self._complaint = NowAndThen()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, and then listen."""
        self._sweep = asyncio.create_task(Http.sweep(), name='unfinished requests')
        if sys.platform == 'win32':  # whose event loop watches no sockets for others
            await super().startup(sockets=[self._listener])
            return
        await super().startup(sockets=[])
        self._listener.setblocking(False)
        self._listen()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, and let what has begun come to its end."""
        if sys.platform != 'win32':
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
        await super().shutdown(sockets)
        self._sweep.cancel()

    def _listen(self) -> None:
        if self._listener.fileno() != -1:
            asyncio.get_running_loop().add_reader(self._listener, self._take_some)

    def _take_some(self) -> None:
        """Take in some, so that those that were taken in before have their turn in between."""
        for _ in range(TAKEN_AT_ONCE):
            if len(self.server_state.connections) + len(self._coming) >= self._in_all and not Http.make_room():
                self._pause()
                return
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError:  # it has gone already, or there is no descriptor left after all
                self._pause()
                return
            task = asyncio.ensure_future(self._take_in(connection))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _take_in(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.connect_accepted_socket(self._protocol, connection)
        except OSError:  # it has gone already
            connection.close()

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        loop.call_later(self._timing.room_check_seconds, self._listen)
        if self._complaint.let_through():
            log.warning('all %d connections are taken, and others wait%s', self._in_all, self._complaint.others())


class Http(HttpToolsProtocol):
    """A connection on which requests arrive within their time, or it ends.

    A request that arrives whole at once, as nearly all do, costs no timer: one sweep looks at those that have begun.
    """

    seconds: ClassVar[float] = 10
    timing: ClassVar[Timing] = DEFAULT_TIMING
    waited_for: ClassVar[dict[Http, None]] = {}
    """The connections on which a request is on its way, the first one included, the oldest first."""
    idle: ClassVar[dict[Http, None]] = {}
    """Those that have been answered and may ask again, the oldest first."""
    answered: ClassVar[dict[Http, None]] = {}
    """Those that are being answered, the oldest first; one that takes its answer very slowly gives way to others."""

    reading: str = ''
    """What is on its way: ``'header'``, ``'body'`` or nothing."""
    since = 0.0
    """Since when; or since when it is idle, or being answered."""
    _bytes = 0
    _is_listed = False  # among those that are waited for; asking the dict would cost every request
    _stops = False
    _is_websockets = False

    @classmethod
    def make_room(cls) -> bool:
        """End the connection that has kept its place longest for the least; tells whether there is one."""
        settled, unread = cls.timing.settled_seconds, cls.timing.unread_seconds
        for waiting, seconds in ((cls.waited_for, settled), (cls.idle, settled), (cls.answered, unread)):
            oldest = next(iter(waiting), None)
            if oldest is not None and oldest.loop.time() - oldest.since > seconds:
                oldest.transport.abort()
                oldest.stop()
                return True
        return False

    @classmethod
    async def sweep(cls) -> None:
        """End those whose requests take too long, again and again."""
        while True:
            await asyncio.sleep(min(cls.seconds / 10, 0.5))
            for connection in list(cls.waited_for):
                connection.end_if_too_late()

    def connection_made(self, transport: asyncio.Transport) -> None:
        """The first request is awaited."""
        super().connection_made(transport)
        self._await('header')
        self._list()

    def data_received(self, data: bytes) -> None:
        """Read what has come."""
        if not self.reading:
            self.idle.pop(self, None)
            self._await('header')
        self._bytes += len(data)
        super().data_received(data)
        if self.reading and not self._is_listed:
            self._list()
        if self.reading == 'header' and self._bytes > MAX_HEADER_BYTES:
            self._answer_and_close(b'431 Request Header Fields Too Large')

    def on_message_begin(self) -> None:
        """A header has begun."""
        super().on_message_begin()
        if self.reading != 'header':  # after another request, in one piece
            self._await('header')

    def on_headers_complete(self) -> None:
        """The header is whole."""
        if self._bytes > MAX_HEADER_BYTES and sum(map(len, chain(*self.headers)), len(self.url)) > MAX_HEADER_BYTES:
            raise ValueError('the header is too large')  # the parser has it answered with 400
        self._await('body')
        super().on_headers_complete()
        if len(self.pipeline) > MAX_PIPELINED:
            self.transport.abort()

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self._is_listed:
            self._unlist()
        self.reading = ''
        self.since = self.loop.time()
        self.answered[self] = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The next request is awaited, unless it is here already, and asks for a websocket.

        An app may tell that an answer is whole after the other side has read all of it. uvicorn would then end the
        websocket as a connection on which nobody asks for anything.
        """
        if self._is_websockets:
            return
        super().on_response_complete()
        if not self.pipeline:
            self.answered.pop(self, None)
            if not self.reading:
                self.since = self.loop.time()
                self.idle[self] = None

    def handle_websocket_upgrade(self) -> None:
        """From now on it is a websocket's."""
        self._is_websockets = True
        self.stop()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self.stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops: what is on its way has a last moment."""
        super().shutdown()
        if self.reading:
            self.loop.call_later(self.timing.last_seconds, self.end_if_too_late)
            self._stops = True

    def stop(self) -> None:
        """Wait for nothing."""
        self.reading = ''
        self._unlist()
        for waiting in (self.idle, self.answered):
            waiting.pop(self, None)

    def end_if_too_late(self) -> None:
        """End it if its request has taken longer than it may."""
        if self.flow.read_paused:  # it is the app that does not read
            self.since = self.loop.time()
        allowed = self.seconds + (self._bytes / BODY_BYTES_A_SECOND if self.reading == 'body' else 0)
        if self.reading and self._stops:
            self._answer_and_close(b'503 Service Unavailable')
        elif self.reading and self.since + allowed <= self.loop.time():
            self._answer_and_close(b'408 Request Timeout')

    def _await(self, what: str) -> None:
        if self._is_listed:  # since longer ago; it goes to the end
            self._unlist()
        self.reading, self.since, self._bytes = what, self.loop.time(), 0

    def _list(self) -> None:
        self.waited_for[self] = None
        self._is_listed = True

    def _unlist(self) -> None:
        self.waited_for.pop(self, None)
        self._is_listed = False

    def _answer_and_close(self, status: bytes) -> None:
        if not self.cycle or self.cycle.response_complete:
            self.transport.write(b'HTTP/1.1 ' + status + b'\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
        self.stop()
        self.transport.close()


class WebSocket(WebSocketsSansIOProtocol):
    """A websocket that has to take what it is sent."""

    timing: ClassVar[Timing] = DEFAULT_TIMING
    _unread: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.close_timeout = self.timing.close_seconds

    def data_received(self, data: bytes) -> None:
        """Read what has come. What comes first is the whole header, as ``Http`` has read it."""
        super().data_received(data)
        if not self.handshake_initiated:
            self.transport.abort()  # the header is none that this protocol can read, and nothing would ever end it

    def pause_writing(self) -> None:
        """It takes nothing more."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.timing.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._stop()
        super().connection_lost(exc)

    def handle_ping(self) -> None:
        """Answer, unless the answers are left lying: then they would pile up here."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def handle_cont(self, event: Any) -> None:
        """Take a part of a message."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def _stop(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
