"""Websockets whose other side has to read: uvicorn waits for ever until it does.

The class uses names of uvicorn that are no documented interface; tests/security/test_serving.py fails when one changes.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response

from ..requests.asgi import Message
from ..timing import DEFAULT_TIMING, Timing
from .headers import REFUSAL

MAX_FRAGMENTS = 1024
"""Parts of one message of a websocket. Browsers send one; empty ones would be free."""


class WebSocket(WebSocketsSansIOProtocol):
    """A websocket that is closed if the other side does not read what it is sent."""

    timing: ClassVar[Timing] = DEFAULT_TIMING
    _unread: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.close_timeout = self.timing.close_seconds

    def data_received(self, data: bytes) -> None:
        """Feed the parser. The first data is the whole header, as ``Http`` has read it."""
        super().data_received(data)
        if not self.handshake_initiated:
            self.transport.abort()  # this protocol can't read the header, and nothing else would end the connection

    async def send(self, message: Message) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Send a message; a socket that is turned away gets an answer with the headers of every other one."""
        if not self.handshake_complete and message['type'] == 'websocket.close':
            self.conn.reject = self._refusal
        await super().send(message)  # pyright: ignore[reportArgumentType]

    def _refusal(self, status: int, text: str) -> Response:
        response = type(self.conn).reject(self.conn, status, text)
        for name, value in self.scope.get(REFUSAL, ()):
            response.headers[name.decode()] = value.decode()
        return response

    def pause_writing(self) -> None:
        """The other side has stopped reading: close the connection if it does not go on in time."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.timing.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The other side reads again."""
        super().resume_writing()
        self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._stop()
        super().connection_lost(exc)

    def handle_ping(self) -> None:
        """Answer, unless the other side does not read: its answers would pile up here."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.transport.abort()

    def handle_cont(self, event: Any) -> None:
        """Add a fragment to a message."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.transport.abort()

    def _stop(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
