# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The way of a socket to Engine.IO, which takes whatever comes: so this stands before it.

A socket has a place (``auth.web.places``) from when it is opened until it is gone. It loses it if it joins no tab in
time, sends what no page sends (``auth.web.frames``), or lets messages pile up. A page whose socket was refused or
dropped connects again by itself: that is what its Socket.IO does.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from string import digits
from typing import Any
from urllib.parse import parse_qs

from engineio.exceptions import EngineIOError
from engineio.payload import Payload
from nicegui import core

from ..requests.asgi import App, Message, Receive, Scope, Send, header
from ..requests.request_info import request_info_of
from ..settings import Settings
from ..timing import Timing
from .frames import MAX_POLLED_PACKETS, Refused, check_body, check_frame, is_connect, is_event
from .log_lines import NowAndThen, printable
from .places import NoPlace, Places, Socket

log = logging.getLogger('live_sessions')

MAX_UNHANDLED = 100
"""Events of one socket that wait, for the store, say; nobody clicks or types as fast as that."""

MAX_UNHANDLED_MESSAGES = 4
"""So many of the largest allowed size may wait, or as much in smaller ones."""

MAX_UNSENT = 1000
"""Messages that wait for one socket to take them: as many as NiceGUI keeps for a tab that is away for a moment."""

MAX_CONNECTS = 5
"""A page connects again through its socket when it was thrown out of its tab. More often, it gets a new socket."""

_NO_DIGITS = str.maketrans('', '', digits)
_KEY = 'live_sessions.socket'
_TOO_LARGE = 1009  # RFC 6455, 7.4.1: the server has read more than it takes
_POLICY = 1008
_GONE: Message = {'type': 'websocket.disconnect', 'code': _POLICY}


class Connections:
    """See the module.

    :param app: NiceGUI's sockets
    :param settings: the limits
    :param expects: tells of the id of a page whether it is open and has no socket
    :param timing: how long it waits for what
    """

    def __init__(self, app: App, settings: Settings, expects: Callable[[str], bool], timing: Timing) -> None:
        self._app = app
        self._timing = timing
        self._settings = settings
        self._places = Places(settings, expects, lambda socket: self._drop(socket, 'it has joined no tab'))
        self._by_sid: dict[str, Socket] = {}
        self._complaints: defaultdict[str, NowAndThen] = defaultdict(NowAndThen)
        self._tasks: set[asyncio.Task[None]] = set()

    def install(self) -> None:
        """Stand before Engine.IO's own handlers, which Socket.IO has set."""
        eio = core.sio.eio
        eio.max_http_buffer_size = self._settings.max_message_bytes
        Payload.max_decode_packets = MAX_POLLED_PACKETS
        self._connect, self._message, self._disconnect = (
            eio.handlers[name] for name in ('connect', 'message', 'disconnect'))
        eio.on('connect', self._connected)
        eio.on('message', self._received)
        eio.on('disconnect', self._disconnected)
        core.sio.async_handlers = False  # here is the task in which an event is handled, so that they can be counted
        core.app.on_startup(lambda: self._start(self._sweep()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket, or one request of a socket that polls."""
        sid, page_id = _asked_for(scope)
        if scope['type'] == 'websocket':
            await self._websocket(scope, receive, send, page_id, sid)
        elif scope['method'] == 'GET' and not sid:
            await self._first_poll(scope, receive, send, page_id)
        elif scope['method'] == 'GET' and self._lives(sid) and not self._by_sid[sid].asks:
            await self._poll(scope, receive, send, self._by_sid[sid])
        elif scope['method'] == 'POST' and self._lives(sid):
            await self._posted(scope, receive, send, self._by_sid[sid])
        else:
            await _refuse(scope, send, 400, 'Bad Request')

    def joined(self, sid: str) -> None:
        """Note that a socket has joined a tab.

        :param sid: what Socket.IO calls it
        """
        socket = self._of(sid)
        if socket is not None:
            self._places.joined(socket)

    def left(self, sid: str) -> None:
        """Note that a socket has no tab any more; it has to join one anew."""
        socket = self._of(sid)
        if socket is not None:
            self._places.left(socket)

    def is_first_complaint(self, sid: str) -> bool:
        """Tell whether to write into the log what a socket has done: once for each, however often it does it."""
        socket = self._of(sid)
        first = socket is not None and not socket.complained
        if socket is not None:
            socket.complained = True
        return first

    def _of(self, sid: str) -> Socket | None:
        return self._by_sid.get(core.sio.manager.eio_sid_from_sid(sid, '/') or '')

    def _lives(self, sid: str) -> bool:
        known = core.sio.eio.sockets.get(sid)
        return sid in self._by_sid and known is not None and not known.closed

    # ---------------------------------------------------------------- transports

    async def _websocket(self, scope: Scope, receive: Receive, send: Send, page_id: str, sid: str) -> None:
        polling = self._by_sid.get(sid) if self._lives(sid) else None
        if sid and (polling is None or polling.upgrading):
            await _refuse(scope, send, 400, 'Bad Request')
            return

        async def close() -> None:
            with suppress(Exception):  # it has gone meanwhile
                await send({'type': 'websocket.close', 'code': _POLICY})

        socket = await self._take_place(scope, send, page_id)
        if socket is None:
            return
        socket.close = close
        scope[_KEY] = socket
        try:
            if polling is None:
                await self._app(scope, self._checked(receive, socket), send)
            else:
                await self._upgrade(scope, self._checked(receive, socket, polling), send, polling, close)
        finally:
            self._places.give_back(socket)
            if polling is None:
                await self._end_session(socket.sid)

    async def _upgrade(self, scope: Scope, receive: Receive, send: Send, polling: Socket,
                       close: Callable[[], Awaitable[None]]) -> None:
        """Let a socket that polls go over to a websocket; if that comes to nothing, it polls on."""
        until_now, polling.close, polling.upgrading = polling.close, close, True
        try:
            await self._app(scope, receive, send)
        finally:
            known = core.sio.eio.sockets.get(polling.sid)
            if known is not None and not known.upgraded and not polling.dropped:
                known.upgrading = False  # or it would be told to wait for the websocket for ever
                polling.close = until_now
            else:
                await self._end_session(polling.sid)

    def _checked(self, receive: Receive, socket: Socket, polling: Socket | None = None) -> Receive:
        """Let frames through that pages send; at another one, the socket has gone, for Engine.IO.

        :param polling: the socket that goes over to this one
        """
        whole = polling or socket

        async def receiving() -> Message:
            message = await receive()
            if message['type'] == 'websocket.disconnect' and message.get('code') == _TOO_LARGE:
                self._drop(whole, self._too_large())
            if message['type'] != 'websocket.receive':
                return message
            if socket.dropped or whole.dropped:
                return _GONE
            frame: str | bytes = message.get('text') or message.get('bytes') or ''
            try:
                check_frame(frame, upgrading=polling is not None)
            except Refused as error:
                self._drop(whole, f'it sent {error}')
                return _GONE
            if frame == '5':
                self._places.stop_waiting(socket)  # what it belongs to has a deadline of its own
            return message

        return receiving

    async def _first_poll(self, scope: Scope, receive: Receive, send: Send, page_id: str) -> None:
        socket = await self._take_place(scope, send, page_id)
        if socket is None:
            return

        async def close() -> None:
            await self._end_session(socket.sid)

        socket.close = close
        scope[_KEY], socket.polls = socket, True
        try:
            await self._app(scope, receive, send)
        finally:
            if not socket.sid:  # Engine.IO wanted none of it
                self._places.give_back(socket)

    async def _poll(self, scope: Scope, receive: Receive, send: Send, socket: Socket) -> None:
        """Answer a poll; a browser sends one at a time, and very many would take up all connections."""
        socket.asks = True
        try:
            await self._app(scope, receive, send)
        finally:
            socket.asks = False

    async def _posted(self, scope: Scope, receive: Receive, send: Send, socket: Socket) -> None:
        limit = self._settings.max_message_bytes
        try:
            body = await _read(scope, receive, limit)
            if body is None:
                raise Refused(self._too_large())
            if not body:
                raise Refused('nothing')
            check_body(body)
        except Refused as error:
            self._drop(socket, f'it sent {error}')
            await _refuse(scope, send, 400, 'Bad Request')
            return
        scope['headers'] = [*((name, value) for name, value in scope['headers'] if name != b'content-length'),
                            (b'content-length', str(len(body)).encode())]
        await self._app(scope, _again(body, receive), send)

    # ---------------------------------------------------------------- refusals

    async def _take_place(self, scope: Scope, send: Send, page_id: str) -> Socket | None:
        """Give a new socket a place; where there is none, it is turned away."""
        try:
            return self._places.take(request_info_of(scope).network, page_id)
        except NoPlace as error:
            await self._turn_away(scope, send, error)
            return None

    async def _turn_away(self, scope: Scope, send: Send, error: NoPlace) -> None:
        if (complaint := self._complaint_of(f'{error}')).let_through():
            address = printable(request_info_of(scope).network)
            log.warning('turned away a socket of %s: %s%s', address, error, complaint.others())
        await _refuse(scope, send, 503, 'There are too many sockets. Try again in a moment.')

    def _drop(self, socket: Socket, why: str) -> None:
        if socket.dropped:
            return
        socket.dropped = True
        if (complaint := self._complaint_of(why)).let_through():
            log.warning('dropped a socket of %s: %s%s', printable(socket.address), why, complaint.others())
        self._start(socket.close())

    def _complaint_of(self, why: str) -> NowAndThen:
        """The complaints of one kind; how many of something there are is no kind."""
        return self._complaints[why.translate(_NO_DIGITS)]

    def _too_large(self) -> str:
        return f'a message of more than {self._settings.max_message_bytes} bytes (MAX_MESSAGE_BYTES)'

    # ---------------------------------------------------------------- Engine.IO

    async def _connected(self, sid: str, environ: dict[str, Any]) -> Any:
        socket: Socket | None = environ['asgi.scope'].pop(_KEY, None)
        if socket is None:  # it has come by another way
            return False
        socket.sid = sid
        self._by_sid[sid] = socket
        return await self._connect(sid, environ)

    async def _received(self, sid: str, message: str) -> None:
        socket = self._by_sid.get(sid)
        if socket is None or socket.dropped:
            return
        if is_connect(message):
            socket.connects += 1
            if socket.connects > MAX_CONNECTS or core.sio.manager.sid_from_eio_sid(sid, '/') is not None:
                self._drop(socket, 'it connected again and again')
                return
        if not is_event(message):
            await self._message(sid, message)
            return
        socket.unhandled += 1
        socket.unhandled_size += len(message)
        most = MAX_UNHANDLED_MESSAGES * self._settings.max_message_bytes
        if socket.unhandled > MAX_UNHANDLED or socket.unhandled_size > most:
            self._drop(socket, 'its events came faster than they could be handled')
        self._start(self._handle(socket, message))

    async def _handle(self, socket: Socket, message: str) -> None:
        try:
            if not socket.dropped:
                await self._message(socket.sid, message)
        except Exception:
            log.exception('an event could not be handled, and its socket is dropped')
            self._drop(socket, 'its event could not be handled')
        finally:
            socket.unhandled -= 1
            socket.unhandled_size -= len(message)

    async def _disconnected(self, sid: str, reason: str) -> None:
        await self._disconnect(sid, reason)
        socket = self._by_sid.pop(sid, None)
        if socket is not None and socket.polls:  # else it has gone when its websocket has
            self._places.give_back(socket)

    async def _end_session(self, sid: str) -> None:
        """Make Engine.IO forget a socket, without waiting until it has taken what was sent to it."""
        known = core.sio.eio.sockets.get(sid)
        if known is not None:
            with suppress(EngineIOError):
                await known.close(wait=False)

    async def _sweep(self) -> None:
        """Drop sockets that do not take what they are sent."""
        while True:
            await asyncio.sleep(self._timing.pile_check_seconds)
            for sid, known in list(core.sio.eio.sockets.items()):
                if known.queue.qsize() > MAX_UNSENT and sid in self._by_sid:
                    self._drop(self._by_sid[sid], 'it takes nothing of what it is sent')

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _asked_for(scope: Scope) -> tuple[str, str]:
    """Which session of Engine.IO a request names, and which page; the rest would be held as long as the tab is open."""
    query = parse_qs(scope['query_string'].decode('latin-1'))
    return query.get('sid', [''])[0], query.get('client_id', [''])[0]


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """Read a body; None if it is longer than allowed."""
    announced = header(scope, b'content-length') or '0'
    if not announced.isdecimal() or int(announced[:20]) > limit:
        return None
    body = bytearray()
    while True:
        message = await receive()
        body += message.get('body', b'')
        if len(body) > limit:
            return None
        if message['type'] != 'http.request' or not message.get('more_body'):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """What has been read, to be read once more."""
    left = [body]

    async def receiving() -> Message:
        return {'type': 'http.request', 'body': left.pop(), 'more_body': False} if left else await receive()

    return receiving


async def _refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    if scope['type'] == 'websocket':
        await send({'type': 'websocket.close'})  # which is answered with 403
        return
    body = text.encode()
    await send({'type': 'http.response.start', 'status': status,
                'headers': [(b'content-type', b'text/plain; charset=utf-8'), (b'cache-control', b'no-store'),
                            (b'content-length', str(len(body)).encode())]})
    await send({'type': 'http.response.body', 'body': body})
