"""A browser that refuses its storage: every page is shown, and nothing fails."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.programs import ROOT
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, a_new_address

pytestmark = either_store

DENIED = '''for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, {
    configurable: true, get() { throw new DOMException('The document is sandboxed.', 'SecurityError'); }})'''
FULL = '''Storage.prototype.setItem = () => { throw new DOMException('There is no room.', 'QuotaExceededError'); }'''
OFF = '''for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, {
    configurable: true, value: null})'''


@pytest.mark.parametrize('refusal', [DENIED, FULL, OFF], ids=['denied', 'full', 'switched off'])
async def test_a_browser_that_refuses_its_storage_shows_every_page_and_signs_in_and_out(
        device: MakeDevice, refusal: str) -> None:
    laptop = await device()
    await laptop.context.add_init_script(refusal)
    tab, address = await laptop.tab('/sign-up'), a_new_address()

    await tab.fill(address)
    await tab.button('Sign up').click()
    await expect(tab.see('Active Session').first).to_be_visible()
    await tab.page.locator('[data-theme-switch]').click()
    await expect(tab.page.locator('html')).to_have_attribute('data-theme', 'light')
    other = await laptop.tab('/account')
    await expect(other.see(address).first).to_be_visible()
    await other.page.get_by_label('First name').fill('Ann')
    await other.page.reload()
    await other.live()
    await expect(other.see(address).first).to_be_visible()
    await tab.button().click()
    await other.signed_out()


async def test_where_storage_is_refused_for_real_what_is_stored_lasts_as_long_as_the_page(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    tab = await laptop.tab(None)

    async def sandbox(route: Any) -> None:
        answer = await route.fetch()
        headers = {**answer.headers, 'content-security-policy': 'sandbox allow-scripts'}
        await route.fulfill(response=answer, headers=headers)

    await tab.page.route(f'{tab.url}/', sandbox)
    await tab.page.goto(f'{tab.url}/')
    await tab.page.add_script_tag(content=(ROOT / 'static/storage.js').read_text())  # none is fetched into a sandbox

    assert await tab.page.evaluate('''(() => {
        sessionStorage.name = 1; localStorage.setItem('other', 2);
        const found = [sessionStorage.getItem('name'), sessionStorage.length, localStorage.other, localStorage.key(0),
                       sessionStorage.getItem('getItem'), sessionStorage.none];
        sessionStorage.clear();
        return [...found, sessionStorage.length];
    })()''') == [1, 1, '2', 'other', None, None, 0]
    await tab.page.close()
    tab.complaints.clear()
