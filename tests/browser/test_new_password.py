"""Whoever signs in with a password that somebody else has set chooses their own, and then goes on."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.rules import NEW_PASSWORD
from tests.running import either_store
from tests.server import Server

from .accessibility import violations, weak_contrasts
from .devices import MakeDevice, a_new_address

pytestmark = either_store


async def given(device: MakeDevice, server: Server) -> str:
    """The address of somebody whose password was set by somebody else."""
    address = a_new_address()
    await (await device()).sign_up(address)
    server.sql('UPDATE user SET password_given_at = password_changed_at WHERE email_address = ?', address)
    return address


async def test_a_new_password_is_asked_for_and_then_the_person_goes_on(device: MakeDevice, shared_server: Server
                                                                       ) -> None:
    address, laptop = await given(device, shared_server), await device()
    tab = await laptop.tab('/sign-in?redirect_url=/account/security')
    await tab.fill(address)
    await tab.page.keyboard.press('Enter')
    await expect(tab.page.get_by_role('heading', name='Choose a new password')).to_be_visible()
    other = await laptop.tab('/')

    await expect(tab.see(address)).to_be_visible()
    await expect(other.see('You are signed out')).to_be_visible()
    await other.page.goto(f'{other.url}/account')
    await expect(other.page).to_have_url(f'{other.url}/sign-in/new-password?redirect_url=%2Faccount')
    await expect(tab.page.get_by_label('New password')).to_be_focused()
    await tab.page.keyboard.type('Summer2026')
    await tab.page.keyboard.press('Enter')
    await expect(tab.see('Choose several words that do not belong together.')).to_be_visible()
    assert not [*await violations(tab), *await weak_contrasts(tab)]
    await tab.page.get_by_label('New password').fill(NEW_PASSWORD)
    await tab.page.keyboard.press('Enter')

    await expect(tab.page).to_have_url(f'{tab.url}/account/security')
    await expect(tab.see('Active devices')).to_be_visible()
    await expect(other.see('You are signed in.')).to_be_visible()
    assert [status for status, in shared_server.sql(
        'SELECT status FROM session JOIN user ON user.id = user_id WHERE email_address = ? ORDER BY session.created_at',
        address)] == ['revoked', 'active']
    tab.complaints.clear()  # of the 422


async def test_what_ends_the_session_takes_the_form_away_and_they_may_sign_out(device: MakeDevice, shared_server: Server
                                                                               ) -> None:
    address, laptop = await given(device, shared_server), await device()
    await laptop.sign_in(address)
    tab = await laptop.tab('/sign-in/new-password?redirect_url=/account')
    await expect(tab.see(address)).to_be_visible()

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE status = 'pending'")
    await expect(tab.see('Sign in first.')).to_be_visible()
    await expect(tab.page.get_by_label('New password')).to_have_count(0)
    assert address not in await tab.text()
    await expect(tab.page.get_by_role('link', name=re.compile('^Sign in'))).to_have_count(2)

    await laptop.sign_in(address)
    await expect(tab.page.get_by_label('New password')).to_be_visible()
    await tab.button().click()
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in')
