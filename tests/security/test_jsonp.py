"""No answer of the sockets is a script: a script of ours can be read by any other site, which an answer cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.browser.conftest import Browser
from tests.http import patient_client
from tests.ports import free_port
from tests.server import Server

POLLING = '/_nicegui_ws/socket.io/?EIO=4&transport=polling'
EAVESDROPPER = '''<!doctype html><script>
  heard = []
  ___eio = new Proxy([], {{get: () => (text) => heard.push(text)}})
</script><script src="{url}" onload="heard.push('loaded')" onerror="heard.push('refused')"></script>'''


@pytest.fixture(scope='module')
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server, which has nothing to complain of in the end."""
    server = await Server(tmp_path_factory.mktemp('server')).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


async def test_another_site_cannot_listen_by_loading_the_sockets_as_a_script(
        browser: Browser, server: Server) -> None:
    async def other_site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b'\r\n\r\n')
        page = EAVESDROPPER.format(url=f'{server.url}{POLLING}&j=0').encode()
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n' + page)
        writer.close()

    port = free_port()
    async with await asyncio.start_server(other_site, '127.0.0.1', port):
        page = await browser.new_page()
        await page.goto(f'http://127.0.0.1:{port}/')
        await page.wait_for_function('heard.length > 0')
        heard = await page.evaluate('heard')
        await page.close()

    assert heard == ['refused']


@pytest.mark.parametrize('asked', ['j=0', '%6a=0', '%6A=%30', 'j=', 'j', 'j=x', 'j=0&j=1', 'x=1&j=0', 'j=0&sid=none',
                                   'sid=none&j=0', 'j=0&transport=websocket', '&&j=0'])
@pytest.mark.parametrize('method', ['GET', 'POST', 'OPTIONS'])
async def test_whoever_asks_for_a_script_gets_none(server: Server, method: str, asked: str) -> None:
    async with patient_client() as visitor:
        answer = await visitor.request(method, f'{server.url}{POLLING}&{asked}', content='d=1')

    assert answer.status_code == 400
    assert '___eio' not in answer.text
    assert answer.headers['content-type'].startswith('text/plain')
    assert answer.headers['x-content-type-options'] == 'nosniff'


@pytest.mark.parametrize('asked', ['J=0', 'xj=0', 'x=j', 'tab_id=j=0', 'x=%26j=0'])
async def test_what_only_looks_like_it_is_answered_as_ever(server: Server, asked: str) -> None:
    async with patient_client() as visitor:
        answer = await visitor.get(f'{server.url}{POLLING}&{asked}')

    assert answer.status_code == 200
    assert answer.text.startswith('0{"sid":')


@pytest.mark.parametrize('origin', ['https://evil.example', 'null'])
async def test_a_form_of_another_site_sends_nothing_to_a_socket_that_polls(server: Server, origin: str) -> None:
    async with patient_client() as visitor:
        sid = (await visitor.get(f'{server.url}{POLLING}')).text.split('"')[3]
        answer = await visitor.post(f'{server.url}{POLLING}&sid={sid}', data={'d': '40'}, headers={'origin': origin})

    assert answer.status_code == 400
