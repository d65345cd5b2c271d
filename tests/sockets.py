"""An open page without a browser: it is asked for and joins its socket like NiceGUI's page, and keeps its elements."""

from __future__ import annotations

import asyncio
import html
import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import socketio

from tests.patience import PATIENCE_SECONDS

Update = dict[str, Any]
"""What the server pushes: elements by id, None for those that are gone; and the number of the message."""

_PAGE_ID = re.compile(r"'client_id': '([0-9a-f-]+)'")
_ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
AGREE_SECONDS = 0.1
"""For a server to agree that a socket is closed; one that is silent never will."""


@dataclass(eq=False)
class OpenPage:
    """One page and its socket. The callbacks are called as the server sends."""

    on_update: Callable[[Update], None] = lambda _: None
    """Called after the elements were changed."""
    on_load: Callable[[], None] = lambda: None
    """Called when the elements are there, and before the socket is joined."""
    on_script: Callable[[str], None] = lambda _: None
    """Called with the JavaScript that the server has the page run."""
    on_lost: Callable[[], None] = lambda: None
    """Called when the connection has ended, from whichever side."""
    page_id: str = ''
    heard_at: float = 0
    """When the server was last heard of but for its pings, or the page was asked for; in seconds since 1970."""
    elements: dict[str, Any] = field(default_factory=dict)
    may_have_failed: bool = False
    """Whether an error page that can be joined will do."""
    comes_again: bool = False
    """Whether a page is asked for again that a busy server cannot give now, as a browser does by itself."""
    join_seconds: int = PATIENCE_SECONDS
    """For the socket to join."""
    refused_because: str = ''
    """What the server says to a socket that may not join."""
    sent_to: list[str] = field(default_factory=list)
    """Where the server has sent it."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The scripts that the server waits for, which nobody answers."""
    _http: aiohttp.ClientSession | None = None
    _socket: socketio.AsyncClient | None = None
    _joined_at: float = 0
    _websockets: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)

    @property
    def socket_id(self) -> str | None:
        """What a page sends as the id of its socket; none while it has no connection."""
        return None if self._socket is None else self._socket.get_sid()

    def last_heard(self) -> float:
        """When the server was last heard of, its pings included, which come at a known interval."""
        interval = self._socket.eio.ping_interval if self._socket is not None else None
        if not interval or not self._joined_at:
            return self.heard_at
        pings = (time.time() - self._joined_at) // interval
        return max(self.heard_at, self._joined_at + pings * interval) if pings else self.heard_at

    async def open(self, http: aiohttp.ClientSession, url: str, cookie: Callable[[], str] = str) -> None:
        """Ask for the page, and join its socket.

        :param cookie: gives the header to send with both; like a browser's it may change between them
        :raises aiohttp.ClientResponseError: if there is an error page in its place
        :raises aiohttp.ClientError: if the page can't be had
        :raises socketio.exceptions.ConnectionError: if the socket may not join
        """
        self.heard_at = time.time()
        text = await self._page(http, url, cookie)
        found, elements = _PAGE_ID.search(text), _ELEMENTS.search(text)
        assert found, text
        assert elements, text
        self.page_id, self.elements = found[1], json.loads(html.unescape(elements[1]))
        self.on_load()
        query = urlencode({'client_id': self.page_id, 'implicit_handshake': 'true', 'tab_id': uuid4(),
                           'document_id': uuid4(), 'next_message_id': 0})
        root = '/'.join(url.split('/')[:3])
        # One for each: this is where the socket's client keeps its cookie.
        self._http = aiohttp.ClientSession(ws_response_class=self._websocket)
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=self._http)
        self._socket.on('update', self._updated)
        self._socket.on('run_javascript', self._script)
        self._socket.on('open', self._opened)
        self._socket.on('disconnect', self._lost)
        self._socket.on('connect_error', self._refused)
        await self._socket.connect(f'{root}?{query}', headers=_headers(cookie()), transports=['websocket'],
                                   wait_timeout=self.join_seconds, socketio_path='/_nicegui_ws/socket.io')
        self._joined_at = time.time()

    async def _page(self, http: aiohttp.ClientSession, url: str, cookie: Callable[[], str]) -> str:
        while True:
            async with http.get(url, headers=_headers(cookie())) as answer:
                if answer.status == 503 and self.comes_again and time.time() - self.heard_at < PATIENCE_SECONDS:
                    await asyncio.sleep(0.1)
                    continue
                if not self.may_have_failed:
                    answer.raise_for_status()
                return await answer.text()

    async def send(self, event: str, **message: Any) -> None:
        """Send what a page would send."""
        assert self._socket is not None
        await self._socket.emit(event, {'client_id': self.page_id, **message})

    async def close(self) -> None:
        """Close the page."""
        if self._socket is not None:
            await self._socket.disconnect()
        for websocket in self._websockets:  # it leaves those open that it gave up for their silence, or while it joined
            with suppress(TimeoutError):
                async with asyncio.timeout(AGREE_SECONDS):
                    await websocket.close()
        if self._http is not None:
            await self._http.close()

    def texts(self) -> list[str]:
        """The texts of its elements."""
        return texts(self.elements)

    def _websocket(self, *arguments: Any, **more: Any) -> aiohttp.ClientWebSocketResponse:
        self._websockets.append(aiohttp.ClientWebSocketResponse(*arguments, **more))
        return self._websockets[-1]

    async def _updated(self, update: Update) -> None:
        self.heard_at = time.time()
        for element_id, element in update.items():
            if element is None:
                self.elements.pop(element_id, None)
            elif isinstance(element, dict):
                self.elements[element_id] = element
        self.on_update(update)

    async def _script(self, message: dict[str, Any]) -> None:
        self.heard_at = time.time()
        if 'request_id' in message:
            self.asked.append(message)
        self.on_script(message['code'])

    async def _opened(self, message: dict[str, Any]) -> None:
        self.sent_to.append(message['path'])

    async def _refused(self, why: Any = None) -> None:
        self.refused_because = str(why)

    async def _lost(self, *_: Any) -> None:
        self.on_lost()


def _headers(cookie: str) -> dict[str, str]:
    return {'Cookie': cookie} if cookie else {}


def texts(update: Update) -> list[str]:
    """The texts of the elements that an update brings."""
    return [element['text'] for element in update.values() if isinstance(element, dict) and element.get('text')]
