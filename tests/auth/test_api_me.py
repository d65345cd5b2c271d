"""The Frontend API of one's own account and devices."""

from __future__ import annotations

import httpx
import pytest

from tests.auth.conftest import Api, sign_in, sign_up
from tests.conftest import PASSWORD

NEW_PASSWORD = 'another horse battery'
CHANGES = [('PATCH', '/v1/me'), ('DELETE', '/v1/me'), ('POST', '/v1/me/change_password'),
           ('POST', '/v1/me/sessions/sess_x/revoke'), ('POST', '/v1/me/sessions/revoke_others'),
           ('POST', '/v1/client/sessions/sess_x/end'), ('DELETE', '/v1/client'), ('POST', '/v1/password_checks')]
FIELDS = {'current_password': PASSWORD, 'new_password': NEW_PASSWORD, 'password': PASSWORD,
          'confirmation': 'delete my account'}


def session_of(answer: httpx.Response) -> str:
    return answer.json()['response']['created_session_id']


async def test_devices_are_listed_as_clerks_clients_expect_a_bare_list(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        here = session_of(await sign_up(laptop))
        there = session_of(await sign_in(phone))
        answer = await laptop.get('/v1/me/sessions/active')

    listed = answer.json()
    assert [one['id'] for one in listed] == [here, there]
    assert [one['latest_activity']['this_device'] for one in listed] == [True, False]
    assert {one['status'] for one in listed} == {'active'}
    assert answer.headers['cache-control'] == 'no-store'


async def test_a_device_is_revoked_and_the_others_stay(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as tablet:
        here, there, other = [session_of(one) for one in (await sign_up(laptop), await sign_in(phone),
                                                          await sign_in(tablet))]
        one = await laptop.post(f'/v1/me/sessions/{there}/revoke')
        rest = await laptop.post('/v1/me/sessions/revoke_others')

    assert one.json()['response'] == {'object': 'session', 'id': there, 'status': 'revoked'}
    assert one.json()['client']['last_active_session_id'] == here
    assert rest.json()['response']['revoked'] == 1
    assert [api.house.status(session) for session in (here, there, other)] == ['active', 'revoked', 'revoked']


async def test_ids_that_are_not_ones_own_get_the_same_answer(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as bob:
        await sign_up(laptop)
        foreign = session_of(await sign_up(bob, 'bob@example.com'))
        answers = [await laptop.post(f'/v1/me/sessions/{session_id}/revoke')
                   for session_id in (foreign, f'sess_{"x" * 24}', 'nonsense', '%27')]

    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert api.house.status(foreign) == 'active'


@pytest.mark.parametrize('session_id', ['foreign', 'unknown'])
async def test_another_clients_session_gives_nothing(api: Api, session_id: str) -> None:
    async with api.browser() as laptop, api.browser() as bob:
        await sign_up(laptop)
        foreign = session_of(await sign_up(bob, 'bob@example.com'))
        answer = await laptop.get('/v1/me/sessions/active',
                                  params={'_clerk_session_id': foreign if session_id == 'foreign' else 'x'})

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (401, 'authentication_invalid')


async def test_a_session_is_ended_and_its_status_tells_so(api: Api) -> None:
    async with api.browser() as laptop:
        session_id = session_of(await sign_up(laptop))
        answer = await laptop.post(f'/v1/client/sessions/{session_id}/end')
        again = await laptop.post(f'/v1/client/sessions/{session_id}/end')

    assert answer.json()['response']['status'] == 'ended'
    assert answer.json()['client']['sessions'] == []
    assert again.status_code == 404
    assert api.house.status(session_id) == 'ended'


async def test_a_client_is_forgotten_with_its_cookie(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as thief:
        session_id = session_of(await sign_up(laptop))
        cookie = laptop.cookies['__client']
        answer = await laptop.delete('/v1/client')
        afterwards = await laptop.get('/v1/client')
        stolen = await thief.get('/v1/client', headers={'cookie': f'__client={cookie}'})
        nobody = await thief.delete('/v1/client')

    assert (answer.json()['response']['id'], answer.json()['response']['sessions']) == ('', [])
    assert 'Max-Age=0' in answer.headers['set-cookie']
    assert '__client' not in laptop.cookies
    assert afterwards.json()['response'] is stolen.json()['response'] is None
    assert nobody.status_code == 200
    assert api.house.status(session_id) == 'removed'


async def test_putting_a_client_leaves_no_row_for_a_visitor_and_shows_an_existing_one(api: Api) -> None:
    async with api.browser() as laptop:
        before = await laptop.put('/v1/client')
        rows = api.house.sql('SELECT count(*) FROM client')
        session_id = session_of(await sign_up(laptop))
        after = await laptop.put('/v1/client')

    assert before.json()['response']['id'] == ''
    assert 'set-cookie' not in before.headers
    assert rows == [(0,)]
    assert after.json()['response']['last_active_session_id'] == session_id


async def test_a_name_is_changed(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        answer = await laptop.patch('/v1/me', data={'first_name': 'Anna', 'last_name': 'Lee', 'is_admin': '1'})

    assert answer.json()['client']['sessions'][0]['user']['first_name'] == 'Anna'
    assert api.house.sql('SELECT last_name, is_admin FROM user') == [('Lee', 0)]


@pytest.mark.parametrize(('sent', 'revoked'), [({'sign_out_of_other_sessions': 'true'}, 1), ({}, 0)])
async def test_a_password_is_changed_and_the_browser_gets_another_cookie(
        api: Api, sent: dict[str, str], revoked: int) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await sign_up(laptop)
        await sign_in(phone)
        before = laptop.cookies['__client']
        answer = await laptop.post('/v1/me/change_password', data={
            'current_password': PASSWORD, 'new_password': NEW_PASSWORD, **sent})
        here = await laptop.get('/v1/client')
        there = await phone.get('/v1/client')

    assert answer.json()['response']['revoked'] == revoked
    assert laptop.cookies['__client'] != before
    assert 'HttpOnly' in answer.headers['set-cookie']
    assert len(here.json()['response']['sessions']) == 1
    assert len(there.json()['response']['sessions']) == 1 - revoked
    assert NEW_PASSWORD not in answer.text
    assert PASSWORD not in answer.text


async def test_an_account_is_deleted(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        unsure = await laptop.request('DELETE', '/v1/me', data={'password': PASSWORD})
        answer = await laptop.request('DELETE', '/v1/me', data={'password': PASSWORD,
                                                                'confirmation': 'delete my account'})

    assert (unsure.status_code, unsure.json()['errors'][0]['meta']) == (422, {'param_name': 'confirmation'})
    assert answer.json() == {'response': {'object': 'user', 'deleted': True}, 'client': None}
    assert api.house.sql('SELECT count(*) FROM user') == [(0,)]


async def test_a_password_is_judged_and_not_kept(api: Api) -> None:
    async with api.browser() as laptop:
        good = await laptop.post('/v1/password_checks', data={'password': NEW_PASSWORD})
        short = await laptop.post('/v1/password_checks', data={'password': 'short', 'param': 'new_password'})
        await sign_up(laptop)
        own = await laptop.post('/v1/password_checks', data={'password': 'ann@example.com'})

    assert good.json()['response']['acceptable']
    assert (short.status_code, short.json()['errors'][0]['meta']) == (422, {'param_name': 'new_password'})
    assert own.status_code == 422
    assert NEW_PASSWORD not in good.text


@pytest.mark.parametrize(('method', 'path'), [one for one in CHANGES if one[1].startswith('/v1/me')])
async def test_whoever_is_signed_out_is_told_so_and_changes_nothing(api: Api, method: str, path: str) -> None:
    async with api.browser() as laptop, api.browser() as visitor:
        await sign_up(laptop)
        await laptop.delete('/v1/client/sessions')
        answers = [await browser.request(method, path, data=FIELDS) for browser in (laptop, visitor)]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.json()['errors'][0]['code'] == 'authentication_invalid'


@pytest.mark.parametrize(('method', 'path'), CHANGES)
@pytest.mark.parametrize('headers', [{'origin': 'https://evil.example'}, {'origin': 'null'},
                                     {'sec-fetch-site': 'cross-site'}])
async def test_another_site_can_not_ask_for_a_change(
        api: Api, method: str, path: str, headers: dict[str, str]) -> None:
    async with api.browser() as laptop:
        session_id = session_of(await sign_up(laptop))
        answer = await laptop.request(method, path.replace('sess_x', session_id), data=FIELDS, headers=headers)

    assert (answer.status_code, answer.json()['errors'][0]['code']) == (403, 'origin_invalid')
    assert api.house.status(session_id) == 'active'
