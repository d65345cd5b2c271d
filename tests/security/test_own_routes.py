"""What an author has beside pages: who may use it is said in the same words, and what says nothing is private."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import expect

from tests.apps import ENDPOINTS
from tests.browser.devices import MakeDevice, NewServer
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS
from tests.running import either_store
from tests.server import Server

from .conftest import Start
from .visitors import REVOKED, WITHDRAWN, NewPerson, Somebody, acts, until

pytestmark = either_store


@pytest.fixture(scope='module')
async def served(new_server: NewServer, trace: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Serves an app that has more than pages."""
    settings = {'acts': trace, CHEAP_PASSWORDS: 1}
    server = await new_server(tmp_path_factory.mktemp('endpoints'), settings, script=ENDPOINTS).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log


def tell(trace: Path, what: str) -> None:
    """Let what waits for it go on."""
    with trace.open('a') as told:
        told.write(f'{what}\n')


# by path: what nobody, somebody and an administrator get
READ = {
    '/api/unsaid': (401, 200, 200), '/api/unsaid/': (401, 307, 307), '/api/me': (401, 200, 200),
    '/api/whoever': (200, 200, 200), '/api/open/me': (401, 200, 200), '/api/admin': (401, 403, 200),
    '/v1/items': (401, 200, 200), '/logos/serve.py': (200, 200, 200), '/letters/serve.py': (401, 200, 200),
    '/films/serve.py': (401, 200, 200), '/trailers/serve.py': (200, 200, 200), '/ledgers/serve.py': (401, 403, 200),
    '/manuals/serve.py': (401, 403, 403),
    '/routed/private': (200, 200, 200), '/routed/other': (401, 200, 200), '/routed/': (401, 200, 200),
    '/mounted/me': (401, 200, 200), '/mounted/open': (200, 200, 200), '/mounted/asking': (401, 200, 200),
    '/papers/serve.py': (401, 200, 200), '/static/serve.py': (401, 200, 200), '/static/app.css': (401, 404, 404),
    '/api/nothing': (404, 404, 404), '/mounted/nothing': (404, 404, 404),
    '/logosx': (404, 404, 404), '//api/unsaid': (404, 404, 404), '/API/unsaid': (404, 404, 404),
    '/letters/%2e%2e/apps/serve.py': (401, 200, 200), '/logos/..%2f..%2fconftest.py': (404, 404, 404),
    '/api/%75nsaid': (401, 200, 200), '/docs': (404, 404, 404), '/openapi.json': (404, 404, 404),
}


async def test_each_route_is_for_whom_its_word_says_and_without_a_word_for_those_who_are_signed_in(
        visitor: NewPerson) -> None:
    nobody, ann, ada = visitor(), await visitor().sign_up(), await visitor().sign_up(administrator=True)

    found = {path: tuple([(await one.get(path)).status_code for one in (nobody, ann, ada)]) for path in READ}

    assert found == READ


async def test_a_path_may_be_for_those_who_have_a_role(server: Server, visitor: NewPerson) -> None:
    ann = await visitor().sign_up()
    server.sql("UPDATE user SET roles = 'author editor' WHERE email_address = ?", ann.address)
    given = await ann.get('/manuals/serve.py')
    server.sql("UPDATE user SET roles = 'author' WHERE email_address = ?", ann.address)

    assert (given.status_code, (await ann.get('/manuals/serve.py')).status_code) == (200, 403)


async def test_a_refusal_is_in_the_words_of_the_frontend_api_and_who_follows_a_link_is_sent_to_sign_in(
        visitor: NewPerson, trace: Path) -> None:
    nobody = visitor()

    refused = await nobody.get('/api/unsaid')
    sent = await nobody.web.get('/letters/serve.py?as=text', headers={'sec-fetch-mode': 'navigate'})

    assert refused.json()['errors'][0]['code'] == 'authentication_invalid'
    assert refused.headers['cache-control'] == 'no-store'
    assert (sent.status_code, sent.headers['location']) == (
        303, '/sign-in?redirect_url=%2Fletters%2Fserve.py%3Fas%3Dtext')
    assert acts(trace) == []


async def test_what_is_private_is_kept_by_nobody_but_the_browser_and_what_is_public_as_ever(visitor: NewPerson) -> None:
    ann = await visitor().sign_up()

    kept = {path: (await ann.get(path)).headers.get('cache-control')
            for path in ('/letters/serve.py', '/logos/serve.py', '/api/unsaid')}

    assert kept == {'/letters/serve.py': 'private, no-cache', '/logos/serve.py': 'public, max-age=3600',
                    '/api/unsaid': 'no-store'}


@pytest.mark.parametrize('headers', [{'origin': 'https://evil.example'}, {'sec-fetch-site': 'cross-site'},
                                     {'sec-fetch-site': 'same-site'}], ids=str)
async def test_a_page_of_another_site_changes_nothing(visitor: NewPerson, trace: Path, headers: dict[str, str]) -> None:
    ada = await visitor().sign_up(administrator=True)

    answers = [await ada.web.post(path, headers=headers)
               for path in ('/api/unsaid', '/api/open/admin', '/api/whoever', '/api/rename/Eve')]

    assert {(answer.status_code, answer.json()['errors'][0]['code']) for answer in answers} == {(403, 'origin_invalid')}
    assert acts(trace) == []


async def test_the_dependencies_tell_who_asks_and_refuse_everybody_else(visitor: NewPerson, trace: Path) -> None:
    nobody, ann, ada = visitor(), await visitor().sign_up(), await visitor().sign_up(administrator=True)

    told = (await ann.get('/api/me')).json()
    answers = [await one.get('/api/open/admin', 'POST') for one in (nobody, ann, ada)]

    assert (told['address'], told['admin'], told['session'][:5]) == (ann.address, False, 'sess_')
    assert [answer.status_code for answer in answers] == [401, 403, 200]
    assert answers[1].json()['errors'][0]['code'] == 'authorization_invalid'
    assert (await nobody.get('/api/whoever')).json() == 'nobody'
    assert (await ann.get('/api/whoever')).json() == (await ann.get('/mounted/open')).json() == ann.address
    assert acts(trace) == ['administered']


async def test_after_the_end_nothing_of_the_authors_answers(visitor: NewPerson, server: Server, trace: Path) -> None:
    ada = await visitor().sign_up(administrator=True)

    server.sql(WITHDRAWN, False, ada.address)
    withdrawn = [(await ada.get('/api/admin')).status_code, (await ada.get('/api/open/admin', 'POST')).status_code,
                 (await ada.get('/ledgers/serve.py')).status_code]
    server.sql(REVOKED, ada.address)
    ended = [(await ada.get(path)).status_code for path in ('/api/me', '/api/open/me', '/letters/serve.py',
                                                            '/mounted/me', '/routed/other')]

    assert (withdrawn, set(ended)) == ([403, 403, 403], {401})
    assert (await ada.get('/api/whoever')).json() == 'nobody'
    assert acts(trace) == []


@pytest.mark.parametrize(('method', 'status'), [('GET', 401), ('POST', 200)])
async def test_what_is_answered_after_the_end_tells_nothing_but_how_an_act_went(
        visitor: NewPerson, server: Server, trace: Path, method: str, status: int) -> None:
    ann = await visitor().sign_up()
    websocket = await opened(ann, '/api/socket')

    asking = asyncio.create_task(ann.get('/api/slow', method))
    await until(lambda: 'waiting' in acts(trace))
    server.sql(REVOKED, ann.address)
    await websocket.receive(PATIENCE_SECONDS)  # it is closed: what was let in for this session has been told
    tell(trace, 'go on')
    answer = await asking

    assert answer.status_code == status
    assert 'answered' in acts(trace)


async def test_a_page_of_nicegui_may_ask_by_its_dependency_and_signs_nobody_in(visitor: NewPerson) -> None:
    nobody, ann = visitor(), await visitor().sign_up()

    refused = await nobody.get('/whole/me')
    shown = await ann.get('/whole/me')
    callback = await nobody.get(f'/whole/callback?proven={ann.address}')

    assert (refused.status_code, refused.json()['errors'][0]['code']) == (401, 'authentication_invalid')
    assert f'You are {ann.address}' in shown.text
    assert 'redirect from it' in callback.text
    assert (await nobody.get('/api/whoever')).json() == 'nobody'


# ---------------------------------------------------------------- acts


async def test_an_act_is_written_whole_or_not_at_all(visitor: NewPerson, server: Server) -> None:
    ann = await visitor().sign_up()

    done = await ann.get('/api/rename/Annabel', 'POST')
    failed = await ann.get('/api/rename/fail', 'POST')

    assert (done.status_code, done.json(), failed.status_code) == (200, 'Annabel', 422)
    assert server.sql('SELECT first_name FROM user WHERE email_address = ?', ann.address) == [('Annabel',)]


async def test_a_session_that_ended_between_the_check_and_the_write_writes_nothing(visitor: NewPerson, server: Server,
                                                                                  trace: Path) -> None:
    ann = await visitor().sign_up()

    acting = asyncio.create_task(ann.get('/api/rename/Eve?waits=once', 'POST'))
    await until(lambda: 'waiting' in acts(trace))
    server.sql(REVOKED, ann.address)
    tell(trace, 'go on once')
    answer = await acting

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (401, 'authentication_invalid')
    assert server.sql('SELECT first_name FROM user WHERE email_address = ?', ann.address) == [('',)]


async def test_a_handler_of_a_page_writes_for_whoever_is_at_the_tab(visitor: NewPerson, server: Server, trace: Path
                                                                    ) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/renaming', 'Nothing written')
    tell(trace, 'go on')

    await tab.click(tab.handler(text='Rename'))

    await tab.sees('Now Annabel')
    assert server.sql('SELECT first_name FROM user WHERE email_address = ?', ann.address) == [('Annabel',)]


async def test_a_handler_that_was_under_way_at_the_end_writes_nothing(visitor: NewPerson, server: Server, trace: Path
                                                                     ) -> None:
    ann = await visitor().sign_up()
    tab = await ann.tab('/renaming', 'Nothing written')

    await tab.click(tab.handler(text='Rename'))
    await until(lambda: 'waiting' in acts(trace))
    server.sql(REVOKED, ann.address)
    tell(trace, 'go on')
    await until(lambda: 'authentication_invalid' in acts(trace))

    assert server.sql('SELECT first_name FROM user WHERE email_address = ?', ann.address) == [('',)]


# ---------------------------------------------------------------- proved in another way


async def test_whoever_has_proved_who_they_are_elsewhere_is_signed_in_by_the_answer(visitor: NewPerson,
                                                                                    server: Server) -> None:
    ann, phone = await visitor().sign_up(), visitor()
    user_id = (await ann.get('/api/me')).json()['id']

    answer = await phone.get(f'/callback?proven={user_id}')
    before = phone.cookie()
    server.sql('UPDATE user SET address_confirmed_at = created_at WHERE email_address = ?', ann.address)
    again = await phone.web.get('/callback', params={'proven': ann.address.upper(), 'kept': True})

    assert (answer.status_code, answer.headers['location']) == (303, '/account')
    assert 'HttpOnly' in answer.headers['set-cookie']
    assert 'Max-Age' not in answer.headers['set-cookie']
    assert 'Max-Age' in again.headers['set-cookie']
    assert phone.cookie() != before
    assert (await phone.get('/api/me')).json()['id'] == user_id


async def test_nobody_is_signed_in_who_is_disabled_or_unknown(visitor: NewPerson, server: Server) -> None:
    ann, phone = await visitor().sign_up(), visitor()
    server.sql('UPDATE user SET disabled = ? WHERE email_address = ?', True, ann.address)

    refused = await phone.get(f'/callback?proven={ann.address}')
    unknown = await phone.get('/callback?proven=user_nobody')

    assert (refused.status_code, refused.json()['errors'][0]['code']) == (403, 'user_deactivated')
    assert unknown.status_code == 404
    assert 'set-cookie' not in refused.headers
    assert (await phone.get('/api/whoever')).json() == 'nobody'


# ---------------------------------------------------------------- sockets and streams


async def opened(one: Somebody, path: str, **headers: str) -> aiohttp.ClientWebSocketResponse:
    """Open a websocket of the author's."""
    url = one.server.url.replace('http', 'ws') + path
    return await one.http.ws_connect(url, headers={'cookie': one.cookie(), **headers})


async def status_of(one: Somebody, path: str, **headers: str) -> int:
    """What somebody is answered who asks for a websocket."""
    try:
        async with await opened(one, path, **headers):
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


SOCKETS = {'/api/socket': (403, 101, 101), '/api/open/socket': (101, 101, 101), '/api/admin/socket': (403, 403, 101),
           '/api/asking/socket': (403, 101, 101), '/api/no/socket': (403, 403, 403), '/api/unsaid': (403, 403, 403)}


async def test_each_socket_is_for_whom_its_word_says(visitor: NewPerson) -> None:
    nobody, ann, ada = visitor(), await visitor().sign_up(), await visitor().sign_up(administrator=True)

    found = {path: tuple([await status_of(one, path) for one in (nobody, ann, ada)]) for path in SOCKETS}
    of_another_site = [await status_of(ann, path, origin='https://evil.example')
                       for path in ('/api/socket', '/api/asking/socket')]

    assert found == SOCKETS
    assert of_another_site == [403, 403]


@pytest.mark.parametrize('path', ['/api/socket', '/api/admin/socket'])
async def test_a_socket_is_closed_at_the_end_and_takes_nothing_more(visitor: NewPerson, server: Server, trace: Path,
                                                                    path: str) -> None:
    ada = await visitor().sign_up(administrator=True)
    websocket = await opened(ada, path)
    await websocket.send_str('one')
    first = await websocket.receive(PATIENCE_SECONDS)

    if path == '/api/socket':
        server.sql(REVOKED, ada.address)
    else:
        server.sql(WITHDRAWN, False, ada.address)
    with suppress(ConnectionError):
        await websocket.send_str('two')
    closed = await websocket.receive(PATIENCE_SECONDS)

    assert first.data.endswith('got one')
    assert (closed.type, websocket.close_code) == (aiohttp.WSMsgType.CLOSE, 1008)
    assert not [what for what in acts(trace) if what.endswith('two')]


async def test_a_socket_nobody_speaks_on_is_closed_at_the_end_as_well(visitor: NewPerson, server: Server) -> None:
    ann = await visitor().sign_up()
    websocket = await opened(ann, '/api/socket')

    server.sql(REVOKED, ann.address)
    closed = await websocket.receive(PATIENCE_SECONDS)

    assert (closed.type, websocket.close_code) == (aiohttp.WSMsgType.CLOSE, 1008)


@pytest.mark.parametrize('pause', [0.05, 0, 3600], ids=['waits', 'tells', 'is silent'])
async def test_a_stream_has_no_more_parts_after_the_end(visitor: NewPerson, server: Server, trace: Path, pause: float
                                                        ) -> None:
    ann = await visitor().sign_up()

    async with ann.web.stream('GET', '/api/stream', params={'pause': pause}) as answer:
        parts = answer.aiter_text()
        first = await anext(parts)
        server.sql(REVOKED, ann.address)
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for _ in parts:
                pass
    await until(lambda: 'stream over' in acts(trace))

    assert first.startswith('tick')


# ---------------------------------------------------------------- passwords of the author's


async def test_a_password_that_is_typed_into_quasars_field_is_warned_of_once(visitor: NewPerson, server: Server
                                                                            ) -> None:
    nobody = visitor()
    before = len(server.log)
    tab = await nobody.tab('/typing')
    typed = tab.handler(text='Becomes a password', event='update:value')

    await tab.click_with(typed, 'o')
    await tab.click(tab.handler(text='Become'))
    await until(lambda: any((element or {}).get('props', {}).get('type') == 'password'
                            and (element or {}).get('props', {}).get('label') for element in tab.elements.values()))
    assert 'Use password_field' not in server.log[before:]
    for key in 'op':
        await tab.click_with(typed, key)
    await until(lambda: 'Use password_field' in server.log[before:])
    await nobody.tab('/made-so')

    assert server.log[before:].count('Use password_field') == 1


async def test_the_warning_comes_when_such_a_field_is_made(start: Start, tmp_path: Path) -> None:
    server = await start({'acts': tmp_path / 'acts', CHEAP_PASSWORDS: 1}, script=ENDPOINTS)
    nobody = Somebody.at(server)

    await nobody.get('/typing')
    before = server.log.count('password_field')
    await nobody.get('/made-so')
    await until(lambda: 'the page at' in server.log)
    await nobody.close()

    assert before == 0
    assert "('PIN')" in server.log


async def test_what_is_typed_into_the_native_field_comes_with_its_form_and_not_before(server: Server, device: MakeDevice
                                                                                     ) -> None:
    laptop = await device(server)
    tab = await laptop.tab('/typing')
    sent: list[str] = []
    tab.page.on('websocket', lambda websocket: websocket.on('framesent', lambda frame: sent.append(str(frame))))
    await tab.page.reload()
    await tab.live()

    field = tab.page.get_by_label('API key')
    await field.fill('hunter2 hunter2')
    await expect(field).to_have_attribute('type', 'password')
    await tab.button('Save').click()
    await expect(tab.page.get_by_text('The key has 15 characters')).to_be_visible()

    assert sent
    assert not [frame for frame in sent if 'hunter2' in frame]


# ---------------------------------------------------------------- an API of the author's below /v1


async def test_a_route_that_the_frontend_api_hides_is_refused_at_the_start_with_what_to_set(start: Start, tmp_path: Path
                                                                                           ) -> None:
    with pytest.raises(RuntimeError, match=r'at /v1/client would never be asked for.*set API_PREFIX'):
        await start({'acts': tmp_path / 'acts', 'own_v1': 1}, script=ENDPOINTS)


async def test_the_frontend_api_can_be_elsewhere_for_the_sake_of_the_apps_own(start: Start, device: MakeDevice,
                                                                              tmp_path: Path) -> None:
    server = await start({'acts': tmp_path / 'acts', 'own_v1': 1, 'api_prefix': '/auth/v1', CHEAP_PASSWORDS: 1},
                         script=ENDPOINTS)
    laptop = await device(server, new=True)
    left = await laptop.tab('/sign-up')
    await left.fill('ann@example.com')
    await left.button('Sign up').click()
    await expect(left.see(re.compile('Active Session: sess_'))).to_be_visible()
    right = await laptop.tab('/')
    await left.button('Sign out').first.click()
    await right.signed_out()
    async with patient_client(base_url=server.url) as program:
        answers = [await program.get(path) for path in ('/v1/client', '/auth/v1/client', '/v1/me', '/auth/v1/nothing',
                                                        '/auth/v1')]
        page = await program.get('/')

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404, 404]
    assert answers[0].json() == 'a client of the author'
    assert answers[1].json()['response'] is None
    assert 'report-uri /auth/v1/policy_reports' in page.headers['content-security-policy']
