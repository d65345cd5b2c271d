"""The front door with real visitors, some of whom leave before they are answered."""

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
