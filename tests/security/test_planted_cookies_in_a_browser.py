"""What a sub-domain can plant in a real browser, over TLS, and what the app makes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from auth.web.cookies import cookie_name
from tests.auth.conftest import Api, sign_up
from tests.browser.devices import MakeDevice
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .neighbours import DOMAIN, Neighbours, neighbours

pytestmark = either_store

ATTRIBUTES = f'; Domain={DOMAIN}; Secure; Max-Age=9999'.encode()
PATHS = (b'; Path=/', b'; Path=/v1', b'; Path=/v1/client')
NAMES = (b'\xa0__Host-client', b'\x85__Host-client', b'\xc2\xa0__Host-client', b'__Host-client\xa0', b'=__Host-client',
         b'__Host-client', b'__host-client', b' __Host-client', b'\t__Host-client', b'__client', b'',
         b'"__Host-client"', b'x; __Host-client', b',__Host-client')


@pytest.fixture
async def domain(api: Api, tmp_path: Path) -> AsyncIterator[Neighbours]:
    """The app, and beside it a sub-domain that plants the cookie of an account of its own under every name."""
    async with api.browser('https://localhost') as attacker:
        await sign_up(attacker, 'eve@example.com')
        token = attacker.cookies[cookie_name(secure=True)].encode()
    async with neighbours(api.app, tmp_path) as domain:
        domain.planted = [name + b'=' + token + path + ATTRIBUTES for name in NAMES for path in PATHS]
        yield domain


@asynccontextmanager
async def somebody(browser: Browser) -> AsyncIterator[Page]:
    """A page of a browser that has no cookies yet."""
    context = await browser.new_context(ignore_https_errors=True, bypass_csp=True)  # asks from where no page is
    yield await context.new_page()
    await context.close()


async def signs_up(page: Page, domain: Neighbours) -> None:
    await page.goto(f'{domain.ours}/v1/client')
    assert await page.evaluate("""async (fields) => (await fetch('/v1/client/sign_ups', {
        method: 'POST', body: new URLSearchParams(fields) })).ok""",
                               {'email_address': 'ann@example.com', 'password': PASSWORD})


async def who_is(page: Page, domain: Neighbours) -> list[str]:
    """The addresses of whoever is signed in, as the browser itself is answered."""
    await page.goto(f'{domain.ours}/v1/client')
    client = (await page.evaluate('JSON.parse(document.body.innerText)'))['response']
    return [session['user']['email_addresses'][0]['email_address'] for session in client['sessions']] if client else []


async def taken(page: Page) -> int:
    """How many planted cookies the browser took."""
    return len([cookie for cookie in await page.context.cookies() if cookie['domain'] == f'.{DOMAIN}'])


async def test_a_sub_domain_signs_a_fresh_browser_in_as_nobody(browser: Browser, domain: Neighbours) -> None:
    async with somebody(browser) as page:
        of_the_host, found = domain.planted[::len(PATHS)], list[bytes]()  # no browser sends the path of a cookie
        for planted in of_the_host:
            domain.planted = [planted]
            await page.goto(domain.theirs)
            found += [planted] * await taken(page)

            assert await who_is(page, domain) == [], planted
            await page.context.clear_cookies()

    assert {b'\xa0__Host-client', b'\x85__Host-client'} <= {planted.partition(b'=')[0] for planted in found}
    assert not [planted for planted in found if planted.startswith(b'__Host-client=')]  # the browser keeps its word


async def test_a_sub_domain_locks_nobody_out(browser: Browser, domain: Neighbours) -> None:
    async with somebody(browser) as page:
        await signs_up(page, domain)
        await page.goto(domain.theirs)

        assert await taken(page) > 10
        assert await who_is(page, domain) == ['ann@example.com']


async def test_who_signs_in_after_a_cookie_was_planted_has_an_account_of_their_own_only(
        browser: Browser, domain: Neighbours) -> None:
    async with somebody(browser) as page:
        await page.goto(domain.theirs)
        await signs_up(page, domain)

        assert await who_is(page, domain) == ['ann@example.com']


async def test_a_sub_domain_that_plants_very_many_cookies_locks_nobody_out(
        browser: Browser, domain: Neighbours) -> None:
    domain.planted = [b'bomb%d=%b; Path=/' % (number, b'x' * 3500) + ATTRIBUTES for number in range(15)]
    async with somebody(browser) as page:
        await signs_up(page, domain)
        await page.goto(domain.theirs)

        assert await taken(page) == 15
        assert await who_is(page, domain) == ['ann@example.com']


async def test_a_tab_is_live_however_many_cookies_its_browser_has(
        device: MakeDevice, own_server: Callable[..., Awaitable[Server]]) -> None:
    laptop = await device(await own_server())
    session_id = await laptop.sign_up()
    await laptop.context.add_cookies([{'name': f'bomb{number}', 'value': 'x' * 3500, 'url': laptop.url}
                                      for number in range(15)])

    left, right = await laptop.tab(), await laptop.tab()
    await left.shows(session_id)
    await right.button().click()

    await left.signed_out()
