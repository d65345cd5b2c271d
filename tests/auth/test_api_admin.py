"""The endpoints of administration: they hold no rules, and let nobody else do anything."""

from __future__ import annotations

import httpx
import pytest

from auth.rules.actor import by_command_line
from auth.rules.admin import set_admin
from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store

from .conftest import Api, sign_up

pytestmark = either_store

BOB = {'email_address': 'Bob@example.com', 'password': NEW_PASSWORD, 'first_name': 'Bob'}


async def administrator(api: Api, browser: httpx.AsyncClient) -> str:
    """Sign an administrator up; returns the id."""
    user_id = (await sign_up(browser)).json()['client']['sessions'][0]['user']['id']
    await api.rules.auth.run(set_admin, by_command_line, user_id, True)
    return user_id


async def test_a_user_is_made_and_may_be_an_administrator(api: Api) -> None:
    async with api.browser() as laptop:
        ada = await administrator(api, laptop)
        made = [await laptop.post('/v1/admin/users', data=data) for data in (
            BOB, {**BOB, 'email_address': 'eve@example.com', 'is_admin': 'true'}, BOB)]
        refused = await laptop.post('/v1/admin/users', data={'email_address': 'nobody', 'password': 'Summer2026'})

    assert [answer.status_code for answer in made] == [200, 200, 422]
    assert made[0].json()['response']['email_address'] == 'bob@example.com'
    assert {error['meta']['param_name']: error['code'] for error in refused.json()['errors']} == {
        'email_address': 'form_param_format_invalid', 'password': 'form_password_not_strong_enough'}
    assert api.rules.sql('SELECT email_address FROM user WHERE is_admin ORDER BY email_address') == [
        ('ann@example.com',), ('eve@example.com',)]
    assert api.rules.events('action', 'actor', 'ip_address')[-1] == ('admin_granted', ada, '127.0.0.1')
    assert NEW_PASSWORD not in ''.join(answer.text for answer in made)


async def test_a_role_is_given_by_an_administrator(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await administrator(api, laptop)
        bob = (await laptop.post('/v1/admin/users', data=BOB)).json()['response']['id']
        path = f'/v1/admin/users/{bob}/give_role'
        given, wrong = [await laptop.post(path, data={'role': role}) for role in ('editor', 'no role')]
        strangers = await phone.post(path, data={'role': 'editor'})
        nobody = await laptop.post('/v1/admin/users/user_x/give_role', data={'role': 'editor'})

    assert [answer.status_code for answer in (given, wrong, strangers, nobody)] == [200, 422, 401, 404]
    assert wrong.json()['errors'][0]['meta'] == {'param_name': 'role'}
    assert api.rules.sql('SELECT roles FROM user WHERE id = ?', bob) == [('editor',)]


async def test_a_password_is_set_by_the_rules_of_the_person_it_is_for(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        await administrator(api, laptop)
        bob = (await laptop.post('/v1/admin/users', data=BOB)).json()['response']['id']
        path = f'/v1/admin/users/{bob}/set_password'
        weak = await laptop.post(path, data={'password': 'bob-bob-2026'})
        done = await laptop.post(path, data={'password': PASSWORD})
        nobody = await laptop.post('/v1/admin/users/user_x/set_password', data={'password': PASSWORD})
        inside = await phone.post('/v1/client/sign_ins', data={'identifier': 'bob@example.com', 'password': PASSWORD})

    assert (weak.status_code, weak.json()['errors'][0]['code']) == (422, 'form_password_not_strong_enough')
    assert (done.status_code, done.json()['response']['sessions_ended']) == (200, 0)
    assert nobody.status_code == 404
    assert inside.json()['client']['sessions'][0]['status'] == 'pending'


@pytest.mark.parametrize(('path', 'data'), [('/v1/admin/users', BOB), ('/v1/admin/users', {}),
                                            ('/v1/admin/users/user_x/set_password', {'password': PASSWORD})])
async def test_nobody_else_does_anything_or_learns_anything(api: Api, path: str, data: dict[str, str]) -> None:
    async with api.browser() as visitor, api.browser() as laptop, api.browser() as desk:
        await administrator(api, desk)
        await sign_up(laptop, 'bob2@example.com')
        before = api.rules.everything()
        answers = [await browser.post(path, data=data) for browser in (visitor, laptop)]
        foreign = await desk.post(path, data=data, headers={'origin': 'https://evil.example'})
        api.rules.clock.forward(minutes=11)
        late = await desk.post(path, data=data)

    assert [(answer.status_code, answer.json()['errors'][0]['code']) for answer in (*answers, foreign, late)] == [
        (401, 'authentication_invalid'), (403, 'authorization_invalid'), (403, 'origin_invalid'),
        (403, 'session_reverification_required')]
    assert api.rules.everything() == before
