"""What matters most asks for the password in a dialog, and goes on where it was."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, Tab, a_new_address

pytestmark = either_store


def asked(tab: Tab) -> Locator:
    """The dialog that asks for the password."""
    return tab.page.locator('dialog[data-password][open]')


async def answer(tab: Tab, password: str = PASSWORD) -> None:
    """Give the password by the keyboard."""
    await expect(asked(tab).get_by_label('Your password')).to_be_focused()
    await tab.page.keyboard.type(password)
    await tab.page.keyboard.press('Enter')


def pass_the_window(server: Server, *session_ids: str) -> None:
    """Let the password of these sessions, or of all, have been given long ago."""
    for session_id in session_ids:
        server.sql("UPDATE session SET authenticated_at = '2020-01-01 00:00:00+00' WHERE id = ?", session_id)


def status(server: Server, session_id: str) -> str:
    return server.sql('SELECT status FROM session WHERE id = ?', session_id)[0][0]


async def two_devices(device: MakeDevice, server: Server) -> tuple[Device, Tab, str, str]:
    """A laptop whose password was given long ago, its list of devices, its session and that on the phone."""
    laptop, phone = await device(), await device()
    address = a_new_address()
    here = await laptop.sign_up(address)
    there = await phone.sign_in(address)
    pass_the_window(server, here)
    tab = await laptop.tab('/account/security')
    await expect(tab.page.locator('.devices .row')).to_have_count(2)
    return laptop, tab, here, there


async def test_a_stolen_device_is_signed_out_in_one_dialog_and_the_page_stays_as_it_was(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, tab, here, there = await two_devices(device, shared_server)
    await tab.page.get_by_label('New password').fill('what was typed before')
    await tab.page.evaluate("window.same = document.querySelector('.devices')")
    cookie = await laptop.cookie()

    await tab.page.get_by_role('button', name='Sign out of all other devices').click()
    await expect(asked(tab)).to_have_accessible_name('Sign out of 1 other device?')
    await answer(tab)

    await expect(tab.see('Signed out of 1 other device.')).to_be_visible()
    await expect(tab.page.get_by_role('dialog')).to_have_count(0)
    assert (status(shared_server, here), status(shared_server, there)) == ('active', 'revoked')
    assert await tab.page.evaluate("window.same === document.querySelector('.devices')")
    await expect(tab.page.get_by_label('New password')).to_have_value('what was typed before')
    assert await laptop.cookie() != cookie
    await (await laptop.tab()).shows(here)
