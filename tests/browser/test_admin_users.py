"""Administrators make users, set passwords, give and withdraw administration, and see what happened, in the browser."""

from __future__ import annotations

import re

from playwright.async_api import WebSocket, expect

from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .accessibility import out_of_place, violations, weak_contrasts
from .devices import Device, MakeDevice, Tab, a_new_address
from .test_admin import administrator, told

pytestmark = either_store


async def page_of(laptop: Device, server: Server, address: str) -> Tab:
    (user_id,), = server.sql('SELECT id FROM user WHERE email_address = ?', address)
    tab = await laptop.tab(f'/admin/users/{user_id}')
    await expect(tab.page.locator('.ls-administration .ls-row')).to_contain_text(address)
    return tab


async def test_a_user_is_made_and_given_a_password_by_keyboard_and_none_crosses_the_websocket(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, address = await administrator(device, shared_server), await device(), a_new_address()
    tab = await laptop.tab(None)
    frames: list[str] = []

    def record(socket: WebSocket) -> None:
        socket.on('framesent', lambda payload: frames.append(str(payload)))

    tab.page.on('websocket', record)
    await tab.open('/admin')
    await tab.page.get_by_role('link', name='Add user').press('Enter')
    await expect(tab.page).to_have_url(f'{tab.url}/admin/users/new')  # and then it is drawn, and stays
    await tab.page.get_by_label('Email address', exact=True).fill(address)
    await tab.page.get_by_label('First name').fill('Fiona')
    await tab.page.get_by_label('Password', exact=True).press_sequentially('Fiona Fiona')
    await expect(tab.see('Choose several words that have nothing to do with them.')).to_be_visible()
    await tab.page.get_by_label('Password', exact=True).fill(PASSWORD)
    await tab.page.keyboard.press('Enter')

    await expect(tab.page).to_have_url(re.compile(r'/admin/users/user_\w+$'))
    await expect(tab.page.locator('.ls-administration .ls-row')).to_contain_text(f'Fiona{address}')
    await expect(tab.see('Account created, by an administrator')).to_be_visible()
    session_id = await phone.sign_in(address)
    assert shared_server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('pending',)]

    await tab.page.get_by_label('New password').fill(NEW_PASSWORD)
    await tab.page.keyboard.press('Enter')
    done = tab.page.get_by_role('status').filter(has_text='The password was set. 1 session ended.')
    await expect(done).to_be_visible()
    await expect(tab.see('Password changed, by an administrator')).to_be_visible()
    assert shared_server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('revoked',)]
    assert frames
    assert not [frame for frame in frames if any(typed in frame for typed in (PASSWORD, NEW_PASSWORD, 'Fiona Fiona'))]
    tab.complaints.clear()  # of the 422


async def test_administration_is_given_and_withdrawn_and_the_last_one_keeps_it_on_a_page_that_fits_a_narrow_screen(
        device: MakeDevice, shared_server: Server) -> None:
    server, ada, address = shared_server, a_new_address(), f'wolfeschlegel{a_new_address()}'
    server.sql('UPDATE user SET is_admin = 0')  # of other tests: there is one administrator
    laptop, phone = await administrator(device, server, ada), await device()
    await phone.sign_up(address, first_name='Wolfeschlegelsteinhausenbergerdorff')
    tab = await page_of(laptop, server, address)

    await tab.page.set_viewport_size({'width': 360, 'height': 740})
    faults = [*await violations(tab), *await weak_contrasts(tab), *await out_of_place(tab)]
    await tab.page.emulate_media(color_scheme='dark')  # which differs in colours only
    assert not faults + await weak_contrasts(tab)

    await tab.button(f'Make administrator: {address}').press('Enter')
    await expect(tab.button('Cancel')).to_be_focused()
    assert not await violations(tab)
    await tab.confirm(f'Make {address} an administrator?')
    await told(tab, f'{address} is an administrator now.')
    assert server.sql('SELECT is_admin FROM user WHERE email_address = ?', address) == [(1,)]

    await tab.button(f'Withdraw administration: {address}').click()
    await tab.confirm(f'Withdraw administration from {address}?')
    await told(tab, f'{address} is no administrator any more.')
    await expect(tab.see('No longer an administrator, by an administrator')).to_be_visible()
    assert server.sql('SELECT email_address FROM user WHERE is_admin') == [(ada,)]

    other = await phone.tab('/account')
    await tab.page.get_by_label('New password').fill(NEW_PASSWORD)
    await tab.page.keyboard.press('Enter')
    await other.signed_out()
    await expect(other.see('An administrator changed your password. Sign in with the new one.')).to_be_visible()

    (user_id,), = server.sql('SELECT id FROM user WHERE is_admin')
    await tab.follow(f'/admin/users/{user_id}')
    await expect(tab.see('This is you')).to_be_visible()
    await tab.button(f'Withdraw administration: {ada}').click()
    await tab.confirm(f'Withdraw administration from {ada}?')
    await expect(tab.see('This is the only administrator who can sign in.')).to_be_visible()
    assert server.sql('SELECT email_address FROM user WHERE is_admin') == [(ada,)]
