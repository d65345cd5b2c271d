"""What an app keeps for an account, in a browser of two people; more in tests/auth/test_account_storage.py."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.running import either_store

from .devices import MakeDevice, StartServer, Tab

pytestmark = either_store

STORING = Path(__file__).parents[1] / 'apps' / 'storing.py'


async def reads(tab: Tab, words: str) -> None:
    await expect(tab.page.locator('.note')).to_have_text(f'Note: {words}')


async def test_nobody_reads_what_is_kept_for_another_account_of_the_same_browser(
        device: MakeDevice, own_server: StartServer) -> None:
    laptop = await device(await own_server(STORING))
    ann = await laptop.sign_up()
    tab = await laptop.tab('/note')
    await reads(tab, 'none')
    await tab.button('Keep red').click()
    await reads(tab, 'red')
    await tab.follow('/held')
    await tab.button('Look').click()
    await expect(tab.page.locator('.told')).to_have_text('It reads red')

    here = tab.page.locator('[data-here]').first
    before = await here.get_attribute('data-here')
    await laptop.sign_up()  # this page stays
    await expect(here).not_to_have_attribute('data-here', before or '')
    await expect(here).to_have_attribute('data-here', re.compile('signed_in'))
    await tab.button('Look').click()
    await expect(tab.page.locator('.told')).to_have_text('Refused: authentication_invalid')
    await tab.follow('/note')
    await reads(tab, 'none')
    await tab.button('Keep blue').click()
    await reads(tab, 'blue')

    assert (await laptop.api('POST', f'/client/sessions/{ann}/touch')).ok
    await reads(tab, 'red')  # this one is drawn anew
