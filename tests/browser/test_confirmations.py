"""Dialogs that ask before many sessions end: what they say, and that nothing is done by accident."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from models.types import new_id
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address
from .test_admin import administrator, found, rows, told

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
    await expect(tab.page.locator('.devices .row')).to_have_count(3)
    return tab, phone, address


async def test_it_names_how_many_by_the_store_and_the_answer_how_many_did_end(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    await laptop.sign_up(address)
    on_phone = await phone.sign_in(address)
    tab = await laptop.tab('/account/security')
    await expect(asking(tab)).to_have_text('Sign out of all other devices (1)')
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
    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", on_phone)
    await tab.confirm('Sign out of 3 other devices?')

    await expect(tab.see('Signed out of 2 other devices.')).to_be_visible()
    assert alive(server, address) == 1


async def test_escape_cancel_and_a_press_beside_it_do_nothing_and_give_the_focus_back(
        device: MakeDevice, shared_server: Server) -> None:
    tab, _, address = await three_devices(device)
    page = tab.page

    async def press_cancel() -> None:
        await tab.button('Cancel').click()

    for leave in (lambda: page.keyboard.press('Escape'), lambda: page.keyboard.press('Enter'), press_cancel,
                  lambda: page.mouse.click(5, 5)):
        await asking(tab).focus()
        await page.keyboard.press('Enter')
        await expect(tab.button('Cancel')).to_be_focused()  # so Enter once more does no harm
        await leave()
        await expect(question(tab)).to_have_count(0)
        await expect(asking(tab)).to_be_focused()

    assert alive(shared_server, address) == 3


async def test_the_keyboard_stays_in_it_and_a_held_key_answers_nothing(
        device: MakeDevice, shared_server: Server) -> None:
    tab, _, address = await three_devices(device)
    await asking(tab).focus()
    await tab.page.keyboard.press('Enter')
    await expect(tab.button('Cancel')).to_be_focused()

    await tab.page.keyboard.press('Tab')
    await expect(tab.button('Sign out of 2 devices')).to_be_focused()
    for _ in range(5):
        await tab.page.keyboard.down('Tab')
        assert await tab.page.evaluate('!document.activeElement.matches("body *:not(dialog *)")')
    await tab.page.keyboard.up('Tab')
    await tab.page.keyboard.press('Escape')
    await expect(asking(tab)).to_be_focused()
    for _ in range(4):  # as if it was held down
        await tab.page.keyboard.down('Enter')
    await expect(tab.button('Cancel')).to_be_focused()
    for _ in range(4):
        await tab.page.keyboard.down('Enter')
    await expect(question(tab)).to_be_visible()

    assert alive(shared_server, address) == 3


async def test_two_quick_clicks_ask_once_and_two_on_the_answer_act_once(
        device: MakeDevice, shared_server: Server) -> None:
    tab, _, address = await three_devices(device)

    await asking(tab).dblclick()
    await expect(question(tab)).to_have_count(1)
    assert alive(shared_server, address) == 3
    await tab.button('Sign out of 2 devices').dblclick()

    await expect(tab.see('Signed out of 2 other devices.')).to_be_visible()
    await expect(question(tab)).to_have_count(0)
    (events,), = shared_server.sql("SELECT count(*) FROM audit_event WHERE action = 'revoked' AND user_id = "
                                   '(SELECT id FROM user WHERE email_address = ?)', address)
    assert events == 2


async def test_it_leaves_when_there_is_nothing_left_to_ask_and_with_the_session(device: MakeDevice) -> None:
    tab, phone, _ = await three_devices(device)
    laptop = phone  # whose list it is on
    other = await laptop.tab('/account/security')
    await asking(other).click()
    await expect(question(other)).to_be_visible()

    await asking(tab).click()
    await tab.confirm('Sign out of 2 other devices?')

    await other.signed_out()
    await expect(question(other)).to_have_count(0)
    await expect(other.button('Cancel')).to_have_count(0)


async def test_an_error_is_told_in_it_and_it_can_be_answered_again(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    await laptop.sign_up('ann@example.com')
    await phone.sign_in('ann@example.com')
    tab = await laptop.tab('/account/security')
    await asking(tab).click()

    with server.database.locked():
        await tab.confirm('Sign out of 1 other device?')
        await expect(question(tab).get_by_role('alert')).to_contain_text('Nobody was signed out.')
    await tab.button('Sign out of 1 device').click()

    await expect(tab.see('Signed out of 1 other device.')).to_be_visible()
    await expect(tab.page.get_by_role('heading', name='Active devices')).to_be_focused()


async def test_it_is_hidden_while_the_server_cannot_be_heard(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    await laptop.sign_up('ann@example.com')
    await phone.sign_in('ann@example.com')
    tab = await laptop.tab('/account/security')
    await asking(tab).click()
    await expect(question(tab)).to_be_visible()

    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.disconnect()')

    await expect(question(tab)).to_have_count(0)
    await expect(tab.page.locator('#away')).to_be_visible()
    await laptop.context.set_offline(False)
    tab.forgive_the_network()
    assert alive(server, 'ann@example.com') == 2


async def test_a_row_that_is_drawn_anew_keeps_the_question_and_one_that_goes_takes_it_along(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    address = a_new_address()
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


async def test_an_administrator_is_told_when_their_own_session_is_among_them(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    tab = await laptop.tab('/admin')
    address = shared_server.sql('SELECT email_address FROM user WHERE is_admin ORDER BY created_at DESC')[0][0]
    await found(tab, address)

    await rows(tab).get_by_role('button', name='Sign out everywhere').click()

    await expect(question(tab)).to_contain_text('Yours is among them.')
    await tab.page.keyboard.press('Escape')
    await expect(question(tab)).to_have_count(0)
    await expect(rows(tab)).to_contain_text('1 session')


async def test_a_right_that_was_withdrawn_meanwhile_is_gone(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    await laptop.sign_up('ada@example.com')
    server.sql('UPDATE user SET is_admin = 1')
    address = a_new_address()
    await phone.sign_up(address)
    tab = await laptop.tab('/admin')
    await found(tab, address)
    await rows(tab).get_by_role('button', name='Disable').click()
    await expect(question(tab)).to_be_visible()

    server.sql('UPDATE user SET is_admin = 0')

    await expect(question(tab)).to_have_count(0)
    assert alive(server, address) == 1


async def test_single_acts_stay_immediate(device: MakeDevice, shared_server: Server) -> None:
    tab, _, address = await three_devices(device)
    await tab.page.get_by_role('button', name='Sign out of device').first.click()
    await expect(tab.page.locator('.devices .row')).to_have_count(2)
    await expect(question(tab)).to_have_count(0)
    admin = await (await administrator(device, shared_server)).tab('/admin/sessions')
    await admin.page.get_by_role('searchbox').fill(address)
    await expect(rows(admin)).to_have_count(2)
    await rows(admin).first.get_by_role('button', name='Sign out of session').click()

    await told(admin, f'The session of {address} on ')
    await expect(question(admin)).to_have_count(0)


async def test_signing_out_of_several_accounts_asks_and_one_does_not(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    bob = await laptop.sign_up()
    tab, beside = await laptop.tab(), await laptop.tab()

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
    await beside.signed_out()


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
