"""Many devices of one person, each with several tabs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import expect

from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server
from tests.sockets import OpenPage

from .devices import SIGNED_OUT, MakeDevice, a_new_address

DEVICES, PATHS = 20, ('/', '/account', '/examples/expo')


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Asks as many devices do: it keeps no cookie."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield http


async def cookie_of_another_device(http: aiohttp.ClientSession, server: Server, address: str) -> str:
    """Sign in on another device; gives the header that it sends from now on."""
    while True:
        async with http.post(f'{server.url}/v1/client/sign_ins',
                             data={'identifier': address, 'password': PASSWORD}) as answer:
            if answer.status == 503:  # it has much to do, and nothing was changed
                continue
            assert answer.ok, await answer.text()
            return f'__client={answer.cookies["__client"].value}'


async def says(page: OpenPage, text: str) -> None:
    """Wait until it stands on the page."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not any(text in one for one in page.texts()):
            await asyncio.sleep(0.02)


@either_store
async def test_twenty_devices_with_three_tabs_each_are_signed_out_at_once(
        device: MakeDevice, shared_server: Server, http: aiohttp.ClientSession) -> None:
    address = a_new_address()
    laptop, phone = await device(), await device()
    session_id = await laptop.sign_up(address)
    await phone.sign_in(address)
    here, beside, there = await laptop.tab('/account/security'), await laptop.tab(), await phone.tab('/account')
    pages: list[OpenPage] = []
    for _ in range(DEVICES - 1):
        cookie = await cookie_of_another_device(http, shared_server, address)
        for path in PATHS:
            pages.append(OpenPage(comes_again=True))
            await pages[-1].open(http, shared_server.url + path, lambda cookie=cookie: cookie)
    for page in pages:
        await says(page, 'Active Session: sess_')
    await expect(here.see(f'Sign out of all other devices ({DEVICES})')).to_be_visible()

    await here.page.get_by_role('button', name='Sign out of all other devices').click()
    await here.confirm(f'Sign out of {DEVICES} other devices?')

    await there.signed_out()
    for page in pages:
        await says(page, SIGNED_OUT)
        assert not [text for text in page.texts() if 'Active Session' in text or address in text]
    await expect(here.see(f'Signed out of {DEVICES} other devices.')).to_be_visible()
    await expect(here.page.locator('.ls-devices .ls-row')).to_have_count(1)
    await beside.shows(session_id)
    for page in pages:
        await page.close()
