"""Session tokens within answers to clerk-js, and to nobody else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from auth.errors import StoreAway
from auth.rules.session_tokens import key_set
from tests.auth.conftest import Api, sign_in, sign_up
from tests.auth.keys import keep_key, verified
from tests.rules import PASSWORD
from tests.running import either_store

pytestmark = either_store

AS_CLERK_JS = {'__clerk_api_version': '2026-08-20', '_clerk_js_version': '6.40.0'}


@pytest.fixture(autouse=True)
async def _a_key(api: Api) -> None:
    await keep_key(api.rules)


async def post(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send what clerk-js would send."""
    return await browser.post(path, params=AS_CLERK_JS, data=fields)


async def claims(api: Api, session: dict[str, Any]) -> dict[str, Any]:
    """What the token of a session says, as another server reads it."""
    assert session['last_active_token']['object'] == 'token'
    return verified(session['last_active_token']['jwt'], await key_set(api.rules.auth))


async def test_each_session_of_the_client_comes_with_its_token(api: Api) -> None:
    async with api.browser() as browser:
        await post(browser, '/v1/client/sign_ups', email_address='ann@example.com', password=PASSWORD)
        answer = (await post(browser, '/v1/client/sign_ups', email_address='bob@example.com', password=PASSWORD)).json()
        client = (await browser.get('/v1/client', params=AS_CLERK_JS)).json()['response']

        for listed in (answer['client'], client):
            assert len(listed['sessions']) == 2
            for session in listed['sessions']:
                said = await claims(api, session)
                assert (said['sid'], said['sub']) == (session['id'], session['user']['id'])
                assert said['fva'] == session['factor_verification_age']
                assert said['azp'] == 'http://localhost'


async def test_a_session_that_is_answered_has_its_token_too(api: Api) -> None:
    async with api.browser() as browser:
        done = (await post(browser, '/v1/client/sign_ups', email_address='ann@example.com', password=PASSWORD)).json()
        session_id = done['response']['created_session_id']

        touched = (await post(browser, f'/v1/client/sessions/{session_id}/touch')).json()['response']
        removed = (await post(browser, f'/v1/client/sessions/{session_id}/remove')).json()['response']

        assert (await claims(api, touched))['sid'] == session_id
        assert removed['last_active_token'] is None


async def test_the_session_of_another_device_never_comes_with_a_token(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        there = (await sign_up(phone)).json()['response']['created_session_id']
        await sign_in(laptop)
        named = (await laptop.patch(f'/v1/me/sessions/{there}', params=AS_CLERK_JS, data={'device_name': 'Phone'}))
        listed = await laptop.get('/v1/me/sessions/active', params=AS_CLERK_JS)

        assert named.status_code == listed.status_code == 200
        assert named.json()['response']['id'] == there
        assert named.json()['response'].get('last_active_token') is None
        assert [one['last_active_token'] for one in listed.json()] == [None, None]


async def test_whoever_is_not_clerk_js_gets_none(api: Api) -> None:
    async with api.browser() as browser:
        answer = await sign_up(browser)
        client = await browser.get('/v1/client')

        assert answer.json()['client']['sessions'][0]['last_active_token'] is None
        assert client.json()['response']['sessions'][0]['last_active_token'] is None


async def test_an_act_is_told_also_where_the_store_is_lost_before_a_token_is_made(
        api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise StoreAway

    async with api.browser() as browser:
        monkeypatch.setattr('auth.web.api.last_tokens.tokens_of', away)
        answer = await post(browser, '/v1/client/sign_ups', email_address='ann@example.com', password=PASSWORD)

    assert answer.status_code == 200
    assert answer.json()['client']['sessions'][0]['last_active_token'] is None


async def test_what_has_ended_since_the_answer_was_made_comes_without_a_token(
        api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ended(*_: object, **__: object) -> dict[str, str]:
        return {}

    async with api.browser() as browser:
        monkeypatch.setattr('auth.web.api.last_tokens.tokens_of', ended)
        answer = await post(browser, '/v1/client/sign_ups', email_address='ann@example.com', password=PASSWORD)

    assert answer.status_code == 200
    assert answer.json()['client']['sessions'][0]['last_active_token'] is None


async def test_a_pending_session_has_no_token(api: Api) -> None:
    async with api.browser() as browser:
        signed_up = await sign_up(browser)
        await api.rules.elsewhere("UPDATE session SET status = 'pending' WHERE id = ?",
                                  signed_up.json()['response']['created_session_id'])
        answer = await browser.get('/v1/client', params=AS_CLERK_JS)

    (session,) = answer.json()['response']['sessions']
    assert (session['status'], session['last_active_token']) == ('pending', None)
