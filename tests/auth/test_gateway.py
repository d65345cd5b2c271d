"""The gateway with real visitors: some leave before they are answered, some ask for what is not there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from auth import Settings, private, public
from auth.requests.asgi import App, Receive, Scope, Send
from auth.web.gateway import Gateway
from auth.web.own_access import OwnAccess
from auth.web.own_routes import OwnRoutes
from auth.web.waiting_pages import WaitingPages
from tests.following import Following, NoTabs
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import Rules
from tests.server import Server

from .conftest import frontend_api_of, sign_up

AHEAD = [('Sec-Purpose', 'prefetch'), ('Sec-Purpose', 'prefetch;prerender'), ('Purpose', 'prefetch'),
         ('Sec-Purpose', 'prefetch;anonymous-client-ip'), ('X-Moz', 'prefetch'), ('X-Purpose', 'preview')]
"""How browsers say that nobody has opened a page yet."""


@pytest.fixture(scope='module')
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The server of all tests here."""
    server = await Server(tmp_path_factory.mktemp('gateway')).start()
    yield server
    before = len(server.log)
    server.stop()
    told = server.log[before:]  # on a busy machine, pages of visitors who have gone are cut short, which uvicorn tells
    assert 'Traceback' not in told or 'timeout graceful shutdown exceeded' in told


@pytest.fixture
def server(shared: Server) -> Iterator[Server]:
    """The same; whatever a test asks of it is no error."""
    before = len(shared.log)
    yield shared
    assert 'Traceback' not in shared.log[before:]


async def test_visitors_who_hang_up_before_they_are_answered_are_no_error(server: Server) -> None:
    async with patient_client(base_url=server.url) as browser:
        page = (await browser.get('/')).text
    paths = ['/', '/account', '/nowhere', *re.findall(r'(?:src|href)="(/[^"]+)"', page)]

    async def visit(path: str, seconds: float) -> None:
        _, writer = await asyncio.open_connection('127.0.0.1', server.port)
        writer.write(f'GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
        await asyncio.sleep(seconds)
        writer.transport.abort()

    for milliseconds in range(30):
        await asyncio.gather(*(visit(path, milliseconds / 1000) for path in paths))
    async with patient_client(base_url=server.url, timeout=100) as browser:  # what they asked for is made before
        after = await browser.get('/')

    assert after.status_code == 200


async def test_a_socket_to_anywhere_but_the_sockets_is_refused(server: Server) -> None:
    answers = [(await upgraded(server, path))[0] for path in
               ('/', '/account', '/v1/client', '/nowhere', '/_nicegui_ws', '/_nicegui_ws/', '/_nicegui_ws/other')]

    assert {answer.split()[1] for answer in answers} == {'403'}


async def test_a_browser_that_cannot_have_a_socket_may_poll_and_another_site_may_not(server: Server) -> None:
    path = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'  # of its own site, a browser asks without an origin
    async with patient_client(base_url=server.url) as browser:
        answers = [await browser.get(path, headers=headers)
                   for headers in ({}, {'origin': server.url}, {'origin': 'https://evil.example'})]

    assert [answer.status_code for answer in answers] == [200, 200, 400]


async def test_a_socket_keeps_no_memory_to_compress_with_though_browsers_ask_for_it(server: Server) -> None:
    status, *headers = await upgraded(server, '/_nicegui_ws/socket.io/?EIO=4&transport=websocket',
                                      'Sec-WebSocket-Extensions: permessage-deflate')

    assert status.split()[1] == '101'
    assert not [header for header in headers if header.lower().startswith('sec-websocket-extensions')]


def noting(paths: list[str]) -> App:
    """An app that answers everything, and notes what was asked of it."""

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        paths.append(scope['path'])
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': b''})

    return app


async def test_what_is_no_page_is_left_to_the_app_only_where_that_was_asked_for(rules: Rules) -> None:
    answered: list[str] = []
    app = noting(answered)
    nobody_knows: Any = None
    own = OwnAccess(app, OwnRoutes(app, paths={}, open_paths=['/reports/', '/_nicegui_ws', '/_nicegui/']), rules.auth,
                    nobody_knows, nobody_knows)
    gateway = Gateway(app, sockets=app, api=app, routes={}, clients=nobody_knows, waiting=WaitingPages(Settings()),
                      own=own)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url='http://localhost') as browser:
        statuses = [(await browser.get(path)).status_code for path in
                    ('/reports/1', '/reports', '/other/reports/', '/_nicegui/client/1/upload/2',
                     '/_nicegui_ws/socket.io')]

    assert statuses == [200, 404, 404, 404, 404]
    assert answered == ['/reports/1']


async def test_a_page_that_is_fetched_ahead_is_not_built(rules: Rules) -> None:
    built: list[str] = []
    build = noting(built)
    following = Following(rules.auth)
    await following.start(NoTabs())
    routes = {'/': public(lambda: None), '/account': private(lambda: None), '/examples': public(lambda: None)}
    gateway = Gateway(build, sockets=build, api=frontend_api_of(rules.auth, following.clients), routes=routes,
                      clients=following.clients, waiting=WaitingPages(rules.auth.settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url='http://localhost') as browser:
        assert (await sign_up(browser)).is_success
        asked = [('/account', *header) for header in AHEAD] + [(path, *AHEAD[0]) for path in routes]
        for path, name, value in asked:
            answer = await browser.get(path, headers={name: value})
            assert (answer.status_code, answer.headers['cache-control']) == (503, 'no-store'), (name, value, path)
        for path in ('/_live_sessions/app.css', '/v1/client'):
            assert (await browser.get(path, headers=dict(AHEAD))).status_code == 200, path
        opened = await browser.get('/account', headers={'Purpose': 'reading', 'Sec-Purpose': ''})
    await following.stop()

    assert opened.status_code == 200
    assert built == ['/_live_sessions/app.css', '/account']


async def test_an_address_without_a_page_gets_one_of_ours_that_says_so_and_whither(server: Server) -> None:
    async with patient_client(base_url=server.url) as browser:
        answer = await browser.get('/nowhere')

    assert (answer.status_code, answer.headers['content-type']) == (404, 'text/html; charset=utf-8')
    assert 'There is no page here' in answer.text
    assert '<a class="ls-button ls-primary" href="/">' in answer.text


async def upgraded(server: Server, path: str, *headers: str) -> list[str]:
    """Ask for a websocket; returns the lines of the answer's head."""
    reader, writer = await asyncio.open_connection('127.0.0.1', server.port)
    asked = [f'GET {path} HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket',
             'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', *headers]
    writer.write('\r\n'.join([*asked, '', '']).encode())
    head = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), PATIENCE_SECONDS)
    writer.close()
    return head.decode().splitlines()


async def test_client_libraries_are_served_from_when_they_are_there(server: Server) -> None:
    path = '/npm/@clerk/clerk-js@6/dist/clerk.browser.js'
    file = 'data/clients/@clerk/clerk-js/6.40.0/dist/clerk.browser.js'
    async with patient_client(base_url=server.url) as browser:
        before = await browser.get(path)
        (server.folder / file).parent.mkdir(parents=True)
        (server.folder / file).write_text('window.Clerk = 1')
        after, head = await browser.get(path), await browser.head(path)

    assert (before.status_code, 'python -m auth clients fetch' in before.text) == (404, True)
    assert (after.status_code, after.text, head.content) == (200, 'window.Clerk = 1', b'')
    assert after.headers.get_list('cross-origin-resource-policy') == ['cross-origin']
    assert after.headers['x-content-type-options'] == 'nosniff'
