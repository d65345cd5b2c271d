"""Whatever an address looks like, the door and the page take it for the same page."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator

import pytest

from tests.apps import GUARDED
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS
from tests.server import Server

from .visitors import Somebody, Tab, until

_ELEMENTS = re.compile(r'parseElements\(String\.raw`(.*?)`\)', re.DOTALL)
_SHOWN = re.compile(r'(The word .*|A new word|The number .*|There is no page here|Administration)')

PAGES = {
    '/words/a': "The word 'a'", '/words/new': 'A new word', '/words/%6Eew': 'A new word',
    '/words/NEW': "The word 'NEW'", '/words/new;x': "The word 'new;x'", '/words/new%3Fx': "The word 'new?x'",
    '/words/new%23x': "The word 'new#x'",
    '/words/a%2500': "The word 'a%00'", '/words/caf%C3%A9': r"The word 'caf\xe9'", '/words/%FF': r"The word '\ufffd'",
    '/words/..': "The word '..'", '/words/%2e%2e': "The word '..'", '/words/a%5Cb': r"The word 'a\\b'",
    '/words/%7Bword%7D': "The word '{word}'", '/words/a?word=b': "The word 'a'", '/words/a?x=/admin': "The word 'a'",
    '/words/a%20': "The word 'a '", '/numbers/7': 'The number 7 of at least None',
    '/numbers/7?least=3': 'The number 7 of at least 3', '/admin': 'Administration', '/%61dmin': 'Administration',
    '/admin?': 'Administration', '/admin?/words/a': 'Administration',
}
NOWHERE = [
    '/words', '/words/', '/words/a//', '//words/a', '//words/a/', '//evil.example/', '//',
    '/words//a', '/words/./a', '/words/a/..', '/words/../admin',
    '/words/a%2Fb', '/words/new%0A', '/words/a%0Ab', '/words/a%00', '/words/a/b',
    '/WORDS/a', '/admin//', '//admin', '/admin;x', '/admin%3F', '/admin%23', '/admin%0A', '/admin%00', '/admin%20',
    '/Admin', '/admin/.', '/./admin', '/admin/sessions/..', '/%2Fadmin',
    '/x/admin', '/' + 'a/' * 2000,
]
ONE_SLASH_TOO_MANY = {
    '/words/a/': '/words/a', '/words/new/?a=b&c=%2F//evil.example/': '/words/new?a=b&c=%2F//evil.example/',
    '/admin/': '/admin', '/admin/?': '/admin', '/admin%2F': '/admin',
    '/admin%2Fsessions%2F': '/admin/sessions', '/words%2Fa/': '/words/a', '/words/%0d%0ax/': None,
    '/words/%5Cevil.example/': '/words/%5Cevil.example', '/words/a%3Fb%23c/': '/words/a%3Fb%23c',
    '/words/caf%C3%A9/': '/words/caf%C3%A9', '/words/..//': None, '/words/http:%2F%2Fevil.example/': None,
    '/words/javascript:alert(1)/': '/words/javascript%3Aalert%281%29',
    '/words/@evil.example/': '/words/%40evil.example',
}
"""Where addresses lead that have a slash at their end; None is nowhere."""
OTHER_NUMBERS = ['/numbers/x', '/numbers/7?least=x', '/numbers/7e0', '/numbers/%20']


@pytest.fixture(scope='module')
async def ada(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Somebody]:
    """An administrator."""
    folder = tmp_path_factory.mktemp('addresses')
    server = await Server(folder, {'acts': folder / 'acts', CHEAP_PASSWORDS: 1}, script=GUARDED).start()
    somebody = await Somebody.at(server).sign_up(administrator=True)
    yield somebody
    await somebody.close()
    server.stop()
    assert 'Traceback' not in server.log


async def ask(somebody: Somebody, address: str, method: str = 'GET') -> tuple[int, str]:
    """Ask for an address just as it is written; returns the status of the answer, and which page is in it."""
    reader, writer = await asyncio.open_connection('127.0.0.1', somebody.server.port)
    writer.write('\r\n'.join([f'{method} {address} HTTP/1.1', f'Host: localhost:{somebody.server.port}',
                              f'Cookie: {somebody.cookie()}', 'Connection: close', '', '']).encode())
    read = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
    head, _, body = read.decode(errors='replace').partition('\r\n\r\n')
    writer.close()
    found = _ELEMENTS.search(body)
    elements = json.loads(html.unescape(found[1])) if found else {}
    texts = [element['text'] for element in elements.values() if _SHOWN.fullmatch(element.get('text', ''))]
    return int(head.split()[1]), (texts or [''])[0]


async def go(tab: Tab, address: str) -> str:
    """Go to an address without a request for it; returns which page is shown."""
    await tab.navigate('/')
    await until(lambda: not shown(tab))
    await tab.navigate(address)
    await until(lambda: shown(tab))
    return shown(tab)[0]


def shown(tab: Tab) -> list[str]:
    return [text for text in tab.texts() if _SHOWN.fullmatch(text)]


async def test_the_door_and_the_page_take_an_address_for_the_same_page(ada: Somebody) -> None:
    tab = await ada.tab('/')

    for address, text in PAGES.items():
        assert await ask(ada, address) == (200, text), address
        assert await go(tab, address) == text, address
    for address in OTHER_NUMBERS:
        assert await ask(ada, address) == (200, 'There is no page here'), address
        assert await go(tab, address) == 'There is no page here', address
    for address in NOWHERE:
        assert (await ask(ada, address))[0] == 404, address
        assert await go(tab, address) == 'There is no page here', address


@pytest.mark.parametrize('method', ['GET', 'HEAD', 'POST'])
async def test_one_slash_too_many_leads_to_the_page(ada: Somebody, method: str) -> None:
    for address, leads_to in ONE_SLASH_TOO_MANY.items():
        answer = await head_of(ada, address, method)
        assert answer.get('location') == leads_to, address
        assert answer['status'] == ('404' if leads_to is None else '308'), address
        assert answer['cache-control'] == 'no-store'


async def head_of(somebody: Somebody, address: str, method: str) -> dict[str, str]:
    """Ask for an address just as it is written; returns the status and the headers of the answer."""
    reader, writer = await asyncio.open_connection('127.0.0.1', somebody.server.port)
    writer.write(f'{method} {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
    read = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
    head, _, body = read.decode(errors='replace').partition('\r\n\r\n')
    writer.close()
    status, *lines = head.split('\r\n')
    assert method != 'HEAD' or not body
    return {'status': status.split()[1], **dict(line.lower().split(': ', 1) if not line.lower().startswith('location')
                                                else ('location', line[10:]) for line in lines)}


async def test_a_page_may_be_asked_for_without_its_content(ada: Somebody) -> None:
    for address, status in {'/': 200, '/admin': 200, '/words/a': 200, '/nowhere': 404}.items():
        assert (await ada.get(address, 'HEAD')).status_code == status, address


async def test_the_parameters_of_a_path_that_is_gone_to_are_those_of_one_that_is_asked_for(ada: Somebody) -> None:
    tab = await ada.tab('/words/a%2Cb%20c', "The word 'a,b c'")

    assert await go(tab, '/words/d%2Cb%20c#there') == "The word 'd,b c'"
    assert await go(tab, '/words/e,b c') == "The word 'e,b c'"
