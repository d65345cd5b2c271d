"""A browser that refuses its storage: every page is shown, and nothing fails."""

from __future__ import annotations

import pytest
from playwright.async_api import Error, expect

from tests.programs import ROOT
from tests.running import either_store

from .devices import MakeDevice, a_new_address

pytestmark = either_store

DENIED = '''for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, {
    configurable: true, get() { throw new DOMException('The document is sandboxed.', 'SecurityError'); }})'''
FULL = '''Storage.prototype.setItem = () => { throw new DOMException('There is no room.', 'QuotaExceededError'); }'''
OFF = '''for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, {
    configurable: true, value: null})'''
STORE = '''(() => {
    sessionStorage.setItem('name', 1);
    sessionStorage.clear();
    sessionStorage.name = 1; localStorage.setItem('other', 2);
    const found = [sessionStorage.getItem('name'), sessionStorage.length, localStorage.other, localStorage.key(0),
                   sessionStorage.getItem('getItem') === null, sessionStorage.none];
    sessionStorage.clear();
    return [...found, sessionStorage.length];
})()'''


async def test_a_browser_that_refuses_its_storage_shows_every_page_and_signs_in_and_out(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.context.add_init_script(DENIED)
    tab, address = await laptop.tab('/sign-up'), a_new_address()

    await tab.fill(address)
    await tab.button('Sign up').click()
    await expect(tab.see('Active Session').first).to_be_visible()
    await tab.page.locator('[data-theme-switch]').click()
    await expect(tab.page.locator('html')).to_have_attribute('data-theme', 'light')
    await tab.follow('/account')
    await expect(tab.see(address).first).to_be_visible()
    await tab.page.get_by_label('First name').fill('Ann')
    await tab.page.reload()
    await tab.live()
    await expect(tab.see(address).first).to_be_visible()
    await tab.button().click()
    await tab.signed_out()


async def test_where_storage_is_refused_what_is_stored_lasts_as_long_as_the_page(device: MakeDevice) -> None:
    """For real, as to a page of no origin, or in one of the ways in which browsers do it to a site."""
    tab = await (await device()).tab(None)
    for address, refusal in (('data:text/html,', ''), *((f'{tab.url}/v1/client', one) for one in (DENIED, FULL, OFF))):
        await tab.page.goto(address)
        await tab.page.evaluate(f'{refusal}; 0')  # and not a function, which would be called
        with pytest.raises(Error, match=r'SecurityError|QuotaExceededError|null'):
            await tab.page.evaluate(STORE)

        await tab.page.evaluate((ROOT / 'static/storage.js').read_text())  # as pages do, before anything else

        assert await tab.page.evaluate(STORE) == [1, 1, '2', 'other', True, None, 0], refusal
