"""Whoever asks for the headers of anything gets those of the whole, and nothing after them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx

from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.server import Server

from .conftest import Api, sign_up

SAME = ('content-type', 'cache-control', 'location', 'allow', 'etag', 'x-content-type-options', 'retry-after',
        'content-security-policy')


def told(answer: httpx.Response) -> list[str]:
    """What has to be the same, but for the nonce, which is another one in each answer."""
    return [re.sub("'nonce-.*?'", 'nonce', answer.headers.get(name, '')) for name in SAME]


async def test_head_is_get_without_a_body_wherever_there_is_a_get(tmp_path: Path) -> None:
    server = await Server(tmp_path).start()
    async with patient_client(base_url=server.url, follow_redirects=False) as browser:
        page = (await browser.get('/')).text
        parts = [path for path in re.findall(r'(?:src|href)="(/[^"]+)"', page) if path.startswith('/_')]
        paths = ['/', '/sign-in', '/sign-up', '/demo', '/examples', '/account', '/account/', '/admin', '/admin/',
                 '/nowhere', '/nowhere/', '/v1/client', '/v1/client/', '/v1/nothing', '/v1/me/sessions/active',
                 '/v1/client/sign_ins', '/_live_sessions/app.css', '/_live_sessions/no.css', '/favicon.ico', *parts]
        for path in paths:
            whole, head = await browser.get(path), await browser.head(path)
            assert head.status_code == whole.status_code, path
            assert told(head) == told(whole), path
            assert head.content == b'', path
            if head.status_code != 200 or not path.startswith(('/', ) if path in paths[:5] else 'x'):
                assert head.headers.get('content-length') == whole.headers.get('content-length'), path
    server.stop()

    assert len(parts) > 3
    assert 'Traceback' not in server.log


async def test_not_one_byte_comes_after_the_headers_and_the_connection_stays_usable(tmp_path: Path) -> None:
    server = await Server(tmp_path).start()
    reader, writer = await asyncio.open_connection('127.0.0.1', server.port)

    statuses: list[bytes] = []
    for path in ('/v1/client', '/nowhere', '/_live_sessions/app.css', '/account/', '/', '/v1/nothing'):
        writer.write(f'HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        head = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), PATIENCE_SECONDS)
        statuses.append(head.split()[1])
    writer.close()
    server.stop()

    assert statuses == [b'200', b'404', b'200', b'308', b'200', b'404']


async def test_a_head_with_a_name_that_is_not_ours_or_for_a_socket_opens_nothing(api: Api) -> None:
    async with api.browser('http://evil.example') as browser:
        assert (await browser.head('/v1/client')).status_code == 421


async def test_a_head_of_ones_own_client_tells_what_a_get_would(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        whole, head = await laptop.get('/v1/client'), await laptop.head('/v1/client')

    assert (head.status_code, head.content) == (200, b'')
    assert head.headers['content-length'] == str(len(whole.content))
