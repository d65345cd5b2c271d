"""A request that comes with a cookie which another one of its browser has just replaced: it signs nobody out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from auth.errors import ClientRenewed
from auth.rules.replaced_secrets import REMEMBERED, check_not_replaced, forget_replaced
from tests.rules import PASSWORD, Rules
from tests.running import either_store

from .conftest import Api, sign_in, sign_up

BY_OLD_COOKIE = [
    ('POST', '/v1/client/sign_ins', {'identifier': 'bob@example.com', 'password': PASSWORD}),
    ('POST', '/v1/client/sign_ins', {'identifier': 'bob@example.com', 'password': 'not the password'}),
    ('POST', '/v1/client/sign_ups', {'email_address': 'carol@example.com', 'password': PASSWORD}),
    ('POST', '/v1/client/sign_ups/sua_any/attempt_verification', {'code': '123456'}),
    ('DELETE', '/v1/client/sessions', {}),
    ('DELETE', '/v1/client', {}),
    ('POST', '/v1/client/sessions/{id}/confirm', {'take_back_proof': 'any'}),
    ('POST', '/v1/client/sessions/{id}/verify/attempt_first_factor', {'password': PASSWORD}),
]
"""What is answered ``client_renewed`` where the cookie is replaced a moment later, too."""


class Laptop:
    """A browser with Ann on it, which has sent requests with its cookie before that was replaced."""

    def __init__(self, api: Api, browser: httpx.AsyncClient) -> None:
        self.api = api
        self.browser = browser
        self.old = ''
        self.session_id = ''

    async def replace_cookie(self) -> str:
        """Sign Ann in again, as another tab does; returns the cookie from before."""
        old = self.browser.cookies['__client']
        await sign_in(self.browser)
        return old

    async def late(self, cookie: str, method: str, path: str, fields: dict[str, str]) -> httpx.Response:
        """Send what was on its way with that cookie."""
        async with self.api.browser() as late:
            late.cookies.set('__client', cookie)
            return await late.request(method, path.replace('{id}', self.session_id), data=fields)


@pytest.fixture
async def laptop(api: Api) -> AsyncIterator[Laptop]:
    async with api.browser() as phone, api.browser() as browser:
        await sign_up(phone, 'bob@example.com')
        laptop = Laptop(api, browser)
        laptop.session_id = (await sign_up(browser)).json()['response']['created_session_id']
        laptop.old = await laptop.replace_cookie()
        yield laptop


def code(answer: httpx.Response) -> str:
    return answer.json()['errors'][0]['code']


def kept(rules: Rules) -> list[object]:
    return [*rules.everything(), rules.sql('SELECT * FROM replaced_secret'), rules.sql('SELECT * FROM attempts')]


@pytest.mark.parametrize(('method', 'path', 'fields'), BY_OLD_COOKIE)
async def test_a_cookie_that_was_just_replaced_is_told_so_and_nothing_changes(
        laptop: Laptop, method: str, path: str, fields: dict[str, str]) -> None:
    before = kept(laptop.api.rules)

    answer = await laptop.late(laptop.old, method, path, fields)

    assert (answer.status_code, code(answer)) == (409, 'client_renewed')
    assert 'set-cookie' not in answer.headers
    assert kept(laptop.api.rules) == before
    again = await laptop.late(laptop.browser.cookies['__client'], method, path, fields)
    assert 'client_renewed' not in again.text


async def test_of_three_tabs_with_one_cookie_also_the_last_one_is_told(laptop: Laptop) -> None:
    """It may come when the cookie was replaced more than once."""
    await laptop.replace_cookie()
    await laptop.replace_cookie()

    answer = await laptop.late(laptop.old, *BY_OLD_COOKIE[0])

    assert code(answer) == 'client_renewed'


@either_store
async def test_a_copy_of_an_old_cookie_gives_access_to_nothing_at_all(laptop: Laptop) -> None:
    answers = [await laptop.late(laptop.old, *request) for request in (
        ('GET', '/v1/client', {}), ('GET', '/v1/me/sessions/active', {}), ('PATCH', '/v1/me', {'first_name': 'X'}),
        ('POST', '/v1/client/sessions/{id}/touch', {}), ('POST', '/v1/client/sessions/{id}/remove', {}),
        ('PUT', '/v1/client/cookie', {}), ('POST', '/v1/me/personal_data', {}))]

    assert answers[0].json()['response'] is None
    assert answers[5].json()['response']['given'] is False
    assert [answer.status_code for answer in answers] == [200, 401, 401, 401, 404, 200, 401]
    assert [answer for answer in answers if 'set-cookie' in answer.headers] == []
    assert laptop.api.rules.status(laptop.session_id) == 'active'


@either_store
async def test_after_a_minute_an_old_cookie_is_that_of_nobody_and_begins_anew(laptop: Laptop) -> None:
    laptop.api.rules.clock.forward(seconds=REMEMBERED.total_seconds())

    answer = await laptop.late(laptop.old, *BY_OLD_COOKIE[0])

    assert answer.status_code == 200
    assert answer.json()['client']['id'] != (await laptop.browser.get('/v1/client')).json()['response']['id']


@either_store
async def test_a_secret_that_never_was_one_and_the_secret_of_another_browser_begin_anew(laptop: Laptop) -> None:
    client_id, _, old_secret = laptop.old.partition('.')
    other_id = next(found for found, in laptop.api.rules.sql('SELECT id FROM client') if found != client_id)

    answers = [await laptop.late(cookie, *BY_OLD_COOKIE[0])
               for cookie in (f'{client_id}.{"a" * 43}', f'{other_id}.{old_secret}')]

    assert [answer.status_code for answer in answers] == [200, 200]


@either_store
async def test_a_browser_that_was_forgotten_begins_anew_at_once(laptop: Laptop) -> None:
    cookie = laptop.browser.cookies['__client']
    await laptop.browser.delete('/v1/client')

    answer = await laptop.late(cookie, *BY_OLD_COOKIE[0])

    assert answer.status_code == 200


async def test_what_was_replaced_is_kept_as_a_hash_and_for_a_minute(rules: Rules) -> None:
    first = await rules.sign_up()
    await rules.sign_in(client=await rules.here(first.token))
    (kept,) = rules.sql('SELECT * FROM replaced_secret')
    with pytest.raises(ClientRenewed):
        await rules.auth.read(check_not_replaced, (first.token,))

    rules.clock.moment += REMEMBERED + timedelta(seconds=1)
    await rules.auth.run(forget_replaced)

    assert first.token.secret not in str(kept)
    assert rules.sql('SELECT count(*) FROM replaced_secret') == [(0,)]
