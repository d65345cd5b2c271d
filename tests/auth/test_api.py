"""The Frontend API: the one door for credentials."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack

import pytest

from auth.changes.clients import Clients
from auth.web.api import me_endpoints
from tests.auth.conftest import Api, said, sign_up
from tests.rules import PASSWORD, Rules
from tests.running import both_stores, either_store

FORM = {'content-type': 'application/x-www-form-urlencoded'}
JSON = {'content-type': 'application/json'}

ELSEWHERE: list[dict[str, str]] = [
    {'origin': 'https://evil.example'}, {'origin': 'null'}, {'origin': 'http://localhost.evil.example'},
    {'origin': 'http://localhost:1'}, {'sec-fetch-site': 'cross-site'}, {'sec-fetch-site': 'same-site'},
    {'sec-fetch-site': 'none'}, {'sec-fetch-site': 'same-origin', 'origin': 'https://evil.example'},
    {'sec-fetch-site': 'cross-site', 'origin': 'http://localhost'}, {'sec-fetch-site': ''}, {'origin': ''},
    {'origin': 'http://['},
]
"""What the browser says of a request that another site asks for."""

METHODS = [
    ('GET', '/v1/client/sign_ins', 'POST'), ('GET', '/v1/client/sessions', 'DELETE'),
    ('POST', '/v1/client', 'GET, HEAD, PUT, DELETE'),
    ('GET', '/v1/client/sessions/x/end', 'POST'), ('PUT', '/v1/me', 'GET, HEAD, PATCH, DELETE'),
    ('GET', '/v1/me/change_password', 'POST'), ('GET', '/v1/me/sessions/x/revoke', 'POST'),
    ('GET', '/v1/me/sessions/revoke_others', 'POST'), ('GET', '/v1/password_checks', 'POST'),
    ('GET', '/v1/client/sessions/x/remove', 'POST'), ('GET', '/v1/client/sessions/x/touch', 'POST'),
    ('GET', '/v1/client/sessions?_method=DELETE', 'DELETE'), ('PUT', '/v1/client/tabs', 'POST'),
]
"""What each way does not take, and what it takes."""


async def test_the_whole_way_from_sign_up_to_sign_out(api: Api) -> None:
    async with api.browser() as laptop:
        up = await sign_up(laptop, first_name='Ann')
        here = await laptop.get('/v1/client')
        out = await laptop.delete('/v1/client/sessions')
        gone = await laptop.get('/v1/client')

    session_id = up.json()['response']['created_session_id']
    assert up.json()['client']['last_active_session_id'] == session_id
    assert here.json()['response']['sessions'][0]['user']['first_name'] == 'Ann'
    assert here.json()['client'] is None
    assert out.json()['response']['sessions'] == gone.json()['response']['sessions'] == []
    assert gone.json()['response']['id'] == here.json()['response']['id']
    assert api.rules.status(session_id) == 'removed'


@either_store
async def test_clerks_clients_may_send_a_post_that_names_another_method(api: Api) -> None:
    async with api.browser() as laptop:
        up = await sign_up(laptop)
        out = await laptop.post('/v1/client/sessions?_method=DELETE&_clerk_js_version=6')

    assert out.status_code == 200
    assert api.rules.status(up.json()['response']['created_session_id']) == 'removed'


@either_store
async def test_the_cookie_and_the_headers(api: Api) -> None:
    async with api.browser() as laptop:
        up = await sign_up(laptop)
        here = await laptop.get('/v1/client')
    async with api.browser('https://localhost') as phone:
        secure = await sign_up(phone, 'bob@example.com')

    cookie, of_https = up.headers.get_list('set-cookie')[0], secure.headers.get_list('set-cookie')[0]
    assert cookie.startswith('__client=client_')
    assert cookie.endswith('; Path=/; HttpOnly; SameSite=Lax')
    assert of_https.startswith('__Host-client=client_')
    assert of_https.endswith('; HttpOnly; SameSite=Lax; Secure')
    assert 'set-cookie' not in here.headers
    for answer in (up, here):
        assert answer.headers['cache-control'] == 'no-store'
        assert answer.headers['x-content-type-options'] == 'nosniff'


async def test_a_made_up_cookie_is_nobody_and_never_an_error(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop:
        for cookie in ('', 'x', 'é', 'client_' + 'a' * 24 + '.' + 'b' * 43, '../../etc', 'x' * 9000, '"', ';'):
            with subtests.test(cookie=cookie[:40]):
                answer = await laptop.get('/v1/client', headers=[(b'cookie', f'__client={cookie}'.encode())])
                assert (answer.status_code, answer.json()['response']) == (200, None)


async def test_everything_in_a_dump_of_the_store_is_worthless_as_a_cookie(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        client_id = (await laptop.get('/v1/client')).json()['response']['id']
    dump = {str(value) for table in ('user', 'client', 'session', 'audit_event')
            for row in api.rules.sql(f'SELECT * FROM {table}') for value in row}

    async with api.browser() as thief:
        for value in dump:
            for cookie in (value, f'{client_id}.{value}', f'{client_id}.{value[:43]}'):
                answer = await thief.get('/v1/client', headers={'cookie': f'__client={cookie}'})
                assert answer.json()['response'] is None


@either_store
async def test_a_change_asked_for_by_another_site_is_refused(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        for headers in ELSEWHERE:
            with subtests.test(headers=headers):
                answers = [
                    await laptop.post('/v1/client/sign_ins', headers=headers,
                                      data={'identifier': 'a', 'password': 'b'}),
                    await laptop.delete('/v1/client/sessions', headers=headers),
                    await laptop.post('/v1/client/sessions?_method=DELETE', headers=headers),
                    await laptop.post(f'/v1/client/sessions/{session_id}/remove', headers=headers),
                    await laptop.post('/v1/client/tabs', headers=headers)]
                refused = {(answer.status_code, answer.json()['errors'][0]['code']) for answer in answers}
                assert refused == {(403, 'origin_invalid')}
                assert api.rules.status(session_id) == 'active'


@either_store
@pytest.mark.parametrize('headers', [{}, {'origin': 'http://localhost', 'sec-fetch-site': 'same-origin'},
                                     {'origin': 'http://localhost'}, {'sec-fetch-site': 'same-origin'}])
async def test_a_change_asked_for_from_here_or_by_a_program_is_done(api: Api, headers: dict[str, str]) -> None:
    async with api.browser(**headers) as laptop:
        assert (await sign_up(laptop)).status_code == 200


@either_store
async def test_nothing_changes_by_another_method(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop:
        for method, path, allowed in METHODS:
            with subtests.test(method=method, path=path):
                answer = await laptop.request(method, path)
                assert (answer.status_code, answer.headers['allow']) == (405, allowed)


@either_store
async def test_a_tab_that_is_not_open_is_refused_whatever_it_sends_to_re_authenticate(api: Api) -> None:
    async with api.browser() as laptop:
        answers = [await laptop.post('/v1/client/tabs', data={'tab': 'x', 'socket': 'y', 'epoch': epoch})
                   for epoch in ('0', '7', '', '-1', '1);alert(1', '²', '9' * 10)]

    assert [answer.status_code for answer in answers] == [404, 404, 422, 422, 422, 422, 422]


MALFORMED: list[tuple[dict[str, str], bytes]] = [
    (FORM, b''), (FORM, b'identifier=&password='), (FORM, b'identifier=a'), (FORM, b'password=a'), (FORM, b'%'),
    (FORM, b'identifier=a&identifier=b&password=c'), (FORM, b'identifier=%ff%fe&password=x'), (FORM, b'\xff\xff'),
    (FORM, b'identifier=%00&password=x'), (FORM, b'&'.join(b'a%d=b' % number for number in range(100))),
    (JSON, b''), (JSON, b'{'), (JSON, b'[]'), (JSON, b'null'), (JSON, b'7'), (JSON, b'{"identifier":7,"password":[]}'),
    (JSON, b'{"identifier":null}'), (JSON, b'{"identifier":"\\ud800","password":"x"}'), (JSON, b'[' * 10_000),
    (JSON, b'{"identifier":"a","identifier":"b","password":"c"}'), (JSON, b'{"identifier":{"$ne":1},"password":"x"}'),
    ({'content-type': 'text/plain'}, b'identifier=a&password=b'), ({}, b'x'),
    ({'content-type': 'x/y; charset=z'}, b'x'),
    ({'content-type': 'multipart/form-data; boundary=x'}, b'--x--'),
]


@pytest.mark.parametrize('path', ['/v1/client/sign_ins', '/v1/client/sign_ups', '/v1/client/tabs'])
async def test_a_malformed_body_gets_a_4xx_in_the_shape_of_an_error(
        api: Api, path: str, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop:
        for headers, body in MALFORMED:
            with subtests.test(headers=headers, body=body[:40]):
                answer = await laptop.post(path, content=body, headers=headers)
                error = answer.json()['errors'][0]
                assert 400 <= answer.status_code < 500
                assert set(error) == {'code', 'message', 'long_message', 'meta'}
                assert error['message'].endswith('.')
    assert api.rules.sql('SELECT count(*) FROM user') == [(0,)]


@either_store
async def test_a_megabyte_is_refused_before_anything_is_hashed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hash_nothing(*_: object) -> None:
        raise AssertionError('a password was hashed')

    monkeypatch.setattr(type(api.rules.auth.passwords), 'hash', hash_nothing)
    monkeypatch.setattr(type(api.rules.auth.passwords), 'verify', hash_nothing)

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b'x' * 10_000

    async with api.browser() as laptop:
        whole = await laptop.post('/v1/client/sign_ups', content=b'x' * 1_000_000, headers=FORM)
        pieces = await laptop.post('/v1/client/sign_ups', content=in_pieces(), headers=FORM)
        lying = await laptop.post('/v1/client/sign_ups', content=b'x', headers={**FORM, 'content-length': 'lots'})
        long = await laptop.post('/v1/client/sign_ups', data={'email_address': 'a@b.de', 'password': 'x' * 257})

    assert [answer.status_code for answer in (whole, pieces, lying, long)] == [413, 413, 413, 422]
    assert long.json()['errors'][0]['code'] == 'form_password_length_too_long'


async def test_fields_that_nobody_asked_for_are_never_stored(api: Api) -> None:
    async with api.browser() as laptop:
        up = await sign_up(laptop, is_admin='1', user_id='user_mine', id='user_mine', status='ended', disabled='1',
                           password_hash='x', created_at='2000-01-01')

    assert up.status_code == 200
    user, = api.rules.sql('SELECT id, is_admin, disabled, password_hash FROM user')
    assert user[0] != 'user_mine'
    assert user[1:3] == (0, 0)
    assert user[3].startswith('$argon2id$')


REFUSED_SIGN_UPS: list[tuple[dict[str, str], str, str]] = [
    ({'email_address': 'ann@example.com', 'password': PASSWORD}, 'form_identifier_exists', 'email_address'),
    ({'email_address': 'no address', 'password': PASSWORD}, 'form_param_format_invalid', 'email_address'),
    ({'email_address': 'b@example.com', 'password': 'short'}, 'form_password_length_too_short', 'password'),
    ({'email_address': 'b@example.com', 'password': 'password'}, 'form_password_pwned', 'password'),
    ({'email_address': 'b@example.com', 'password': PASSWORD, 'first_name': 'x' * 101}, 'form_param_format_invalid',
     'first_name'),
    ({'password': PASSWORD}, 'form_param_missing', 'email_address'),
]


async def test_a_refused_sign_up_names_the_field(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        for data, code, param in REFUSED_SIGN_UPS:
            with subtests.test(data=data):
                answer = await phone.post('/v1/client/sign_ups', data=data)
                error, = answer.json()['errors']
                assert (answer.status_code, error['code'], error['meta']) == (422, code, {'param_name': param})
                assert 'set-cookie' not in answer.headers


async def test_a_wrong_password_and_an_unknown_address_get_the_same_bytes(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        answers = [await laptop.post('/v1/client/sign_ins', data={'identifier': identifier, 'password': 'wrong one'})
                   for identifier in ('ann@example.com', 'nobody@example.com', 'nonsense')]

    assert len({said(answer) for answer in answers}) == 1
    assert answers[0].json()['errors'][0]['code'] == 'form_password_incorrect'
    assert 'set-cookie' not in answers[0].headers


@either_store
async def test_no_answer_and_no_log_line_holds_a_secret(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async with api.browser() as laptop:
        up = await sign_up(laptop)
        secret = up.headers['set-cookie'].partition('.')[2][:43]
        answers = [up, await laptop.get('/v1/client'), await laptop.get('/v1/nothing'),
                   await laptop.post('/v1/client/sign_ins', data={'identifier': PASSWORD, 'password': PASSWORD})]

    assert all(secret not in answer.text and PASSWORD not in answer.text for answer in answers)
    assert PASSWORD not in caplog.text
    assert secret not in caplog.text


@either_store
async def test_a_mistake_of_ours_is_a_500_that_tells_nothing(api: Api, monkeypatch: pytest.MonkeyPatch,
                                                              caplog: pytest.LogCaptureFixture) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError('an inner secret')

    monkeypatch.setattr(Clients, 'authenticate', fail)
    async with api.browser() as laptop:
        answer = await laptop.get('/v1/client')

    assert answer.status_code == 500
    assert 'inner' not in answer.text
    assert json.loads(answer.text)['errors'][0]['message'].endswith('.')
    assert 'an inner secret' in caplog.text


@both_stores
async def test_while_the_store_is_away_the_answer_is_a_503_and_nobody_is_signed_out(
        api: Api, rules_with: Callable[..., Rules]) -> None:
    async with api.browser() as laptop:
        up = await sign_up(laptop)
        with api.rules.database.away():
            away = await laptop.delete('/v1/client/sessions')
        while (here := await laptop.get('/v1/client')).status_code != 200:
            await asyncio.sleep(0.01)
        out = await laptop.delete('/v1/client/sessions')

    assert away.status_code == 503
    assert away.json()['errors'][0]['code'] == 'store_unavailable'
    assert here.json()['response']['last_active_session_id'] == up.json()['response']['created_session_id']
    assert out.json()['response']['sessions'] == []


async def test_an_answer_after_a_commit_never_shows_the_state_before_it(api: Api) -> None:
    async with api.browser() as laptop:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        for number in range(50):
            status = 'active' if number % 2 else 'revoked'
            await api.rules.elsewhere('UPDATE session SET status = ? WHERE id = ?', status, session_id)

            shown = (await laptop.get('/v1/client')).json()['response']['last_active_session_id']

            assert shown == (session_id if number % 2 else None)


async def test_what_was_done_is_not_called_off_because_the_store_goes_away_right_after(
        api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async with api.browser() as laptop:
        with ExitStack() as gone:
            there = [True]

            def go_away_after_the_sign_up() -> None:
                if there and api.rules.sql('SELECT id FROM session'):
                    there.clear()  # whoever else has committed finds that it has gone
                    gone.enter_context(api.rules.database.away())

            monkeypatch.setattr(api.rules.auth.store.feed, 'committed', go_away_after_the_sign_up)
            up = await sign_up(laptop)
        monkeypatch.undo()

    assert up.status_code == 200
    assert up.json()['client'] is None
    assert up.cookies['__client']
    assert api.rules.status(up.json()['response']['created_session_id']) == 'active'


async def test_the_log_has_the_trace_id_of_a_fault_of_the_server(
        api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(*_: object) -> None:
        raise RuntimeError('a mistake')

    async with api.browser() as laptop:
        await sign_up(laptop)
        monkeypatch.setattr(me_endpoints, 'user_json', stumble)
        answer = await laptop.get('/v1/me')

    told = next(record for record in caplog.records if vars(record).get('event') == 'request_failed')
    assert answer.status_code == 500
    assert answer.json()['clerk_trace_id'] in told.getMessage()
