"""How long a request may take to arrive. uvicorn waits for ever for the rest of a header or a body.

httptools is chosen over h11 because it is several times faster; it has no limit for a header, so that one is here. The
class uses names of uvicorn that are no documented interface; tests/security/test_serving.py fails when one changes.
"""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..timing import DEFAULT_TIMING, Timing

MAX_HEADER_BYTES = 64 * 1024
"""Of a request, with its address; browsers and proxies send a few KiB."""

BODY_BYTES_A_SECOND = 16 * 1024
"""An upload to a route of an author's may take as long as it likes while it is at least so fast."""

MAX_PIPELINED = 16
"""Requests that a connection sends before the first is answered. Browsers send one."""


class Http(HttpToolsProtocol):
    """A connection that ends if a request does not arrive in time.

    Nearly all requests arrive whole at once and cost no timer: one sweep checks those that have only begun.
    """

    seconds: ClassVar[float] = 10
    timing: ClassVar[Timing] = DEFAULT_TIMING
    waited_for: ClassVar[dict[Http, None]] = {}
    """Connections on which a request is awaited or arriving, the oldest first; new connections are among them."""
    idle: ClassVar[dict[Http, None]] = {}
    """Connections that have been answered and may send another request, the oldest first."""
    answered: ClassVar[dict[Http, None]] = {}
    """Connections that are being answered, the oldest first; one that reads very slowly may be ended for others."""

    reading: str = ''
    """What is arriving: ``'header'``, ``'body'`` or nothing."""
    since = 0.0
    """Since when it is reading, idle, or being answered."""
    _bytes = 0
    _is_listed = False  # in waited_for; a look into the dict would cost time at every request
    _stops = False
    _is_websockets = False

    @classmethod
    def make_room(cls) -> bool:
        """End the connection that has been of no use for longest; tells whether there is one."""
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
        """Await the first request."""
        super().connection_made(transport)
        self._await('header')
        self._list()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and refuse a header that is too large."""
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
        """A header begins."""
        super().on_message_begin()
        if self.reading != 'header':  # pipelined: it came together with the request before it
            self._await('header')

    def on_headers_complete(self) -> None:
        """The header is complete."""
        if self._bytes > MAX_HEADER_BYTES and sum(map(len, chain(*self.headers)), len(self.url)) > MAX_HEADER_BYTES:
            raise ValueError('the header is too large')  # the parser answers 400
        self._await('body')
        super().on_headers_complete()
        if len(self.pipeline) > MAX_PIPELINED:
            self.transport.abort()

    def on_message_complete(self) -> None:
        """The request is complete."""
        if self._is_listed:
            self._unlist()
        self.reading = ''
        self.since = self.loop.time()
        self.answered[self] = None
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Await the next request, unless this connection has become a websocket.

        An app may complete its answer after the other side has read all of it and asked for a websocket. uvicorn would
        then close the websocket as an idle connection.
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
        """Hand the connection over to the websocket protocol."""
        self._is_websockets = True
        self.stop()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self.stop()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops: a request that is arriving has a last moment."""
        super().shutdown()
        if self.reading:
            self.loop.call_later(self.timing.last_seconds, self.end_if_too_late)
            self._stops = True

    def stop(self) -> None:
        """Leave all lists: nothing is awaited any more."""
        self.reading = ''
        self._unlist()
        for waiting in (self.idle, self.answered):
            waiting.pop(self, None)

    def end_if_too_late(self) -> None:
        """End the connection if its request has taken too long."""
        if self.flow.read_paused:  # the app reads slowly, not the client that sends
            self.since = self.loop.time()
        allowed = self.seconds + (self._bytes / BODY_BYTES_A_SECOND if self.reading == 'body' else 0)
        if self.reading and self._stops:
            self._answer_and_close(b'503 Service Unavailable')
        elif self.reading and self.since + allowed <= self.loop.time():
            self._answer_and_close(b'408 Request Timeout')

    def _await(self, what: str) -> None:
        if self._is_listed:  # it goes to the end of the list
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
