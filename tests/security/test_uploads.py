"""Files that are sent to a page count like its events: for the tab whose cookie comes with them, while it may act."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.apps import ENDPOINTS
from tests.browser.devices import MakeDevice, NewServer
from tests.programs import CHEAP_PASSWORDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .visitors import REVOKED, WITHDRAWN, NewPerson, Tab, acts, until

pytestmark = either_store

FILE = {'file': ('list.txt', b'milk', 'text/plain')}


@pytest.fixture(scope='module')
async def served(new_server: NewServer, trace: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Serves pages that take files."""
    settings = {'acts': trace, 'max_upload_mib': 1, CHEAP_PASSWORDS: 1}
    server = await new_server(tmp_path_factory.mktemp('uploads'), settings, script=ENDPOINTS).start()
    yield server
    server.stop()


def address_of(tab: Tab) -> str:
    """Where a page has its files sent."""
    return next(element['props']['url'] for element in tab.elements.values()
                if element and element.get('props', {}).get('url', '').startswith('/_nicegui/client/'))


async def test_a_page_takes_the_files_of_its_own_browser_and_goes_on_to_show_it(visitor: NewPerson,
                                                                              trace: Path) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/own-files', 'Nothing yet')

    answer = await ann.web.post(address_of(tab), files=FILE)

    assert (answer.status_code, answer.json()) == (200, {'upload': 'success'})
    await tab.sees('Took list.txt')
    assert acts(trace) == ['a person begins', 'a person took list.txt: milk']


async def test_a_page_of_everybodys_takes_the_files_of_a_visitor(visitor: NewPerson, trace: Path) -> None:
    nobody = visitor()
    tab = await nobody.tab('/drop-box', 'Nothing yet')

    answer = await nobody.web.post(address_of(tab), files=FILE)

    assert answer.status_code == 200
    await tab.sees('Took list.txt')


@pytest.mark.parametrize('path', ['/own-files', '/drop-box'])
async def test_nobody_else_sends_files_to_a_tab_not_even_of_the_same_person(visitor: NewPerson,
                                                                            trace: Path, path: str) -> None:
    ann, bob, phone, nobody = await visitor().sign_up(), await visitor().sign_up(), visitor(), visitor()
    await phone.web.post('/v1/client/sign_ins', data={'identifier': ann.address, 'password': PASSWORD})
    tab = await ann.tab(path, 'Nothing yet')

    answers = [await one.web.post(address_of(tab), files=FILE) for one in (bob, phone, nobody)]

    assert {(answer.status_code, answer.json()['errors'][0]['code']) for answer in answers} == {(404, 'tab_unknown')}
    assert acts(trace) == []


async def test_a_page_of_another_site_sends_no_files(visitor: NewPerson, trace: Path) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/own-files', 'Nothing yet')

    answers = [await ann.web.post(address_of(tab), files=FILE, headers=headers)
               for headers in ({'origin': 'https://evil.example'}, {'sec-fetch-site': 'cross-site'})]

    assert {(answer.status_code, answer.json()['errors'][0]['code']) for answer in answers} == {(403, 'origin_invalid')}
    assert acts(trace) == []


async def test_an_address_that_is_no_tabs_takes_nothing(visitor: NewPerson, trace: Path) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/own-files', 'Nothing yet')
    right = address_of(tab)
    wrong = [right.replace(tab.page_id, str(uuid4())), f'{right}/more', f'{right}x',
             right.replace('/upload/', '/other/'),
             right.replace('/_nicegui/client/', '/_nicegui/client//'), f'/_nicegui/client/{tab.page_id}',
             right.rpartition('/')[0] + '/99999']

    answers = [await ann.web.post(path, files=FILE) for path in wrong] + [await ann.web.get(right)]

    assert {answer.status_code for answer in answers} == {404}
    assert acts(trace) == []


async def test_after_the_end_the_page_takes_no_file_told_of_it_or_not(visitor: NewPerson, trace: Path,
                                                                      server: Server) -> None:
    ann, ada = await visitor().sign_up(), await visitor().sign_up(administrator=True)
    of_ann, of_ada = await ann.tab('/own-files', 'Nothing yet'), await ada.tab('/site-files', 'Nothing yet')
    addresses = [address_of(of_ann), address_of(of_ada)]

    server.sql(REVOKED, ann.address)
    server.sql(WITHDRAWN, False, ada.address)
    answers = [await one.web.post(address, files=FILE) for one, address in zip((ann, ada), addresses, strict=True)]

    assert {answer.status_code for answer in answers} <= {401, 404}
    assert acts(trace) == []


@pytest.mark.parametrize('page', ['/own-files', '/site-files'])
async def test_a_slow_upload_counts_for_nothing_if_the_session_ends_before_its_last_byte(
        visitor: NewPerson, trace: Path, server: Server, page: str) -> None:
    ada = await visitor().sign_up(administrator=True)
    tab = await ada.tab(page, 'Nothing yet')
    began = asyncio.Event()
    head = b'--x\r\ncontent-disposition: form-data; name="file"; filename="list.txt"\r\n\r\nmi'

    async def slowly() -> AsyncIterator[bytes]:
        yield head
        await began.wait()
        yield b'lk\r\n--x--\r\n'

    sending = asyncio.create_task(ada.web.post(address_of(tab), content=slowly(), headers={
        'content-type': 'multipart/form-data; boundary=x', 'content-length': str(len(head) + 11)}))
    await until(lambda: any('begins' in what for what in acts(trace)))
    if page == '/own-files':
        server.sql(REVOKED, ada.address)
    else:
        server.sql(WITHDRAWN, False, ada.address)
    began.set()
    answer = await sending

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (401, 'authentication_invalid')
    assert not [what for what in acts(trace) if 'took' in what]


@pytest.mark.parametrize('announced', [True, False])
async def test_more_than_the_settings_allow_is_refused_with_a_sentence(visitor: NewPerson, trace: Path,
                                                                       announced: bool) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/own-files', 'Nothing yet')

    parts = [b'--x\r\ncontent-disposition: form-data; name="file"; filename="list.txt"\r\n\r\n',
             *[b'x' * 2**16] * 20, b'\r\n--x--\r\n']

    async def large() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    headers = {'content-type': 'multipart/form-data; boundary=x'}
    if announced:
        headers['content-length'] = str(sum(map(len, parts)))
    answer = await ann.web.post(address_of(tab), content=large(), headers=headers)

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (413, 'upload_too_large')
    assert '1 MiB' in answer.json()['errors'][0]['message']
    assert not [what for what in acts(trace) if 'took' in what]


async def test_an_upload_that_is_broken_off_is_no_error(visitor: NewPerson, trace: Path, server: Server
                                                        ) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/own-files', 'Nothing yet')
    before = len(server.log)
    _, writer = await asyncio.open_connection('127.0.0.1', server.port)
    writer.write((f'POST {address_of(tab)} HTTP/1.1\r\nHost: localhost\r\nCookie: {ann.cookie()}\r\n'
                  'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x\r\n').encode())
    await until(lambda: acts(trace) == ['a person begins'])
    writer.transport.abort()
    again = await ann.web.post(address_of(tab), files=FILE)

    assert again.status_code == 200
    assert 'Traceback' not in server.log[before:]


async def test_whoever_picks_a_file_in_a_browser_sees_that_it_was_taken(server: Server, device: MakeDevice) -> None:
    laptop = await device(server)
    await laptop.sign_up('ann-uploads@example.com')
    tab = await laptop.tab('/own-files')

    await tab.page.locator('input[type=file]').set_input_files(
        {'name': 'list.txt', 'mimeType': 'text/plain', 'buffer': b'milk'})

    await expect(tab.see('Took list.txt')).to_be_visible()
