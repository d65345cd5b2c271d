"""Sockets as programs open them that are no browsers: every frame is sent as it is written here."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import psutil

from auth.web.log_lines import REPEAT_SECONDS
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.server import Server

SOCKETS = '/_nicegui_ws/socket.io/'
_PAGE_ID = re.compile(r"'client_id': '([0-9a-f-]+)'")
_MOMENT = re.compile(r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d')
_ENDED = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


@asynccontextmanager
async def browserlike() -> AsyncIterator[aiohttp.ClientSession]:
    """Asks for pages and sockets, as many at once as it likes, and keeps no cookies."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(),
                                     timeout=aiohttp.ClientTimeout(PATIENCE_SECONDS)) as http:
        yield http


async def sign_up(http: aiohttp.ClientSession, server: Server, address: str = 'ann@example.com') -> str:
    """Sign somebody up; returns the cookie to send."""
    form = {'email_address': address, 'password': PASSWORD}
    while True:
        async with http.post(f'{server.url}/v1/client/sign_ups', data=form) as answer:
            if answer.status == 503:  # it has much to do, and nothing was changed
                continue
            assert answer.status == 200, await answer.text()
            return answer.headers['set-cookie'].partition(';')[0]


async def page_query(http: aiohttp.ClientSession, server: Server, cookie: str = '') -> str:
    """Ask for a page; returns what its socket names it by."""
    async with http.get(f'{server.url}/', headers={'Cookie': cookie} if cookie else {}) as answer:
        return query_of(await answer.text())


def query_of(text: str) -> str:
    """What the socket of a page names it by."""
    found = _PAGE_ID.search(text)
    assert found, text
    return urlencode({'client_id': found[1], 'tab_id': uuid4(), 'document_id': uuid4(), 'next_message_id': 0,
                      'implicit_handshake': 'true'})


def page_of(query: str) -> str:
    """The id of the page that a socket names."""
    return query.partition('client_id=')[2].partition('&')[0]


class Wire:
    """One websocket. What the server pings is answered, and nothing else is done by itself."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, *frames: str | bytes) -> None:
        """Send frames; those that come too late are nothing."""
        for frame in frames:
            try:
                if isinstance(frame, bytes):
                    await self.socket.send_bytes(frame)
                else:
                    await self.socket.send_str(frame)
            except (ConnectionError, aiohttp.ClientError):
                return

    async def hear(self) -> str | None:
        """The next frame that is no ping; None when the server has hung up."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = await self.socket.receive()
                if message.type in _ENDED:
                    return None
                if message.data != '2':
                    return message.data
                await self.send('3')

    async def stay(self) -> None:
        """Answer pings until the server hangs up, however long that takes."""
        while True:
            with suppress(TimeoutError):
                if await self.hear() is None:
                    return

    async def is_cut(self) -> bool:
        """Wait until the server hangs up."""
        return await _in_time(self.stay())

    async def join(self) -> Wire:
        """Join the tab that the socket names."""
        await self.send('40')
        heard = await self.hear_what_begins('40', '44')
        assert heard.startswith('40'), heard or 'the server hung up'
        return self

    async def works(self) -> bool:
        """Ask for something that is answered."""
        await self.send('421["handshake",{}]')
        return bool(await self.hear_what_begins('431'))

    async def hear_what_begins(self, *so: str) -> str:
        """Wait for a frame; '' when the server has hung up."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (heard := await self.hear()) is not None:
                if heard.startswith(so):
                    return heard
        return ''


async def wire(http: aiohttp.ClientSession, server: Server, query: str = '', **headers: str) -> Wire:
    """Open a websocket.

    :raises aiohttp.WSServerHandshakeError: if it is refused
    """
    url = f'{server.url}{SOCKETS}?EIO=4&transport=websocket&{query}'
    return Wire(await http.ws_connect(url, max_msg_size=0, headers=headers))


class Polled:
    """One socket that polls."""

    def __init__(self, http: aiohttp.ClientSession, url: str, sid: str) -> None:
        self.http = http
        self.url = f'{url}&sid={sid}'

    @classmethod
    async def open(cls, http: aiohttp.ClientSession, server: Server, query: str = '') -> Polled:
        """Open one; a refusal is an assertion that fails."""
        url = f'{server.url}{SOCKETS}?EIO=4&transport=polling&{query}'
        async with http.get(url) as answer:
            text = await answer.text()
            assert answer.status == 200, text
        return cls(http, url, json.loads(text.partition('\x1e')[0][1:])['sid'])

    async def post(self, body: str | bytes, **headers: str) -> int:
        """Send packets; returns the status of the answer."""
        async with self.http.post(self.url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status

    async def poll(self) -> tuple[int, str]:
        """Hear what there is."""
        async with self.http.get(self.url) as answer:
            return answer.status, await answer.text()

    async def hears(self, text: str) -> bool:
        """Poll until a text comes."""
        async def hear() -> None:
            while text not in (heard := (await self.poll())[1]):
                assert heard

        return await _in_time(hear())

    async def join(self) -> Polled:
        """Join the tab that the socket names."""
        assert await self.post('40') == 200
        assert await self.hears('40{')
        return self

    async def is_cut(self) -> bool:
        """Poll until the server knows nothing of it."""
        async def stay() -> None:
            while (await self.poll())[0] == 200:
                await self.post('3')

        return await _in_time(stay())


class Connection:
    """A connection, byte for byte. Those that a test leaves open are closed after it."""

    open: ClassVar[list[Connection]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, opened_at: float) -> None:
        self.reader, self.writer, self.opened_at = reader, writer, opened_at
        self.open.append(self)

    @classmethod
    async def to(cls, port: int, sent: bytes = b'', *, takes_little: bool = False) -> Connection:
        """Open one, and send something.

        :param takes_little: whether a few KiB that are not read are all that fits in between
        """
        ours = socket.socket()
        ours.setblocking(False)
        if takes_little:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        before = asyncio.get_running_loop().time()
        await asyncio.get_running_loop().sock_connect(ours, ('127.0.0.1', port))
        connection = cls(*await asyncio.open_connection(sock=ours, limit=2**24), before)
        connection.writer.write(sent)
        return connection

    async def ended(self) -> tuple[bytes, float]:
        """Wait until the server hangs up; returns what it said, and after how many seconds."""
        try:
            said = await asyncio.wait_for(self.reader.read(), PATIENCE_SECONDS)
        except ConnectionError:
            said = b''
        return said, asyncio.get_running_loop().time() - self.opened_at

    async def pour(self, sent: bytes) -> None:
        """Send the same again and again, as fast as it is taken, until the server hangs up.

        :raises ConnectionError: when it does
        """
        async with asyncio.timeout(2 * PATIENCE_SECONDS):
            while True:
                self.writer.write(sent)
                await self.writer.drain()

    async def answer(self) -> bytes:
        """Read the head of an answer, and its body."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await self.read_until(b'\r\n\r\n')
            lengths = [line.partition(b':')[2] for line in head.split(b'\r\n') if line.startswith(b'content-length')]
            return head + await self.reader.readexactly(int(lengths[0]))

    async def read_until(self, end: bytes) -> bytes:
        """Read all up to something."""
        return await asyncio.wait_for(self.reader.readuntil(end), PATIENCE_SECONDS)


def upgrade(query: str = '') -> bytes:
    """The request of a websocket, byte for byte."""
    return (f'GET {SOCKETS}?EIO=4&transport=websocket&{query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n'
            'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
            ).encode()


def masked(text: str) -> bytes:
    """A short frame of text, as a browser sends it, with a mask of zeros."""
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode()


def memory(server: Server) -> float:
    """What the process of a server holds, in MiB."""
    assert server.process
    return psutil.Process(server.process.pid).memory_info().rss / 1024 / 1024


def lines_of(server: Server) -> list[str]:
    """What the server has printed, but that it fell behind its store for a moment, as on a busy machine."""
    return [line for line in server.log.splitlines() if 'sync with the store' not in line]


def are_few(lines: list[str], at_once: int) -> bool:
    """Whether there are no more lines than so many; each kind comes again in a while, if there is more of it."""
    moments = [datetime.fromisoformat(found[0]) for line in lines if (found := _MOMENT.match(line))]
    seconds = (moments[-1] - moments[0]).total_seconds() if moments else 0
    return len(lines) <= at_once * (1 + seconds // REPEAT_SECONDS)


async def _in_time(what: Awaitable[None]) -> bool:
    """Wait for something; tells whether it happened."""
    try:
        await asyncio.wait_for(what, PATIENCE_SECONDS)
    except TimeoutError:
        return False
    return True


def event(name: str, value: Any) -> str:
    """A frame with an event, as a page sends it."""
    return '42' + json.dumps([name, value], separators=(',', ':'))
