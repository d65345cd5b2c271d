"""Dialogs that ask before many sessions end: what they say, and that nothing is done by accident."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from models.types import new_id
from tests.http import patient_client
from tests.rules import PASSWORD
from tests.running import either_store
from tests.security.visitors import Somebody
from tests.server import Server

from .devices import MakeDevice, StartServer, Tab, a_new_address, focus
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


async def sign_up_elsewhere(server: Server) -> str:
    """Make an account on a device whose screen nobody looks at; returns the address."""
    somebody = await Somebody.at(server).sign_up()
    await somebody.close()
    return somebody.address


async def sign_in_elsewhere(server: Server, address: str) -> str:
    """Sign in on such a device; returns the id of the session."""
    async with patient_client(base_url=server.url) as http:
        answer = await http.post('/v1/client/sign_ins', data={'identifier': address, 'password': PASSWORD})
    return answer.json()['response']['created_session_id']


async def test_it_names_how_many_by_the_store_is_answered_again_after_an_error_and_hidden_out_of_reach(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()  # no faster: a tab that is deaf for a moment leaves what asks
    laptop, address = await device(server), a_new_address()
    await laptop.sign_up(address)
    on_phone = await sign_in_elsewhere(server, address)
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


async def test_nothing_is_done_by_accident_and_it_leaves_with_the_session(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, address = await device(), a_new_address()
    here = await laptop.sign_up(address)
    for _ in range(2):
        await sign_in_elsewhere(shared_server, address)
    tab = await laptop.tab('/account/security')
    page = tab.page
    await expect(page.locator('.ls-devices .ls-row')).to_have_count(3)

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

    await asking(tab).dblclick()  # two quick clicks ask once
    await expect(question(tab)).to_have_count(1)
    assert alive(shared_server, address) == 3
    await tab.button('Sign out of 2 devices').dblclick()  # and two on the answer act once

    await expect(tab.see('Signed out of 2 other devices.')).to_be_visible()
    await expect(question(tab)).to_have_count(0)
    (events,), = shared_server.sql("SELECT count(*) FROM audit_event WHERE action = 'revoked' AND user_id = "
                                   '(SELECT id FROM user WHERE email_address = ?)', address)
    assert events == 2

    await sign_in_elsewhere(shared_server, address)
    await asking(tab).click()
    await expect(question(tab)).to_be_visible()
    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", here)
    await tab.signed_out()
    await expect(question(tab)).to_have_count(0)
    await expect(tab.button('Cancel')).to_have_count(0)


async def test_a_row_that_is_drawn_anew_keeps_the_question_and_one_that_goes_takes_it_along_as_does_the_right(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server, boss := a_new_address())
    address, staying = [await sign_up_elsewhere(shared_server) for _ in range(2)]
    tab = await laptop.tab('/admin')
    await found(tab, address)
    await rows(tab).get_by_role('button', name='Disable').click()
    await expect(question(tab)).to_have_accessible_name(f'Disable {address}?')

    await sign_in_elsewhere(shared_server, address)
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
