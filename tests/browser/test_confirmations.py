"""Dialogs that ask before many sessions end: what they say, and that nothing is done by accident."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from models.types import new_id
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address, focus
from .test_admin import administrator, found, rows

pytestmark = either_store


def question(tab: Tab) -> Locator:
    return tab.page.get_by_role('alertdialog')


def asking(tab: Tab) -> Locator:
    return tab.page.get_by_role('button', name='Sign out of all other devices')


def alive(server: Server, address: str) -> int:
    (count,), = server.sql("SELECT count(*) FROM session WHERE status = 'active' AND user_id = "
                           '(SELECT id FROM user WHERE email_address = ?)', address)
    return count


async def three_devices(device: MakeDevice) -> tuple[Tab, Device, str]:
    laptop, phone, tablet = await device(), await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    await tablet.sign_in(address)
    tab = await laptop.tab('/account/security')
    await expect(tab.page.locator('.ls-devices .ls-row')).to_have_count(3)
    return tab, phone, address


async def test_it_names_how_many_by_the_store_is_answered_again_after_an_error_and_hidden_out_of_reach(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()  # no faster: a tab that is deaf for a moment leaves what asks
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    await laptop.sign_up(address)
    on_phone = await phone.sign_in(address)
    tab = await laptop.tab('/account/security')
    await expect(asking(tab)).to_have_text('Sign out of all other devices (1)')

    await asking(tab).click()
    await expect(question(tab)).to_be_visible()
    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.io.engine.close()')  # Chromium keeps a core busy while one is open
    await expect(question(tab)).to_have_count(0)
    await expect(tab.page.locator('#ls-away')).to_be_visible()
    await laptop.context.set_offline(False)  # the page connects by itself, or is loaded anew
    await tab.hears_again()
    tab.forgive_the_network()
    assert alive(server, address) == 2
    await expect(asking(tab)).to_have_text('Sign out of all other devices (1)')  # the list may have been read again

    server.sql('DROP TRIGGER session_inserted' if server.database.url.startswith('sqlite')
               else 'DROP TRIGGER session_inserted ON session')  # the list does not hear of it
    for _ in range(2):
        server.sql('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at) '
                   "SELECT ?, user_id, client_id, 'active', created_at, last_active_at, expire_at FROM session "
                   'WHERE id = ?', new_id('sess'), on_phone)
    await expect(asking(tab)).to_have_text('Sign out of all other devices (1)')
    await asking(tab).click()
    await expect(question(tab)).to_have_accessible_name('Sign out of 3 other devices?')
    await expect(question(tab)).to_have_accessible_description(
        'They are signed out at once, and each has to sign in again. This device stays signed in.')
    with server.database.locked():
        await tab.confirm('Sign out of 3 other devices?')
        await expect(question(tab).get_by_role('alert')).to_contain_text('Nobody was signed out.')
    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", on_phone)
    await tab.button('Sign out of 3 devices').click()

    await expect(tab.see('Signed out of 2 other devices.')).to_be_visible()  # as many as did end
    await expect(tab.page.get_by_role('heading', name='Active devices')).to_be_focused()
    assert alive(server, address) == 1


async def test_nothing_is_done_by_accident_and_it_leaves_when_there_is_nothing_left_to_ask(
        device: MakeDevice, shared_server: Server) -> None:
    tab, phone, address = await three_devices(device)
    page = tab.page

    async def press_cancel() -> None:
        await tab.button('Cancel').click()

    for leave in (lambda: page.keyboard.press('Escape'), lambda: page.keyboard.press('Enter'), press_cancel,
                  lambda: page.mouse.click(5, 5)):
        await focus(asking(tab))
        await page.keyboard.press('Enter')
        await expect(tab.button('Cancel')).to_be_focused()  # so Enter once more does no harm
        await leave()
        await expect(question(tab)).to_have_count(0)
        await expect(asking(tab)).to_be_focused()

    await page.keyboard.press('Enter')
    await expect(tab.button('Cancel')).to_be_focused()
    await page.keyboard.press('Tab')  # the keyboard stays in it
    await expect(tab.button('Sign out of 2 devices')).to_be_focused()
    for _ in range(5):
        await page.keyboard.down('Tab')
        assert await page.evaluate('!document.activeElement.matches("body *:not(dialog *)")')
    await page.keyboard.up('Tab')
    await page.keyboard.press('Escape')
    await expect(asking(tab)).to_be_focused()
    for _ in range(4):  # as if it was held down
        await page.keyboard.down('Enter')
    await expect(tab.button('Cancel')).to_be_focused()
    for _ in range(4):
        await page.keyboard.down('Enter')
    await expect(question(tab)).to_be_visible()
    await page.keyboard.up('Enter')
    await page.keyboard.press('Escape')
    await expect(asking(tab)).to_be_focused()
    assert alive(shared_server, address) == 3

    other = await phone.tab('/account/security')  # whose list it is on as well
    await asking(other).click()
    await expect(question(other)).to_be_visible()
    await asking(tab).dblclick()  # two quick clicks ask once
    await expect(question(tab)).to_have_count(1)
    assert alive(shared_server, address) == 3
    await tab.button('Sign out of 2 devices').dblclick()  # and two on the answer act once

    await expect(tab.see('Signed out of 2 other devices.')).to_be_visible()
    await expect(question(tab)).to_have_count(0)
    (events,), = shared_server.sql("SELECT count(*) FROM audit_event WHERE action = 'revoked' AND user_id = "
                                   '(SELECT id FROM user WHERE email_address = ?)', address)
    assert events == 2
    await other.signed_out()
    await expect(question(other)).to_have_count(0)
    await expect(other.button('Cancel')).to_have_count(0)


async def test_a_row_that_is_drawn_anew_keeps_the_question_and_one_that_goes_takes_it_along_as_does_the_right(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server, boss := a_new_address()), await device()
    address, staying = a_new_address(), a_new_address()
    await (await device()).sign_up(staying)
    await phone.sign_up(address)
    tab = await laptop.tab('/admin')
    await found(tab, address)
    await rows(tab).get_by_role('button', name='Disable').click()
    await expect(question(tab)).to_have_accessible_name(f'Disable {address}?')

    await (await device()).sign_in(address)
    await expect(rows(tab)).to_contain_text('2 sessions')
    await expect(question(tab)).to_be_visible()
    await expect(tab.button('Cancel')).to_be_focused()
    shared_server.sql('DELETE FROM user WHERE email_address = ?', address)
    await expect(question(tab)).to_have_count(0)

    await found(tab, staying)
    await rows(tab).get_by_role('button', name='Disable').click()
    await expect(question(tab)).to_have_accessible_name(f'Disable {staying}?')
    shared_server.sql('UPDATE user SET is_admin = 0 WHERE email_address = ?', boss)
    await expect(tab.see('There is no page here')).to_be_visible()
    await expect(question(tab)).to_have_count(0)
    assert alive(shared_server, staying) == 1


async def test_signing_out_of_several_accounts_asks_and_of_one_does_not(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    bob = await laptop.sign_up()
    tab = await laptop.tab()

    everybody = tab.page.get_by_role('main').get_by_role('button', name='Sign out of all accounts')
    await everybody.click()
    await expect(question(tab)).to_have_accessible_name('Sign out of 2 accounts?')
    await tab.page.keyboard.press('Escape')
    await expect(everybody).to_be_focused()
    await everybody.click()
    await expect(question(tab)).to_be_visible()
    await laptop.api('POST', f'/client/sessions/{bob}/remove')
    await expect(question(tab)).to_have_count(0)  # it was another question

    await laptop.api('DELETE', '/client/sessions')
    await tab.shows(await laptop.sign_up())
    await tab.page.get_by_role('main').get_by_role('button', name='Sign out', exact=True).click()
    await tab.signed_out()


async def test_an_author_asks_likewise(device: MakeDevice, buttons: Server) -> None:
    laptop = await device(buttons)
    await laptop.sign_up()
    tab = await laptop.tab('/buttons')

    for count in range(2):
        await tab.button('Throw away').click()
        await tab.confirm(f'Throw away {count} things?')
        await expect(tab.see(f'Thrown away: {count + 1}')).to_be_visible()
        await expect(question(tab)).to_have_count(0)
        await expect(tab.button('Throw away')).to_be_focused()
    await tab.button('Throw away').click()  # there is nothing to ask now
    await expect(tab.button('Throw away')).to_be_enabled()
    await expect(question(tab)).to_have_count(0)
    await expect(tab.see('Thrown away: 2')).to_be_visible()
