"""The Frontend API of one's own account and devices, and of a browser that is to forget them."""

from __future__ import annotations

from itertools import product
from typing import Any

import httpx
import pytest

from auth.rules.devices import DEVICES_A_PAGE
from auth.web.api.shapes import SESSION
from tests.auth.conftest import Api, said, sign_in, sign_up
from tests.rules import NEW_PASSWORD, PASSWORD, PHONE
from tests.running import either_store

UNKNOWN = 'sess_' + 'x' * 24

CHANGES: list[tuple[str, str, dict[str, str]]] = [
    ('PATCH', '/v1/me', {'first_name': 'Anna'}),
    ('POST', '/v1/me/change_password', {'current_password': PASSWORD, 'new_password': NEW_PASSWORD}),
    ('DELETE', '/v1/me', {'password': PASSWORD, 'confirmation': 'delete my account'}),
    ('POST', '/v1/me/sessions/revoke_others', {}),
    ('POST', '/v1/me/sessions/{phone}/revoke', {}),
]
"""What only somebody who is signed in may do."""

READS = [('GET', '/v1/me/sessions/active', {})]
OF_THE_CLIENT = [('POST', '/v1/client/sessions/{laptop}/end', {}), ('DELETE', '/v1/client', {}),
                 ('PUT', '/v1/client', {}), ('POST', '/v1/password_checks', {'password': NEW_PASSWORD})]


def session_of(answer: httpx.Response) -> str:
    """The session that a sign-in or sign-up made."""
    assert answer.status_code == 200, answer.text
    return answer.json()['response']['created_session_id']


def code_of(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of an error, which must be in its shape."""
    error = answer.json()['errors'][0]
    assert set(error) == {'code', 'message', 'long_message', 'meta'}
    assert error['message'].endswith('.')
    assert answer.headers['cache-control'] == 'no-store'
    return answer.status_code, error['code']


def without_guesses(rows: Any) -> Any:
    """The same, but for the trace that a wrong password leaves."""
    *others, events = rows
    return [*others, [event for event in events if 'wrong_password' not in event]]


# Who may ask


@pytest.mark.parametrize('cookie', ['', '__client=client_' + 'a' * 24 + '.' + 'b' * 43, 'signed out'])
async def test_who_is_not_signed_in_gets_a_401_in_the_shape_of_an_error_and_changes_nothing(
        api: Api, cookie: str, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        phone_id = session_of(await sign_in(phone))
        if cookie == 'signed out':
            await laptop.delete('/v1/client/sessions')
        else:
            laptop.headers['cookie'] = cookie
            laptop.cookies.clear()
        before = api.rules.everything()
        for method, path, data in CHANGES + READS:
            with subtests.test(method=method, path=path):
                there = path.format(phone=phone_id)
                answers = [await laptop.request(method, there, data=data), await laptop.request(method, there)]
                assert {code_of(answer) for answer in answers} == {(401, 'authentication_invalid')}
                assert not any('set-cookie' in answer.headers for answer in answers)
                assert api.rules.everything() == before


@either_store
@pytest.mark.parametrize(('method', 'path', 'data'), CHANGES + READS)
async def test_an_account_that_is_here_but_not_in_use_is_not_signed_in_unless_it_is_named(
        api: Api, method: str, path: str, data: dict[str, str]) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        ann = session_of(await sign_up(laptop))
        path = path.format(phone=session_of(await sign_in(phone)))
        bob = session_of(await sign_up(laptop, 'bob@example.com'))
        await laptop.post(f'/v1/client/sessions/{bob}/remove')
        before = api.rules.everything()
        unnamed = await laptop.request(method, path, data=data)
        unchanged = api.rules.everything()
        named = await laptop.request(method, f'{path}?_clerk_session_id={ann}', data=data)

    assert code_of(unnamed) == (401, 'authentication_invalid')
    assert unchanged == before
    assert named.status_code == 200


async def test_the_session_id_of_another_client_gives_nothing(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as strangers:
        await sign_up(laptop)
        anns_phone = session_of(await sign_in(phone))
        await sign_up(strangers, 'mallory@example.com')
        before = api.rules.everything()
        for method, path, data in CHANGES + READS:
            with subtests.test(method=method, path=path):
                answers = [await browser.request(method, path.format(phone=anns_phone),
                                                 params={'_clerk_session_id': session_id}, data=data)
                           for browser in (laptop, strangers)
                           for session_id in (anns_phone, UNKNOWN, 'nonsense', "' OR 1=1 --", '\x00', '🦊')]
                assert {code_of(answer) for answer in answers} == {(401, 'authentication_invalid')}
                assert len({said(answer) for answer in answers}) == 1
                assert api.rules.everything() == before


@either_store
async def test_a_change_asked_for_by_another_site_is_refused(api: Api, subtests: pytest.Subtests) -> None:
    elsewhere = [{'origin': 'https://evil.example'}, {'origin': 'null'}, {'sec-fetch-site': 'cross-site'},
                 {'sec-fetch-site': 'same-site'}]
    async with api.browser() as laptop, api.browser() as phone:
        laptop_id, phone_id = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        before = api.rules.everything()
        for (method, path, data), headers in product(CHANGES + OF_THE_CLIENT, elsewhere):
            with subtests.test(method=method, path=path, headers=headers):
                there = path.format(laptop=laptop_id, phone=phone_id)
                plain = await laptop.request(method, there, data=data, headers=headers)
                tunnelled = await laptop.post(f'{there}?_method={method}', data=data, headers=headers)
                assert code_of(plain) == code_of(tunnelled) == (403, 'origin_invalid')
                assert api.rules.everything() == before


@either_store
async def test_nothing_changes_by_a_get(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        laptop_id, phone_id = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        before = api.rules.everything()
        for method, path, data in CHANGES + OF_THE_CLIENT:
            with subtests.test(method=method, path=path):
                there = path.format(laptop=laptop_id, phone=phone_id)
                answers = [await laptop.get(there, params={'_method': method, **data}),
                           await laptop.post(f'{there}?_method=GET', data=data)]
                if path in {'/v1/client', '/v1/me'}:  # which may be read
                    answers = [await laptop.put('/v1/me'), await laptop.patch('/v1/client', data=data)]
                assert {code_of(answer) for answer in answers} == {(405, 'method_not_allowed')}
                assert all(method in answer.headers['allow'] for answer in answers if answer.url.path == path)
                assert api.rules.everything() == before


@either_store
@pytest.mark.parametrize(('method', 'path', 'data'), CHANGES + OF_THE_CLIENT)
async def test_clerks_clients_may_send_a_post_that_names_the_method(
        api: Api, method: str, path: str, data: dict[str, str]) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        laptop_id, phone_id = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        path = path.format(laptop=laptop_id, phone=phone_id)
        answer = await laptop.post(f'{path}?_method={method}&_clerk_session_id={laptop_id}', data=data)

    assert answer.status_code == 200
    assert answer.headers['cache-control'] == 'no-store'


@either_store
@pytest.mark.parametrize(('method', 'path', 'data'), CHANGES + READS + OF_THE_CLIENT)
async def test_no_answer_holds_a_password_or_a_hash(api: Api, caplog: pytest.LogCaptureFixture, method: str, path: str,
                                                    data: dict[str, str]) -> None:
    all_hashes = 'SELECT password_hash FROM user UNION SELECT secret_hash FROM client'
    async with api.browser() as laptop, api.browser() as phone:
        laptop_id, phone_id = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        hashes = api.rules.sql(all_hashes)
        path = path.format(laptop=laptop_id, phone=phone_id)
        answers = [await laptop.request(method, path, data={**data, 'password': 'a wrong guess',
                                                            'current_password': 'a wrong guess'}),
                   await laptop.request(method, path, data=data)]
        hashes += api.rules.sql(all_hashes)

    for text in (*(answer.text + str(answer.headers) for answer in answers), caplog.text):
        assert not any(secret in text for secret in (PASSWORD, NEW_PASSWORD, 'a wrong guess',
                                                     *(row[0] for row in hashes)))


async def test_while_the_store_is_away_the_answer_is_a_503(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        phone_id, before = session_of(await sign_in(phone)), api.rules.everything()
        with api.rules.database.away():
            for method, path, data in CHANGES + READS:
                with subtests.test(method=method, path=path):
                    answer = await laptop.request(method, path.format(phone=phone_id), data=data)
                    assert code_of(answer) == (503, 'store_unavailable')

    assert api.rules.everything() == before


# Devices


async def test_a_device_is_given_a_name_of_its_own_and_no_other_answer_tells_whose_it_is(api: Api) -> None:
    async with api.browser() as laptop, api.browser(**{'user-agent': PHONE.user_agent}) as phone, api.browser() as bob:
        await sign_up(laptop)
        on_phone = session_of(await sign_in(phone))
        await bob.post('/v1/client/sign_ups', data={'email_address': 'bob@example.com', 'password': PASSWORD})
        path = f'/v1/me/sessions/{on_phone}'
        named = await laptop.patch(path, data={'device_name': '  Kitchen\u202e  phone '})
        listed = (await phone.get('/v1/me/sessions/active')).json()
        too_long = await laptop.patch(path, data={'device_name': 'x' * 51})
        as_it_is = await laptop.patch(path)
        foreign = await bob.patch(path, data={'device_name': 'Mine'})
        unknown = await bob.patch('/v1/me/sessions/sess_x', data={'device_name': 'Mine'})
        taken_away = await phone.patch(path, data={'device_name': ' '})

    assert named.json()['response'] == {'object': 'session', 'id': on_phone, 'device_name': 'Kitchen phone'}
    assert listed[0]['device_name'] == 'Kitchen phone'
    assert code_of(too_long) == (422, 'form_param_format_invalid')
    assert too_long.json()['errors'][0]['meta'] == {'param_name': 'device_name'}
    assert as_it_is.json()['response']['device_name'] == 'Kitchen phone'
    assert said(foreign) == said(unknown)
    assert foreign.status_code == 404
    assert taken_away.json()['response']['device_name'] is None


async def test_the_devices_are_a_plain_list_in_clerks_shape_this_one_first(api: Api) -> None:
    async with api.browser() as laptop, api.browser(**{'user-agent': PHONE.user_agent}) as phone:
        up = await sign_up(laptop)
        api.rules.clock.forward(minutes=1)
        down = await sign_in(phone)
        answer = await laptop.get('/v1/me/sessions/active')

    first, second = answer.json()
    assert [first['id'], second['id']] == [session_of(up), session_of(down)]
    assert [first['latest_activity']['this_device'], second['latest_activity']['this_device']] == [True, False]
    moment, settings = int(api.rules.clock().timestamp() * 1000), api.rules.auth.settings
    activity = {'object': 'session_activity', 'id': f'sess_activity_{session_of(down)[5:]}', 'device_type': 'iPhone',
                'browser_name': 'Safari 18', 'browser_version': None, 'ip_address': '127.0.0.1', 'is_mobile': True,
                'city': None, 'country': None}
    assert second == {
        **SESSION, 'id': session_of(down), 'status': 'active', 'last_active_at': moment, 'created_at': moment,
        'updated_at': moment, 'expire_at': moment + int(settings.session_lifetime_seconds * 1000),
        'abandon_at': moment + int(settings.session_inactivity_seconds * 1000),
        'latest_activity': {**activity, 'this_device': False}, 'sign_in_activity': activity, 'device_name': None}
    assert answer.headers['cache-control'] == 'no-store'
    assert 'set-cookie' not in answer.headers


@either_store
async def test_all_devices_are_listed_at_once_however_many(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        ids = {(await api.rules.sign_in()).session_id for _ in range(DEVICES_A_PAGE + 1)}
        listed = [session['id'] for session in (await laptop.get('/v1/me/sessions/active')).json()]

    assert set(listed[1:]) == ids
    assert len(listed) == DEVICES_A_PAGE + 2


async def test_signing_out_of_one_device_ends_it_and_nothing_else(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as tablet:
        here, there, third = (session_of(await sign_up(laptop)), session_of(await sign_in(phone)),
                              session_of(await sign_in(tablet)))
        answer = await laptop.post(f'/v1/me/sessions/{there}/revoke')
        on_the_phone = await phone.get('/v1/client')
        refused = await phone.get('/v1/me/sessions/active')

    revoked = answer.json()['response']
    assert (revoked['id'], revoked['status']) == (there, 'revoked')
    assert revoked.keys() >= SESSION.keys()
    assert answer.json()['client']['last_active_session_id'] == here
    assert on_the_phone.json()['response']['sessions'] == []
    assert refused.status_code == 401
    assert (api.rules.status(here), api.rules.status(there), api.rules.status(third)) == ('active', 'revoked', 'active')


async def test_signing_out_of_this_device_in_the_list_is_a_plain_sign_out(api: Api) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))
        answer = await laptop.post(f'/v1/me/sessions/{here}/revoke')

    assert (answer.json()['response']['id'], answer.json()['response']['status']) == (here, 'removed')
    assert answer.json()['client']['sessions'] == []
    assert api.rules.status(here) == 'removed'


async def test_ids_of_others_get_the_same_body_as_unknown_ones_and_nothing_ends(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as strangers:
        await sign_up(laptop)
        stranger = session_of(await sign_up(strangers, 'mallory@example.com'))
        ended = session_of(await sign_in(phone))
        await phone.delete('/v1/client/sessions')
        shared = session_of(await sign_up(laptop, 'bob@example.com'))
        await sign_in(laptop)  # Ann again, with Bob beside her
        before = api.rules.everything()
        answers = [await laptop.post(f'/v1/me/sessions/{session_id}/revoke')
                   for session_id in (stranger, shared, ended, UNKNOWN, 'active', '%25', '%00', "'%20OR%201=1", '🦊')]

    assert {code_of(answer) for answer in answers} == {(404, 'resource_not_found')}
    assert len({said(answer) for answer in answers}) == 1
    assert api.rules.everything() == before


async def test_signing_out_of_all_others_tells_how_many_and_keeps_this_one(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as strangers:
        here, there = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        stranger = session_of(await sign_up(strangers, 'mallory@example.com'))
        first = await laptop.post('/v1/me/sessions/revoke_others')
        again = await laptop.post('/v1/me/sessions/revoke_others')

    assert first.json()['response'] == {'object': 'sessions', 'revoked': 1}
    assert again.json()['response']['revoked'] == 0
    assert first.json()['client']['last_active_session_id'] == here
    assert [api.rules.status(session_id) for session_id in (here, there, stranger)] == ['active', 'revoked', 'active']


# The account


@either_store
async def test_a_name_changes_and_what_was_not_sent_stays(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop, first_name='Ann', last_name='Smith')
        first = await laptop.patch('/v1/me', data={'first_name': 'Anna'})
        last = await laptop.patch('/v1/me', json={'last_name': ''})
        long = await laptop.patch('/v1/me', data={'first_name': 'x' * 101})

    users = [answer.json()['client']['sessions'][0]['user'] for answer in (first, last)]
    assert [(user['first_name'], user['last_name']) for user in users] == [('Anna', 'Smith'), ('Anna', None)]
    assert first.json()['response'] == users[0]
    assert code_of(long) == (422, 'form_param_format_invalid')
    assert long.json()['errors'][0]['meta'] == {'param_name': 'first_name'}


async def test_what_is_not_ones_own_to_change_is_ignored(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        before = api.rules.sql('SELECT id, email_address, password_hash, is_admin, disabled FROM user')
        answer = await laptop.patch('/v1/me', data={'first_name': 'Anna', 'is_admin': '1', 'id': 'user_mine',
                                                    'email_address': 'x@example.com', 'password_hash': 'x'})

    assert answer.status_code == 200
    assert api.rules.sql('SELECT id, email_address, password_hash, is_admin, disabled FROM user') == before


@either_store
@pytest.mark.parametrize(('wish', 'status'), [('true', 'revoked'), ('on', 'revoked'), ('1', 'revoked'),
                                              ('false', 'active'), ('', 'active'), ('0', 'active')])
async def test_a_changed_password_sets_another_cookie_and_ends_the_others_if_that_is_wished(
        api: Api, wish: str, status: str) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        here, there = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        old = laptop.cookies['__client']
        answer = await laptop.post('/v1/me/change_password', data={
            'current_password': PASSWORD, 'new_password': NEW_PASSWORD, 'sign_out_of_other_sessions': wish})
        new = laptop.cookies['__client']
        still = await laptop.get('/v1/client')
        async with api.browser() as thief:
            stolen = await thief.get('/v1/client', headers={'cookie': f'__client={old}'})

    assert answer.json()['response']['object'] == 'user'
    assert answer.json()['response']['id'] == answer.json()['client']['sessions'][0]['user']['id']
    assert answer.json()['response']['revoked'] == (1 if status == 'revoked' else 0)
    assert answer.headers['set-cookie'].endswith('; Path=/; HttpOnly; SameSite=Lax')
    assert answer.headers['cache-control'] == 'no-store'
    assert old.partition('.')[0] == new.partition('.')[0]
    assert old != new
    assert still.json()['response']['last_active_session_id'] == here
    assert stolen.json()['response'] is None
    assert api.rules.status(there) == status


REFUSED_PASSWORDS: list[tuple[dict[str, str], str, str]] = [
    ({'current_password': 'not the password'}, 'form_password_incorrect', 'current_password'),
    ({'current_password': ''}, 'form_param_missing', 'current_password'),
    ({'new_password': ''}, 'form_param_missing', 'new_password'),
    ({'new_password': 'short'}, 'form_password_length_too_short', 'new_password'),
    ({'new_password': 'x' * 257}, 'form_password_length_too_long', 'new_password'),
    ({'new_password': 'password'}, 'form_password_pwned', 'new_password'),
    ({'new_password': 'ANN@example.com'}, 'form_password_pwned', 'new_password'),
]


async def test_a_refused_change_of_password_names_the_field_and_changes_nothing(
        api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        await sign_in(phone)
        before = api.rules.everything()
        for data, code, param in REFUSED_PASSWORDS:
            with subtests.test(data=data):
                answer = await laptop.post('/v1/me/change_password', data={
                    'current_password': PASSWORD, 'new_password': NEW_PASSWORD, 'sign_out_of_other_sessions': 'true',
                    **data})
                assert code_of(answer) == (422, code)
                assert answer.json()['errors'][0]['meta'] == {'param_name': param}
                assert 'set-cookie' not in answer.headers
                assert without_guesses(api.rules.everything()) == before


REFUSED_DELETIONS: list[tuple[dict[str, str], str, str]] = [
    ({'password': PASSWORD}, 'form_param_format_invalid', 'confirmation'),
    ({'confirmation': 'delete my account'}, 'form_param_missing', 'password'),
    ({'confirmation': 'delete my account', 'password': 'not the password'}, 'form_password_incorrect', 'password'),
    ({}, 'form_param_format_invalid', 'confirmation'),
]


async def test_a_refused_deletion_names_the_field_and_deletes_nothing(api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        before = api.rules.everything()
        for data, code, param in REFUSED_DELETIONS:
            with subtests.test(data=data):
                answer = await laptop.request('DELETE', '/v1/me', data=data)
                assert code_of(answer) == (422, code)
                assert answer.json()['errors'][0]['meta'] == {'param_name': param}
                assert without_guesses(api.rules.everything()) == before


async def test_a_deleted_account_is_gone_on_every_device_and_its_browser_may_begin_anew(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        user_id = (await sign_up(laptop)).json()['response']['created_user_id']
        await sign_in(phone)
        answer = await laptop.request('DELETE', '/v1/me', data={'password': PASSWORD,
                                                                'confirmation': 'delete my account'})
        on_the_phone = await phone.get('/v1/me/sessions/active')
        refused = await sign_in(phone)
        again = await sign_up(laptop)

    assert answer.json()['client'] is None
    assert answer.json()['response'] == {'object': 'user', 'id': user_id, 'slug': None, 'deleted': True}
    assert code_of(on_the_phone) == (401, 'authentication_invalid')
    assert code_of(refused) == (422, 'form_password_incorrect')
    assert session_of(again)


# This browser


@either_store
async def test_an_ended_session_is_told_as_ended_and_the_others_stay(api: Api) -> None:
    async with api.browser() as laptop:
        ann = session_of(await sign_up(laptop))
        bob = session_of(await sign_up(laptop, 'bob@example.com'))
        answer = await laptop.post(f'/v1/client/sessions/{ann}/end')
        again = await laptop.post(f'/v1/client/sessions/{ann}/end')
        unknown = await laptop.post(f'/v1/client/sessions/{UNKNOWN}/end')

    assert (answer.json()['response']['id'], answer.json()['response']['status']) == (ann, 'ended')
    assert [session['id'] for session in answer.json()['client']['sessions']] == [bob]
    assert answer.json()['client']['last_active_session_id'] == bob
    assert (api.rules.status(ann), api.rules.status(bob)) == ('ended', 'active')
    assert code_of(again) == code_of(unknown) == (404, 'resource_not_found')
    assert said(again) == said(unknown)


@pytest.mark.parametrize(('act', 'code'), [
    ('end', (404, 'resource_not_found')), ('remove', (404, 'resource_not_found')),
    ('touch', (401, 'authentication_invalid'))])
async def test_a_session_of_another_browser_is_neither_ended_nor_used_here(api: Api, act: str, code: tuple[int, str]
                                                                           ) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as nobody:
        here = session_of(await sign_up(laptop))
        there = session_of(await sign_in(phone))
        answers = [await browser.post(f'/v1/client/sessions/{session_id}/{act}')
                   for browser in (laptop, nobody) for session_id in (there, UNKNOWN, 'nonsense')]
        client = (await laptop.get('/v1/client')).json()['response']

    assert {code_of(answer) for answer in answers} == {code}
    assert len({said(answer) for answer in answers}) == 1
    assert [session['id'] for session in client['sessions']] == [client['last_active_session_id']] == [here]
    assert api.rules.status(there) == 'active'


async def test_a_browser_that_forgets_its_client_is_signed_out_and_holds_no_cookie(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        up = await sign_up(laptop)
        bob = session_of(await sign_up(laptop, 'bob@example.com'))
        there = session_of(await sign_in(phone))
        old = laptop.cookies['__client']
        answer = await laptop.delete('/v1/client')
        kept = dict(laptop.cookies)
        async with api.browser() as thief:
            stolen = await thief.get('/v1/client', headers={'cookie': f'__client={old}'})

    assert answer.headers.get_list('set-cookie')[0] == '__client=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'
    assert answer.headers['cache-control'] == 'no-store'
    assert answer.json()['response']['sessions'] == []
    assert {*kept.values()} == {'0'}  # what says that nobody is signed in
    assert stolen.json()['response'] is None
    assert [api.rules.status(session_id) for session_id in (session_of(up), bob, there)] == [
        'removed', 'removed', 'active']


@either_store
async def test_a_client_is_forgotten_over_https_by_the_name_it_has_there(api: Api) -> None:
    async with api.browser('https://localhost') as laptop:
        await sign_up(laptop)
        answer = await laptop.delete('/v1/client')

    gone = '__Host-client=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure'
    assert answer.headers.get_list('set-cookie')[0] == gone


async def test_while_the_store_is_away_the_browser_keeps_its_client_and_cookie(api: Api) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))
        with api.rules.database.away():
            answer = await laptop.delete('/v1/client')

    assert code_of(answer) == (503, 'store_unavailable')
    assert 'set-cookie' not in answer.headers
    assert api.rules.status(here) == 'active'


async def test_a_request_with_the_cookie_from_before_a_sign_in_ends_nothing_and_takes_no_cookie_away(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as late:
        ann = session_of(await sign_up(laptop))
        late.headers['cookie'] = f'__client={laptop.cookies["__client"]}'
        bob = session_of(await sign_up(laptop, 'bob@example.com'))
        before = api.rules.everything()
        answers = [await late.delete('/v1/client/sessions'), await late.delete('/v1/client')]

    # it may be this browser's, as it was until a moment ago: nobody is said to be signed out
    assert [answer.json()['errors'][0]['code'] for answer in answers] == ['client_renewed'] * 2
    assert not any('set-cookie' in answer.headers for answer in answers)
    assert [api.rules.status(session_id) for session_id in (ann, bob)] == ['active', 'active']
    assert api.rules.everything() == before


@either_store
async def test_a_visitor_who_asks_for_a_client_leaves_nothing_in_the_store(api: Api) -> None:
    async with api.browser() as visitors, api.browser() as laptop:
        nobodys = await visitors.put('/v1/client')
        forgotten = await visitors.delete('/v1/client')
        here = session_of(await sign_up(laptop))
        own = await laptop.put('/v1/client')

    assert nobodys.json()['response']['sessions'] == []
    assert nobodys.json()['response']['last_active_session_id'] is None
    assert 'set-cookie' not in nobodys.headers
    assert forgotten.status_code == 200
    assert own.json()['response']['last_active_session_id'] == here
    assert nobodys.headers['cache-control'] == own.headers['cache-control'] == 'no-store'
    assert api.rules.sql('SELECT count(*) FROM client') == [(1,)]


# Whether a password will do


PASSWORD_CHECKS: list[tuple[dict[str, str], str | None]] = [
    ({'password': NEW_PASSWORD}, None), ({'password': ''}, 'form_param_missing'), ({}, 'form_param_missing'),
    ({'password': 'short'}, 'form_password_length_too_short'), ({'password': 'password'}, 'form_password_pwned'),
    ({'password': 'x' * 257}, 'form_password_length_too_long'),
    ({'password': 'bob@example.com', 'email_address': 'Bob@Example.com'}, 'form_password_pwned'),
    ({'password': 'bob@example.com', 'email_address': ''}, None),
]


@either_store
async def test_anybody_is_told_whether_a_password_will_do_and_nothing_is_kept(
        api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as visitors:
        for data, code in PASSWORD_CHECKS:
            with subtests.test(data=data):
                answer = await visitors.post('/v1/password_checks', data=data)
                if code is None:
                    assert answer.json()['response'] == {'object': 'password_check', 'acceptable': True}
                else:
                    assert code_of(answer) == (422, code)
                    assert answer.json()['errors'][0]['meta'] == {'param_name': 'password'}
                assert answer.headers['cache-control'] == 'no-store'
                assert 'set-cookie' not in answer.headers
    assert not any(api.rules.everything())


@either_store
async def test_ones_own_address_is_no_password_and_the_field_may_have_another_name(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop, 'annabel@example.com')
        answer = await laptop.post('/v1/password_checks', data={'password': 'Annabel@example.com',
                                                                'param': 'new_password'})

    assert code_of(answer) == (422, 'form_password_pwned')
    assert answer.json()['errors'][0]['meta'] == {'param_name': 'new_password'}


@either_store
async def test_a_check_of_a_password_hashes_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hash_nothing(*_: object) -> None:
        raise AssertionError('a password was hashed')

    monkeypatch.setattr(type(api.rules.auth.passwords), 'hash', hash_nothing)
    monkeypatch.setattr(type(api.rules.auth.passwords), 'verify', hash_nothing)

    async with api.browser() as visitors:
        answer = await visitors.post('/v1/password_checks', data={'password': NEW_PASSWORD})

    assert answer.status_code == 200
