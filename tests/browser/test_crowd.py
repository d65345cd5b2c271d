"""Many devices of one person, each with several tabs."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from .devices import MakeDevice, Tab, a_new_address

DEVICES, PATHS = 20, ('/', '/account', '/examples/expo')


async def test_twenty_devices_with_three_tabs_each_are_signed_out_at_once(device: MakeDevice) -> None:
    address = a_new_address()
    laptop = await device()
    session_id = await laptop.sign_up(address)
    here, beside = await laptop.tab('/account/security'), await laptop.tab()
    tabs: list[Tab] = []
    for _ in range(DEVICES):
        other = await device()
        await other.sign_in(address)
        tabs += await asyncio.gather(*(other.tab(path) for path in PATHS))
    await expect(here.see(f'Sign out of all other devices ({DEVICES})')).to_be_visible()

    await here.page.get_by_role('button', name='Sign out of all other devices').click()

    await asyncio.gather(*(tab.signed_out() for tab in tabs))
    await expect(here.see(f'Signed out of {DEVICES} other devices.')).to_be_visible()
    await expect(here.page.locator('.devices .row')).to_have_count(1)
    await beside.shows(session_id)
