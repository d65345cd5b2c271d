# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""In front of Engine.IO, which accepts any socket and any frame: the way in for websockets and for sockets that poll.

A socket has a slot (``auth.web.socket_slots``) from when it is opened until it is gone. It is dropped if it joins no
tab in time, sends what no page sends (``auth.web.frames``), or lets messages pile up. A page whose socket was refused
or dropped connects again by itself: its Socket.IO does that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs

from engineio.exceptions import EngineIOError
from engineio.payload import Payload
from nicegui import core

from ..errors import TooManySockets
from ..requests.asgi import App, Message, Receive, Scope, Send
from ..requests.request_info import request_info_of
from ..settings import Settings
from ..timing import Timing
from .bodies import BrokenOff, read_body, refuse, replay
from .event_queue import EventQueue
from .frames import MAX_POLLED_PACKETS, Refused, check_body, check_frame, is_connect, is_event
from .refused_sockets import RefusedSockets
from .socket_slots import NoSlot, SocketSlots
from .sockets import Socket

MAX_UNSENT = 1000
"""Messages that wait for one socket to read them: as many as NiceGUI keeps for a tab that is away for a moment."""

MAX_CONNECTS = 5
"""A page connects again through the same socket when it was put out of its tab. Beyond this, it needs a new socket."""

_KEY = 'live_sessions.socket'
_TOO_LARGE = 1009  # RFC 6455, 7.4.1: the server has read more than it takes
_POLICY = 1008
_GONE: Message = {'type': 'websocket.disconnect', 'code': _POLICY}


class Connections:
    """The way in for sockets.

    :param app: NiceGUI's sockets
    :param settings: the limits
    :param expects: tells of the id of a page whether it is open and has no socket
    :param timing: how often it looks for messages that pile up
    """

    def __init__(self, app: App, settings: Settings, expects: Callable[[str], bool], timing: Timing) -> None:
        self._app = app
        self._timing = timing
        self._settings = settings
        self._refused = RefusedSockets()
        self._slots = SocketSlots(settings, expects, lambda socket: self._refused.drop(socket, 'it has joined no tab'))
        self._by_sid: dict[str, Socket] = {}

    def install(self) -> None:
        """Wrap the handlers that Socket.IO has set in Engine.IO."""
        eio = core.sio.eio
        eio.max_http_buffer_size = self._settings.max_message_bytes
        Payload.max_decode_packets = MAX_POLLED_PACKETS
        self._connect, self._message, self._disconnect = (
            eio.handlers[name] for name in ('connect', 'message', 'disconnect'))
        self._events = EventQueue(self._message, self._refused.drop, self._settings.max_message_bytes)
        eio.on('connect', self._connected)
        eio.on('message', self._received)
        eio.on('disconnect', self._disconnected)
        core.sio.async_handlers = False  # EventQueue makes the tasks, so that they can be counted
        core.app.on_startup(self._start_to_sweep)

    @contextmanager
    def slot(self, scope: Scope) -> Generator[None]:
        """Count an answer that stays open, such as a stream of events, among the sockets while the block runs.

        :raises TooManySockets: if there is no slot for it
        """
        try:
            socket = self._slots.take(request_info_of(scope).network, '')
        except NoSlot as error:
            self._refused.tell(scope, error)
            raise TooManySockets from error
        self._slots.joined(socket)  # it is of use: whoever has it was let in
        try:
            yield
        finally:
            self._slots.give_back(socket)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a socket, or one request of a socket that polls."""
        sid, page_id = _asked_for(scope)
        if scope['type'] == 'websocket':
            await self._websocket(scope, receive, send, page_id, sid)
        elif scope['method'] == 'GET' and not sid:
            await self._first_poll(scope, receive, send, page_id)
        elif scope['method'] == 'GET' and self._lives(sid) and not self._by_sid[sid].poll_waits:
            await self._poll(scope, receive, send, self._by_sid[sid])
        elif scope['method'] == 'POST' and self._lives(sid):
            await self._posted(scope, receive, send, self._by_sid[sid])
        else:
            await refuse(scope, send, 400, 'Bad Request')

    def joined(self, sid: str) -> None:
        """Note that a socket has joined a tab.

        :param sid: what Socket.IO calls it
        """
        socket = self._of(sid)
        if socket is not None:
            self._slots.joined(socket)

    def left(self, sid: str) -> None:
        """Note that a socket has no tab any more; it has to join one anew."""
        socket = self._of(sid)
        if socket is not None:
            self._slots.left(socket)

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
            await refuse(scope, send, 400, 'Bad Request')
            return

        async def close() -> None:
            with suppress(Exception):  # it has gone meanwhile
                await send({'type': 'websocket.close', 'code': _POLICY})

        socket = await self._take_slot(scope, send, page_id)
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
            self._slots.give_back(socket)
            if polling is None:
                await self._end_session(socket.sid)

    async def _upgrade(self, scope: Scope, receive: Receive, send: Send, polling: Socket,
                       close: Callable[[], Awaitable[None]]) -> None:
        """Upgrade a socket that polls to a websocket; if that fails, it goes on polling."""
        until_now, polling.close, polling.upgrading = polling.close, close, True
        try:
            await self._app(scope, receive, send)
        finally:
            known = core.sio.eio.sockets.get(polling.sid)
            if known is not None and not known.upgraded and not polling.dropped:
                known.upgrading = False  # or its polls would wait for the websocket for ever
                polling.close = until_now
            else:
                await self._end_session(polling.sid)

    def _checked(self, receive: Receive, socket: Socket, polling: Socket | None = None) -> Receive:
        """Let frames through that pages send. At any other, Engine.IO is told that the socket has gone.

        :param polling: the socket that is being upgraded to this one
        """
        whole = polling or socket

        async def receiving() -> Message:
            message = await receive()
            if message['type'] == 'websocket.disconnect' and message.get('code') == _TOO_LARGE:
                self._refused.drop(whole, self._too_large())
            if message['type'] != 'websocket.receive':
                return message
            if socket.dropped or whole.dropped:
                return _GONE
            frame: str | bytes = message.get('text') or message.get('bytes') or ''
            try:
                check_frame(frame, upgrading=polling is not None)
            except Refused as error:
                self._refused.drop(whole, f'it sent {error}')
                return _GONE
            if frame == '5':  # the upgrade is done; the socket that polled has a deadline of its own
                self._slots.stop_waiting(socket)
            return message

        return receiving

    async def _first_poll(self, scope: Scope, receive: Receive, send: Send, page_id: str) -> None:
        socket = await self._take_slot(scope, send, page_id)
        if socket is None:
            return

        async def close() -> None:
            await self._end_session(socket.sid)

        socket.close = close
        scope[_KEY], socket.polls = socket, True
        try:
            await self._app(scope, receive, send)
        finally:
            if not socket.sid:  # Engine.IO refused it
                self._slots.give_back(socket)

    async def _poll(self, scope: Scope, receive: Receive, send: Send, socket: Socket) -> None:
        """Answer a poll; a browser sends one at a time, and very many would take up all connections."""
        socket.poll_waits = True
        try:
            await self._app(scope, receive, send)
        finally:
            socket.poll_waits = False

    async def _posted(self, scope: Scope, receive: Receive, send: Send, socket: Socket) -> None:
        limit = self._settings.max_message_bytes
        try:
            body = await read_body(scope, receive, limit)
            if body is None:
                raise Refused(self._too_large())
            if not body:
                raise Refused('nothing')
            check_body(body)
        except Refused as error:
            self._refused.drop(socket, f'it sent {error}')
            await refuse(scope, send, 400, 'Bad Request')
            return
        except BrokenOff:
            return
        scope['headers'] = [*((name, value) for name, value in scope['headers'] if name != b'content-length'),
                            (b'content-length', str(len(body)).encode())]
        await self._app(scope, replay(body, receive), send)

    # ---------------------------------------------------------------- refusals

    async def _take_slot(self, scope: Scope, send: Send, page_id: str) -> Socket | None:
        """Give a new socket a slot, or turn it away."""
        try:
            return self._slots.take(request_info_of(scope).network, page_id)
        except NoSlot as error:
            await self._refused.turn_away(scope, send, error)
            return None

    def _too_large(self) -> str:
        return f'a message of more than {self._settings.max_message_bytes} bytes (MAX_MESSAGE_BYTES)'

    # ---------------------------------------------------------------- Engine.IO

    async def _connected(self, sid: str, environ: dict[str, Any]) -> Any:
        socket: Socket | None = environ['asgi.scope'].pop(_KEY, None)
        if socket is None:  # it did not come through here
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
                self._refused.drop(socket, 'it connected again and again')
                return
        if not is_event(message):
            await self._message(sid, message)
            return
        self._events.add(socket, message)

    async def _disconnected(self, sid: str, reason: str) -> None:
        await self._disconnect(sid, reason)
        socket = self._by_sid.pop(sid, None)
        if socket is not None and socket.polls:  # a websocket has given its slot back already
            self._slots.give_back(socket)

    async def _end_session(self, sid: str) -> None:
        """Make Engine.IO forget a socket, without waiting until it has read what was sent to it."""
        known = core.sio.eio.sockets.get(sid)
        if known is not None:
            with suppress(EngineIOError):
                await known.close(wait=False)

    def _start_to_sweep(self) -> None:
        self._sweeping = asyncio.create_task(self._sweep(), name='sockets that do not read')

    async def _sweep(self) -> None:
        """Drop sockets that do not read what they are sent."""
        while True:
            await asyncio.sleep(self._timing.pile_check_seconds)
            for sid, known in list(core.sio.eio.sockets.items()):
                if known.queue.qsize() > MAX_UNSENT and sid in self._by_sid:
                    self._refused.drop(self._by_sid[sid], 'it takes nothing of what it is sent')


def _asked_for(scope: Scope) -> tuple[str, str]:
    """The session of Engine.IO and the page that a request names; the rest would stay in memory as long as the tab."""
    query = parse_qs(scope['query_string'].decode('latin-1'))
    return query.get('sid', [''])[0], query.get('client_id', [''])[0]
