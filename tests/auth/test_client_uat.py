"""``__client_uat``: by it, servers with Clerk's libraries see whether a session token is still of who is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.auth.conftest import Api, served_api, sign_in, sign_up
from tests.rules import NEW_PASSWORD, PASSWORD, Rules
from tests.running import both_stores, either_store

pytestmark = either_store

SUFFIX = '1cNra6fY'
"""Of the publishable key of a site that the settings say nothing of."""


def told(answer: httpx.Response) -> dict[str, str]:
    """What an answer says, by the names of the cookies."""
    cookies = dict(one.split('=', 1) for one in answer.headers.get_list('set-cookie') if one.startswith('__client_uat'))
    return {name: value.partition(';')[0] for name, value in cookies.items()}


def both(value: Any) -> dict[str, str]:
    return {'__client_uat': str(value), f'__client_uat_{SUFFIX}': str(value)}


def now(api: Api) -> int:
    return int(api.rules.clock().timestamp())


async def test_every_answer_that_changes_who_is_signed_in_says_when(api: Api) -> None:
    async with api.browser() as laptop:
        ann = (await sign_up(laptop)).json()['response']['created_session_id']
        steps: list[tuple[Callable[[], Any], bool]] = [
            (lambda: sign_up(laptop, 'bob@example.com'), True),
            (lambda: laptop.post(f'/v1/client/sessions/{ann}/touch'), True),
            (lambda: laptop.post(f'/v1/client/sessions/{ann}/touch', data={'intent': 'focus'}), False),
            (lambda: laptop.patch('/v1/me', data={'first_name': 'Ann'}), False),
            (lambda: laptop.post(f'/v1/client/sessions/{ann}/remove'), True),
            (lambda: sign_in(laptop), True),
            (lambda: laptop.get('/v1/client'), False),
            (lambda: laptop.post('/v1/client/sessions/sess_nobody/remove'), False),
        ]
        for act, changes in steps:
            api.rules.clock.forward(seconds=10)
            assert told(await act()) == (both(now(api)) if changes else {})
        assert {name: value for name, value in laptop.cookies.items() if 'uat' in name} == both(now(api) - 20)


@pytest.mark.parametrize('method_and_path', [
    ('DELETE', '/v1/client/sessions'), ('DELETE', '/v1/client'), ('POST', '/v1/client/sessions/{}/remove'),
    ('POST', '/v1/client/sessions/{}/end'), ('DELETE', '/v1/me'),
])
@both_stores
async def test_when_nobody_is_left_it_is_nought(api: Api, method_and_path: tuple[str, str]) -> None:
    method, path = method_and_path
    async with api.browser() as laptop:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        fields = {'password': PASSWORD, 'confirmation': 'delete my account'} if path == '/v1/me' else {}
        answer = await laptop.request(method, path.format(session_id), data=fields)
        again = await laptop.delete('/v1/client/sessions')

    assert (answer.status_code, told(answer)) == (200, both(0))
    assert told(again) == {}  # the browser knows


async def test_a_browser_that_has_not_heard_of_the_end_is_told_when_it_asks(api: Api) -> None:
    """As after a sign-out in a tab of ours, which goes over its socket, or from another device."""
    async with api.browser() as laptop:
        session_id = (await sign_up(laptop)).json()['response']['created_session_id']
        api.rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
        asked, again = await laptop.get('/v1/client'), await laptop.get('/v1/client')

    assert (told(asked), told(again)) == (both(0), {})


async def test_a_visitor_gets_no_cookie(api: Api) -> None:
    async with api.browser() as visitor:
        answers = [await visitor.get('/v1/client'), await visitor.put('/v1/client'),
                   await visitor.get('/v1/environment'),
                   await visitor.delete('/v1/client/sessions'), await visitor.post('/v1/client/sign_ins')]

    assert not any('set-cookie' in answer.headers for answer in answers)


async def test_a_password_that_was_changed_moves_nothing(api: Api) -> None:
    """The session goes on, and so do its tokens."""
    async with api.browser() as laptop:
        await sign_up(laptop)
        api.rules.clock.forward(seconds=10)
        changed = await laptop.post('/v1/me/change_password', data={'current_password': PASSWORD,
                                                                    'new_password': NEW_PASSWORD})

    assert (changed.status_code, told(changed)) == (200, {})


@pytest.mark.parametrize(('settings', 'url', 'end'), [
    ({}, 'http://localhost', '; Path=/; SameSite=Lax'),
    ({'public_url': 'https://auth.example.com'}, 'https://auth.example.com', '; Path=/; SameSite=Lax; Secure'),
    ({'public_url': 'https://auth'}, 'https://auth', '; Path=/; SameSite=Lax; Secure'),
])
async def test_scripts_may_read_it_and_it_is_secure_where_ours_is(
        rules_with: Callable[..., Rules], settings: dict[str, str], url: str, end: str) -> None:
    async with served_api(rules_with(**settings)) as api, api.browser(url) as laptop:
        _, *cookies = (await sign_up(laptop)).headers.get_list('set-cookie')
        suffix = api.rules.auth.settings.cookie_suffix

        names = ['__client_uat', f'__client_uat_{suffix}'] if suffix else ['__client_uat']
        assert cookies == [f'{name}={now(api)}{end}' for name in names]


async def test_it_is_kept_as_long_as_our_own_cookie(api: Api) -> None:
    async with api.browser() as laptop:
        cookies = (await sign_up(laptop, keep_signed_in='true')).headers.get_list('set-cookie')

    assert [one.partition('Max-Age=')[2].partition(';')[0] for one in cookies] == [str(30 * 24 * 3600)] * 3


async def test_it_is_never_newer_than_a_token_that_comes_after_it(api: Api) -> None:
    """Else the server would send the browser to the handshake, again and again."""
    api.rules.clock.forward(milliseconds=999)
    async with api.browser() as laptop:
        up = await sign_up(laptop)
        assert int(told(up)['__client_uat']) <= api.rules.clock().timestamp()


async def test_an_app_on_a_phone_gets_none(api: Api) -> None:
    async with api.browser() as phone:
        up = await phone.post('/v1/client/sign_ups?_is_native=1', data={'email_address': 'ann@example.com',
                                                                        'password': PASSWORD})

    assert (up.status_code, told(up)) == (200, {})
