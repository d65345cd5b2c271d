"""A sign-in whose cookie does not come back leaves no session behind; one whose cookie does is left alone."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.running import either_store

from .conftest import Api, sign_in, sign_up

PROOF = 'take_back_proof'


def made(answer: httpx.Response) -> tuple[str, str]:
    """The session that an answer tells of, and the proof of who asked for it."""
    response = answer.json()['response']
    return response['created_session_id'], response[PROOF]


async def confirm(browser: httpx.AsyncClient, session_id: str, proof: str = '') -> httpx.Response:
    return await browser.post(f'/v1/client/sessions/{session_id}/confirm', data={PROOF: proof})


def code(answer: httpx.Response) -> Any:
    return answer.json()['errors'][0]['code'] if answer.is_error else None


async def test_a_session_whose_cookie_did_not_come_back_is_ended_and_whoever_signed_in_is_told(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as blocked:
        await sign_up(laptop)
        session_id, proof = made(await sign_in(blocked))
        cookie = blocked.cookies['__client']
        blocked.cookies.clear()

        answer = await confirm(blocked, session_id, proof)
        again = await confirm(blocked, session_id, proof)
        with_cookie = await blocked.get('/v1/client', headers={'cookie': f'__client={cookie}'})

    error, = answer.json()['errors']
    assert (answer.status_code, error['code']) == (422, 'cookie_not_kept')
    assert 'Allow cookies for this site' in error['message']
    assert code(again) == 'resource_not_found'
    assert with_cookie.json()['response'] is None
    assert api.rules.status(session_id) == 'removed'
    assert [status for status, in api.rules.sql("SELECT status FROM session WHERE status = 'active'")] == ['active']
    assert api.rules.events()[-1] == ('signed_out',)


@either_store
async def test_a_sign_up_is_told_the_same_and_its_user_stays(api: Api) -> None:
    async with api.browser() as blocked:
        session_id, proof = made(await sign_up(blocked))
        blocked.cookies.clear()
        answer = await confirm(blocked, session_id, proof)

    assert code(answer) == 'cookie_not_kept'
    assert api.rules.sql('SELECT count(*) FROM user') == [(1,)]
    assert api.rules.status(session_id) == 'removed'


@either_store
async def test_a_cookie_that_came_back_confirms_the_session_whatever_else_is_sent(api: Api) -> None:
    async with api.browser() as laptop:
        session_id, proof = made(await sign_up(laptop))
        answers = [await confirm(laptop, session_id, given) for given in (proof, '', 'x' * 64, 'ä')]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[0].json()['response']['id'] == session_id
    assert api.rules.status(session_id) == 'active'


@either_store
async def test_a_browser_that_has_shown_that_it_keeps_cookies_gets_no_proof(api: Api) -> None:
    async with api.browser() as laptop:
        await sign_up(laptop)
        answers = [await sign_in(laptop), await sign_up(laptop, 'bob@example.com')]

    assert [PROOF in answer.json()['response'] for answer in answers] == [False, False]


@either_store
@pytest.mark.parametrize('proof', ['', 'x', '0' * 64, 'of another session', 'upper', 'ä'])
async def test_nobody_ends_a_session_with_another_proof(api: Api, proof: str) -> None:
    async with api.browser() as laptop, api.browser() as thief:
        session_id, right = made(await sign_up(laptop))
        _, others = made(await sign_up(thief, 'eve@example.com'))
        given = {'of another session': others, 'upper': right.upper()}.get(proof, proof)
        thief.cookies.clear()
        answers = [await thief.post(f'/v1/client/sessions/{name}/confirm', json={PROOF: given})
                   for name in (session_id, 'sess_unknown', 'x' * 1000)]

    assert {code(answer) for answer in answers} <= {'resource_not_found', 'form_param_format_invalid'}
    assert api.rules.status(session_id) == 'active'


@either_store
async def test_a_proof_is_worth_nothing_after_five_minutes_or_after_another_sign_in(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone, api.browser() as stranger:
        late, late_proof = made(await sign_up(laptop))
        api.rules.clock.forward(minutes=5, seconds=1)
        renewed, renewed_proof = made(await sign_up(phone, 'bob@example.com'))
        await sign_in(phone, 'bob@example.com')

        answers = [await confirm(stranger, late, late_proof), await confirm(stranger, renewed, renewed_proof)]

    assert [code(answer) for answer in answers] == ['resource_not_found'] * 2
    assert [api.rules.status(session_id) for session_id in (late, renewed)] == ['active'] * 2


@either_store
async def test_another_tab_whose_cookie_took_the_place_is_left_alone_and_the_form_tries_again(api: Api) -> None:
    async with api.browser() as left, api.browser() as right:
        lost, proof = made(await sign_up(left))
        kept, _ = made(await sign_in(right))

        answer = await confirm(right, lost, proof)

    assert code(answer) == 'client_renewed'
    assert [api.rules.status(session_id) for session_id in (lost, kept)] == ['removed', 'active']


@either_store
async def test_no_other_site_asks_and_a_proof_opens_nothing_else(api: Api) -> None:
    async with api.browser() as laptop, api.browser(origin='https://evil.example') as elsewhere:
        session_id, proof = made(await sign_up(laptop))
        refused = await confirm(elsewhere, session_id, proof)
        as_cookie = await elsewhere.get('/v1/client', headers={'cookie': f'__client={session_id}.{proof[:43]}'})

    assert code(refused) == 'origin_invalid'
    assert as_cookie.json()['response'] is None
    assert api.rules.status(session_id) == 'active'
