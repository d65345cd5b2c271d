"""The front door with real visitors: some leave before they are answered, some knock where there is no door."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx

from tests.server import Server


async def test_visitors_who_hang_up_before_they_are_answered_are_no_error(tmp_path: Path) -> None:
    server = await Server(tmp_path).start()
    async with httpx.AsyncClient(base_url=server.url) as browser:
        page = (await browser.get('/')).text
    paths = ['/', '/account', '/nowhere', *re.findall(r'(?:src|href)="(/[^"]+)"', page)]

    async def visit(path: str, seconds: float) -> None:
        _, writer = await asyncio.open_connection('127.0.0.1', server.port)
        writer.write(f'GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        await asyncio.sleep(seconds)
        writer.transport.abort()

    for milliseconds in range(30):
        await asyncio.gather(*(visit(path, milliseconds / 1000) for path in paths))
    async with httpx.AsyncClient(base_url=server.url) as browser:
        after = await browser.get('/')
    server.stop()

    assert after.status_code == 200
    assert 'Traceback' not in server.log


async def test_a_socket_to_anywhere_but_the_sockets_is_refused(tmp_path: Path) -> None:
    server = await Server(tmp_path).start()
    answers: list[bytes] = []

    for path in ('/', '/account', '/v1/client', '/nowhere', '/_nicegui_ws', '/_nicegui_ws/', '/_nicegui_ws/other',
                 '/_nicegui_ws/socket.io/?EIO=4&transport=websocket'):
        reader, writer = await asyncio.open_connection('127.0.0.1', server.port)
        writer.write(f'GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
                     'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'.encode())
        answers.append((await asyncio.wait_for(reader.readline(), 10)).split()[1])
        writer.close()
    server.stop()

    assert answers == [b'403'] * 7 + [b'101']
    assert 'Traceback' not in server.log
