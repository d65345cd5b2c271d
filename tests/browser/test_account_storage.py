"""What an app keeps for an account: two people in one browser, and one of them on two devices."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.running import either_store

from .devices import MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store

STORING = Path(__file__).parents[1] / 'apps' / 'storing.py'


async def reads(tab: Tab, words: str) -> None:
    await expect(tab.page.locator('.note')).to_have_text(f'Note: {words}')


async def test_nobody_reads_what_is_kept_for_another_account_of_the_same_browser(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(STORING)
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    ann = await laptop.sign_up(address)
    tab = await laptop.tab('/note')
    await reads(tab, 'none')
    await tab.button('Keep red').click()
    await reads(tab, 'red')
    held = await laptop.tab('/held')
    await held.button('Look').click()
    await expect(held.page.locator('.told')).to_have_text('It reads red')

    here = held.page.locator('[data-here]').first
    before = await here.get_attribute('data-here')
    await laptop.sign_up()  # the page of the tab is drawn anew, and the other one stays
    await reads(tab, 'none')
    await tab.button('Keep blue').click()
    await reads(tab, 'blue')
    await expect(here).not_to_have_attribute('data-here', before or '')
    await expect(here).to_have_attribute('data-here', re.compile('signed_in'))
    await held.button('Look').click()
    await expect(held.page.locator('.told')).to_have_text('Refused: authentication_invalid')

    assert (await laptop.api('POST', f'/client/sessions/{ann}/touch')).ok
    await reads(tab, 'red')
    await phone.sign_in(address)
    await reads(await phone.tab('/note'), 'red')
