"""The password given again, by the Frontend API: what it opens, for which session, and what becomes of the cookie."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from auth.errors import ReverificationRequired
from auth.rules.actor import by_admin
from auth.rules.admin import create_user, revoke_everyone, revoke_session, revoke_user, set_admin, set_disabled
from auth.rules.admin import set_password as set_password_of
from auth.rules.devices import revoke, revoke_others
from tests.auth.conftest import Api, sign_in, sign_up
from tests.auth.test_api_me import code_of, session_of
from tests.rules import NEW_PASSWORD, PASSWORD, PHONE, Rules
from tests.running import both_stores

NEEDED = (403, 'session_reverification_required')


async def verify(browser: httpx.AsyncClient, session_id: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Give the password again."""
    return await browser.post(f'/v1/client/sessions/{session_id}/verify/attempt_first_factor',
                              data={'password': password, **more})


async def ages(browser: httpx.AsyncClient) -> dict[str, list[int]]:
    """How long ago the password was given in each session of a browser, in minutes."""
    client: dict[str, Any] = (await browser.get('/v1/client')).json()['response']
    return {session['id']: session['factor_verification_age'] for session in client['sessions']}


async def test_what_matters_most_asks_again_after_the_window_and_goes_on_with_the_password(
        api: Api, subtests: pytest.Subtests) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        here = session_of(await sign_up(laptop))
        there = session_of(await sign_in(phone))
        api.rules.clock.forward(minutes=10)
        before = api.rules.everything()
        for path in ('revoke_others', f'{there}/revoke', 'sess_unknown/revoke'):
            with subtests.test(path=path):
                answer = await laptop.post(f'/v1/me/sessions/{path}')

                assert code_of(answer) == NEEDED
                assert answer.json()['errors'][0]['meta'] == {
                    'session_id': here, 'reverification': {'level': 'first_factor', 'afterMinutes': 10}}
                assert api.rules.everything() == before

        begun = await laptop.post(f'/v1/client/sessions/{here}/verify')
        given = await verify(laptop, here)
        done = await laptop.post('/v1/me/sessions/revoke_others')

    assert begun.json()['response']['status'] == 'needs_first_factor'
    assert [one['strategy'] for one in begun.json()['response']['supported_first_factors']] == ['password']
    assert given.json()['response']['status'] == 'complete'
    assert given.json()['response']['session']['factor_verification_age'] == [0, -1]
    assert done.json()['response']['revoked'] == 1
    assert api.rules.status(there) == 'revoked'


async def test_this_device_is_signed_out_without_it(api: Api) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))
        api.rules.clock.forward(minutes=20)

        answer = await laptop.post(f'/v1/me/sessions/{here}/revoke')

    assert answer.json()['response']['status'] == 'removed'


async def test_the_password_counts_for_that_session_alone_and_not_for_another_account_or_device(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        ann = session_of(await sign_up(laptop))
        bob = session_of(await sign_up(laptop, 'bob@example.com'))
        on_phone = session_of(await sign_in(phone))
        api.rules.clock.forward(minutes=20)

        await verify(laptop, bob)

        assert await ages(laptop) == {ann: [20, -1], bob: [0, -1]}
        assert await ages(phone) == {on_phone: [20, -1]}
        asked = await laptop.post('/v1/me/sessions/revoke_others', params={'_clerk_session_id': ann})
    assert code_of(asked) == NEEDED


async def test_the_cookie_is_another_one_and_the_old_one_is_nobodys(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as thief:
        here = session_of(await sign_up(laptop))
        thief.cookies.set('__client', laptop.cookies['__client'])
        expires = api.rules.sql('SELECT expire_at, last_active_at FROM session')

        answer = await verify(laptop, here)

        assert 'HttpOnly' in answer.headers['set-cookie']
        assert list(await ages(laptop)) == [here]
        assert (await thief.get('/v1/client')).json()['response'] is None
        assert api.rules.sql('SELECT expire_at, last_active_at FROM session') == expires


@pytest.mark.parametrize(('password', 'expected'), [
    ('not the password', (422, 'form_password_incorrect')), ('', (422, 'form_param_missing')),
])
async def test_a_wrong_password_opens_nothing_and_keeps_the_cookie(
        api: Api, password: str, expected: tuple[int, str]) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))
        api.rules.clock.forward(minutes=20)
        cookie = laptop.cookies['__client']

        answer = await verify(laptop, here, password)

        assert code_of(answer) == expected
        assert answer.json()['errors'][0]['meta'] == {'param_name': 'password'}
        assert (laptop.cookies['__client'], await ages(laptop)) == (cookie, {here: [20, -1]})


async def test_wrong_ones_count_as_wrong_current_passwords_do_and_the_last_one_ends_the_session(api: Api) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))
        for _ in range(3):
            await verify(laptop, here, 'a guess')
        await laptop.post('/v1/me/change_password', data={'current_password': 'a guess', 'new_password': NEW_PASSWORD})

        last = await verify(laptop, here, 'a guess')

    assert code_of(last) == (401, 'authentication_invalid')
    assert api.rules.status(here) == 'revoked'


@pytest.mark.parametrize('whose', ['unknown', 'malformed%00', 'of another browser', 'ended a moment ago', 'nobody'])
async def test_a_session_that_is_not_signed_in_here_gets_one_and_the_same_answer(api: Api, whose: str) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        here, there = session_of(await sign_up(laptop)), session_of(await sign_up(phone, 'bob@example.com'))
        session_id = {'of another browser': there, 'ended a moment ago': here}.get(whose, whose)
        if whose == 'ended a moment ago':
            api.rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", here)
        if whose == 'nobody':
            laptop.cookies.clear()
        before = api.rules.everything()

        answers = [await verify(laptop, session_id), await laptop.post(f'/v1/client/sessions/{session_id}/verify')]

    assert {code_of(answer) for answer in answers} == {(404, 'resource_not_found')}
    assert api.rules.everything() == before


@both_stores
async def test_two_at_once_sign_nobody_out_and_whoever_comes_second_is_told_to_try_again(api: Api) -> None:
    async with api.browser() as left, api.browser() as right:
        here = session_of(await sign_up(left))
        right.cookies.set('__client', left.cookies['__client'])  # two tabs with one cookie

        answers = await asyncio.gather(verify(left, here), verify(right, here))

        by_status = {answer.status_code: answer for answer in answers}
        assert set(by_status) == {200, 409}
        assert code_of(by_status[409]) == (409, 'client_renewed')
        winner = left if answers[0].status_code == 200 else right
        assert list(await ages(winner)) == [here]
        assert (await verify(winner, here)).status_code == 200


async def test_another_strategy_is_refused_and_is_no_guess(api: Api) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))

        answer = await verify(laptop, here, 'x', strategy='totp')

    assert code_of(answer) == (422, 'form_param_format_invalid')
    assert api.rules.sql('SELECT * FROM wrong_passwords') == []


async def test_a_changed_password_begins_the_window_here_and_closes_those_of_the_other_devices(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as phone:
        here, there = session_of(await sign_up(laptop)), session_of(await sign_in(phone))
        api.rules.clock.forward(minutes=5)

        await laptop.post('/v1/me/change_password', data={'current_password': PASSWORD, 'new_password': NEW_PASSWORD})

        assert await ages(laptop) == {here: [0, -1]}
        assert code_of(await phone.post(f'/v1/me/sessions/{here}/revoke')) == NEEDED
        assert code_of(await verify(phone, there)) == (422, 'form_password_incorrect')
        assert (await verify(phone, there, NEW_PASSWORD)).status_code == 200


async def test_it_is_an_event_of_the_history(api: Api) -> None:
    async with api.browser() as laptop:
        here = session_of(await sign_up(laptop))

        await verify(laptop, here)

    assert api.rules.events('action', 'session_id')[-1] == ('re_authenticated', here)


# Below the API


async def test_an_administrator_who_acts_is_asked_and_one_who_looks_is_not(
        rules: Rules, subtests: pytest.Subtests) -> None:
    boss = await rules.sign_up('boss@example.com')
    rules.sql('UPDATE user SET is_admin = 1')
    ann = await rules.sign_up()
    rules.clock.forward(minutes=11)
    administrator = by_admin(await rules.here(boss.token))
    before, run = rules.everything(), rules.auth.run
    acts = {
        'revoke_session': lambda: run(revoke_session, administrator, ann.session_id),
        'revoke_user': lambda: run(revoke_user, administrator, ann.user_id),
        'revoke_everyone': lambda: revoke_everyone(rules.auth, administrator),
        'set_disabled': lambda: run(set_disabled, administrator, ann.user_id, True),
        'set_admin': lambda: run(set_admin, administrator, ann.user_id, True),
        'set_password': lambda: set_password_of(rules.auth, administrator, ann.user_id, NEW_PASSWORD),
        'create_user': lambda: create_user(rules.auth, administrator, email_address='x@example.com',
                                           password=NEW_PASSWORD),
    }

    for name, act in acts.items():
        with subtests.test(act=name):
            with pytest.raises(ReverificationRequired):
                await act()
            assert rules.everything() == before
    assert await rules.auth.read(administrator, reading=True) == boss.user_id


async def test_a_session_that_ended_a_moment_ago_does_nothing_whatever_is_believed_of_it(rules: Rules) -> None:
    ann, phone = await rules.sign_up(), await rules.sign_in(request_info=PHONE)
    believed = await rules.here(ann.token)
    rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann.session_id)
    before = rules.everything()

    for verb, given in ((revoke_others, ()), (revoke, (phone.session_id,))):
        with pytest.raises(Exception, match='You are signed out'):
            await rules.auth.run(verb, believed, *given)

    assert rules.everything() == before
