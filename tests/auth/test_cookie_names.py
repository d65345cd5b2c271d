"""What the cookie is called: each of several sites on one host has one of its own, and a new one signs nobody out."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.rules import Rules
from tests.running import either_store
from tests.security.test_hosts import served

from .conftest import Api, sign_in, sign_up

pytestmark = either_store

MakeRules = Callable[..., Rules]


@asynccontextmanager
async def two_sites(first: Rules, second: Rules, scheme: str = 'http') -> AsyncIterator[tuple[httpx.AsyncClient, ...]]:
    """Two sites on two ports of one host, and one browser that visits both: it keeps one jar for all ports."""
    async with served(first) as one, served(second) as other:
        jar = httpx.Cookies()
        browsers = [api.browser(f'{scheme}://localhost:{port}') for api, port in ((one, 8080), (other, 8081))]
        for browser in browsers:
            browser._cookies = jar
        yield tuple(browsers)
        for browser in browsers:
            await browser.aclose()


async def is_signed_in(browser: httpx.AsyncClient) -> bool:
    client = (await browser.get('/v1/client')).json()['response']
    return client is not None and len(client['sessions']) == 1


@pytest.mark.parametrize('scheme', ['http', 'https'])
async def test_two_sites_with_names_of_their_own_leave_each_others_people_signed_in(
        rules_with: MakeRules, scheme: str) -> None:
    async with two_sites(rules_with(), rules_with(cookie_name='staging'), scheme) as (first, second):
        await sign_up(first)
        await sign_up(second)
        both = [await is_signed_in(browser) for browser in (first, second)]
        await second.delete('/v1/client')
        after = [await is_signed_in(browser) for browser in (first, second)]

    prefix = '__Host-' if scheme == 'https' else '__'
    assert both == [True, True]
    assert after == [True, False]
    assert {name for name in first.cookies if 'uat' not in name} == {f'{prefix}client'}


async def test_two_sites_with_one_name_are_told_of(rules_with: MakeRules, caplog: pytest.LogCaptureFixture) -> None:
    async with two_sites(rules_with(), rules_with()) as (first, second):
        await sign_up(first)
        await sign_up(second)
        await second.delete('/v1/client/sessions')
        await sign_in(second)

    lines = [record.levelno for record in caplog.records if 'give each a COOKIE_NAME of its own' in record.getMessage()]
    assert lines == [logging.WARNING]


async def test_a_new_name_signs_nobody_out_and_is_taken_up_at_the_next_sign_in(rules_with: MakeRules) -> None:
    rules = rules_with()
    async with served(rules) as before, before.browser() as browser:
        await sign_up(browser)
        cookies = browser.cookies
    object.__setattr__(rules.auth, 'settings', rules.auth.settings.model_copy(update={'cookie_name': 'staging'}))

    async with served(rules) as after, after.browser() as browser:
        browser._cookies = cookies
        still = await is_signed_in(browser)
        await sign_in(browser)
        renewed = browser.cookies['__staging']
        old = await is_signed_in(await _with(after, f'__client={browser.cookies["__client"]}'))
        both = await is_signed_in(browser)
        new = await is_signed_in(await _with(after, f'__staging={renewed}'))

    assert still
    assert (old, new, both) == (False, True, True)


async def _with(api: Api, cookie: str) -> httpx.AsyncClient:
    return api.browser(cookie=cookie)


@pytest.mark.parametrize('form', ['__staging={}', '__Host-staging2={}', '__host-staging={}', '\xa0__Host-staging={}',
                                  'x__Host-staging={}', 'staging={}'])
async def test_only_the_very_name_counts_also_if_it_is_another_one(rules_with: MakeRules, form: str) -> None:
    async with served(rules_with(cookie_name='staging')) as api, api.browser('https://localhost') as browser:
        await sign_up(browser)
        value = browser.cookies['__Host-staging']
        async with api.browser('https://localhost') as planted:
            answer = await planted.get('/v1/client', headers=[('cookie', form.format(value).encode('latin-1'))])

    assert answer.json()['response'] is None
