"""A server that was away: everybody who had a tab open comes back at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from tests.server import Server

HERD = 150
"""More than systems let wait for a program that names no number (128), and than a process takes in at once (64)."""


async def test_a_herd_that_comes_back_at_once_gets_its_pages(tmp_path: Path) -> None:
    server = await Server(tmp_path).start()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0),
                                     cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:

        async def ask() -> int:
            async with http.get(f'{server.url}/') as answer:
                await answer.read()
                return answer.status

        try:
            form = {'email_address': 'ann@example.com', 'password': 'correct horse battery'}
            async with http.post(f'{server.url}/v1/client/sign_ups', data=form) as answer:
                assert answer.status == 200
            server.kill()
            await server.start()

            statuses = await asyncio.gather(*(ask() for _ in range(HERD)))
        finally:
            server.stop()

    assert set(statuses) == {200}
