"""Administration: a live table of users and sessions, for administrators only."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from models.types import new_id
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store


def rows(tab: Tab) -> Locator:
    return tab.page.locator('.administration .row')


async def administrator(device: MakeDevice, server: Server) -> Device:
    """A device on which an administrator is signed in."""
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address, first_name='Ada')
    server.sql('UPDATE user SET is_admin = 1 WHERE email_address = ?', address)
    return laptop


def add_user(server: Server, address: str) -> None:
    """A user who is signed in nowhere."""
    server.sql("INSERT INTO user (id, email_address, first_name, last_name, password_hash, password_changed_at, "
               "is_admin, disabled, created_at) SELECT ?, ?, 'Bea', '', '', created_at, false, false, created_at "
               'FROM user LIMIT 1', new_id('user'), address)


async def told(tab: Tab, words: str) -> None:
    """Wait until it is said what was done, and the focus is where a keyboard can go on."""
    await expect(tab.page.get_by_role('status').filter(has_text=words)).to_be_visible()
    await expect(tab.page.locator('.administration h2')).to_be_focused()


async def found(tab: Tab, words: str) -> None:
    await tab.page.get_by_role('searchbox').fill(words)
    await expect(rows(tab)).to_have_count(1)


async def test_for_others_there_is_no_such_page(device: MakeDevice) -> None:
    laptop, visitor = await device(), await device()
    await laptop.sign_up()

    tab, stranger = await laptop.tab(), await visitor.tab('/admin/sessions')

    await tab.page.evaluate("emitEvent('sub_pages_navigate', '/admin')")  # without a request
    await expect(tab.see('There is no page here')).to_be_visible()
    await expect(rows(tab)).to_have_count(0)
    answer = await tab.page.goto(f'{tab.url}/admin')
    assert answer
    assert answer.status == 404
    assert '404' in tab.complaints.pop()
    await expect(tab.see('There is no page here')).to_be_visible()
    await expect(rows(tab)).to_have_count(0)
    await expect(stranger.page).to_have_url(f'{stranger.url}/sign-in?redirect_url=%2Fadmin%2Fsessions')


async def test_a_name_heads_no_row_if_it_imitates_an_address_and_moves_nothing_beside_it(
        device: MakeDevice, shared_server: Server) -> None:
    boss, eve, sara = await administrator(device, shared_server), await device(), await device()
    addresses = [a_new_address(), a_new_address()]
    await eve.sign_up(addresses[0], first_name='\u202eboss\uff20example.com')
    await sara.sign_up(addresses[1], first_name='שרה (כהן')
    shared_server.sql('UPDATE user SET is_admin = 1 WHERE email_address = ?', addresses[1])
    tab = await boss.tab('/admin')

    await found(tab, addresses[0])
    await expect(rows(tab).locator('strong')).to_have_text(addresses[0])
    await expect(rows(tab).locator('bdi')).to_have_text([addresses[0], 'boss\uff20example.com', addresses[0]])
    await found(tab, 'BOSS＠example.com')  # and is found by it
    await found(tab, addresses[1])
    await expect(rows(tab).locator('strong')).to_have_text('שרה (כהן')
    name, badge, *_ = [await found_in.bounding_box() for found_in in (
        rows(tab).locator('strong bdi'), rows(tab).locator('.badge'))]

    assert name
    assert badge
    assert name['x'] + name['width'] <= badge['x']
    panel = (await sara.tab()).page.locator('button.when-signed-in bdi')
    await expect(panel).to_have_text('שרה (כהן')


async def test_people_are_found_in_any_letters_while_somebody_types(device: MakeDevice, shared_server: Server) -> None:
    boss, other = await administrator(device, shared_server), await device()
    name = f'MÜLLER{new_id("x")[2:8].upper()}'
    await other.sign_up(first_name=name)
    tab = await boss.tab('/admin')

    for words in (name.lower(), name.replace('Ü', 'U\u0308'), name.lower().replace('ü', 'u\u0308')):
        await found(tab, words)
        await expect(rows(tab).locator('strong')).to_have_text(name)
        await tab.page.get_by_role('searchbox').fill('nobody at all')
        await expect(rows(tab)).to_have_count(0)


async def test_the_page_goes_away_when_the_right_is_withdrawn(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    tab = await laptop.tab('/admin')
    await expect(rows(tab).first).to_be_visible()

    shared_server.sql("UPDATE user SET is_admin = 0 WHERE first_name = 'Ada'")

    await expect(tab.see('There is no page here')).to_be_visible()
    await expect(rows(tab)).to_have_count(0)


async def test_a_user_is_found_and_signed_out_everywhere(device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    address = a_new_address()
    await phone.sign_up(address, first_name='Bob')
    tab, other = await laptop.tab('/admin'), await phone.tab('/account')

    await found(tab, address)
    await expect(rows(tab)).to_contain_text('1 session')
    await rows(tab).get_by_role('button', name='Sign out everywhere').click()
    await tab.confirm(f'Sign out {address} everywhere?')

    await other.signed_out()
    await expect(rows(tab)).to_contain_text('0 sessions')
    await told(tab, f'1 session of {address} ended.')


async def test_a_disabled_user_is_signed_out_and_cannot_come_back_until_enabled(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    address = a_new_address()
    await phone.sign_up(address)
    tab, other = await laptop.tab('/admin'), await phone.tab('/account')
    await found(tab, address)

    await rows(tab).get_by_role('button', name='Disable').click()
    await expect(tab.see('1 session ends at once')).to_be_visible()
    await tab.confirm(f'Disable {address}?')
    await other.signed_out()
    await expect(rows(tab)).to_contain_text('Disabled')
    await told(tab, f'{address} is disabled; 1 session ended.')
    refused = await phone.api('POST', '/client/sign_ins', identifier=address, password=PASSWORD)
    await rows(tab).get_by_role('button', name='Enable').click()
    await expect(rows(tab)).not_to_contain_text('Disabled')
    await told(tab, f'{address} may sign in again.')

    assert refused.status == 403
    assert await phone.sign_in(address)


async def test_users_who_are_signed_in_nowhere_are_followed_too(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    tab = await laptop.tab('/admin')
    address = a_new_address()
    await tab.page.get_by_role('searchbox').fill(address)
    await expect(tab.see('Nobody was found.')).to_be_visible()

    add_user(shared_server, address)
    await expect(rows(tab)).to_contain_text('Bea')
    shared_server.sql('UPDATE user SET disabled = 1 WHERE email_address = ?', address)
    await expect(rows(tab)).to_contain_text('Disabled')
    shared_server.sql('DELETE FROM user WHERE email_address = ?', address)

    await expect(tab.see('Nobody was found.')).to_be_visible()


async def test_an_administrator_cannot_disable_themselves(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    tab = await laptop.tab('/admin')
    address = shared_server.sql("SELECT email_address FROM user WHERE is_admin ORDER BY created_at DESC")[0][0]
    await found(tab, address)

    await rows(tab).get_by_role('button', name='Disable').click()
    await tab.confirm(f'Disable {address}?')

    await expect(tab.see('You cannot disable yourself.')).to_be_visible()
    await expect(rows(tab)).to_contain_text('1 session')


async def test_sessions_come_and_go_live_and_one_can_be_ended(device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    tab = await laptop.tab('/admin/sessions')
    address = a_new_address()
    await tab.page.get_by_role('searchbox').fill(address)
    await expect(tab.see('No session was found.')).to_be_visible()

    await phone.sign_up(address)
    other = await phone.tab('/account')
    await expect(rows(tab)).to_have_count(1)
    await rows(tab).get_by_role('button', name='Sign out of session').focus()
    await tab.page.keyboard.press('Enter')

    await other.signed_out()
    await expect(rows(tab)).to_have_count(0)
    await told(tab, f'The session of {address} on ')
    await expect(tab.page.get_by_role('status').filter(has_text='signed in.')).to_have_count(0)


async def test_a_row_that_changes_keeps_the_focus_and_ones_own_session_is_marked(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    address = a_new_address()
    await phone.sign_up(address)
    users, sessions = await laptop.tab('/admin'), await laptop.tab('/admin/sessions')
    await found(users, address)
    disable = rows(users).get_by_role('button', name='Disable')
    await disable.focus()

    await (await device()).sign_in(address)

    await expect(rows(users)).to_contain_text('2 sessions')
    await expect(disable).to_be_focused()
    own, = (await (await laptop.api('GET', '/client')).json())['response']['sessions']
    await sessions.page.get_by_role('searchbox').fill(own['public_user_data']['identifier'])
    await expect(rows(sessions).filter(has_text='This session')).to_contain_text(own['id'])


async def test_a_session_tells_where_it_was_last_active_and_where_it_was_signed_in(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    address = a_new_address()
    session_id = await phone.sign_up(address)
    tab = await laptop.tab('/admin/sessions')
    await tab.page.get_by_role('searchbox').fill(address)
    await expect(rows(tab)).to_have_count(1)

    shared_server.sql("UPDATE session SET last_ip_address = '203.0.113.9' WHERE id = ?", session_id)

    await expect(rows(tab)).to_contain_text(re.compile(r' · 203\.0\.113\.9.* · from .* · 127\.0\.0\.1'))


async def test_the_pages_of_users_are_turned_and_turned_back(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    word = new_id('page')[5:].lower()
    for number in range(27):
        add_user(shared_server, f'{word}{number:02}@example.com')
    tab = await laptop.tab('/admin')
    back, more = tab.button('Back'), tab.button('More')
    await tab.page.get_by_role('searchbox').fill('nobody at all')
    await expect(tab.see('Nobody was found.')).to_be_visible()
    await tab.page.get_by_role('searchbox').fill(word)

    await expect(rows(tab)).to_have_count(25)
    await expect(back).to_be_disabled()
    await more.click()
    await expect(rows(tab)).to_have_count(2)
    await expect(rows(tab).first).to_contain_text(f'{word}25@example.com')
    await expect(more).to_be_disabled()
    await back.click()
    await expect(rows(tab)).to_have_count(25)

    await expect(rows(tab).first).to_contain_text(f'{word}00@example.com')
    await expect(back).to_be_disabled()


async def test_when_the_only_session_of_the_last_page_ends_the_page_before_it_is_shown(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    address = a_new_address()
    first = await phone.sign_up(address)
    for _ in range(25):
        shared_server.sql("INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, "
                          "expire_at, abandon_at, user_agent, ip_address) SELECT ?, user_id, client_id, status, "
                          "'2099-01-01 00:00:00.000000', "
                          'last_active_at, expire_at, abandon_at, user_agent, ip_address FROM session WHERE id = ?',
                          new_id('sess'), first)
    tab = await laptop.tab('/admin/sessions')
    newer, older = tab.button('Newer'), tab.button('Older')
    await tab.page.get_by_role('searchbox').fill('nobody at all')
    await expect(tab.see('No session was found.')).to_be_visible()
    await tab.page.get_by_role('searchbox').fill(address)

    await expect(rows(tab)).to_have_count(25)
    await older.click()
    await expect(rows(tab)).to_have_count(1)
    await newer.click()
    await expect(rows(tab)).to_have_count(25)
    await older.click()
    await expect(rows(tab)).to_have_count(1)
    await expect(rows(tab)).to_contain_text(first)
    await rows(tab).get_by_role('button', name='Sign out of session').click()

    await expect(rows(tab)).to_have_count(25)
    await expect(newer).to_be_hidden()


async def test_on_a_narrow_screen_nothing_is_scrolled_sideways(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    long = 'wolfeschlegelsteinhausenbergerdorff'
    shared_server.sql('UPDATE user SET first_name = ?, last_name = ? WHERE is_admin', long, long)
    shared_server.sql('UPDATE user SET email_address = ? WHERE is_admin AND first_name = ? AND id = '
                      '(SELECT max(id) FROM user WHERE is_admin)', f'{long}@{long}.example.com', long)
    needed: list[int] = []

    for path in ('/admin', '/admin/sessions'):
        tab = await laptop.tab(path)
        await tab.page.set_viewport_size({'width': 360, 'height': 740})
        await expect(rows(tab).first).to_be_visible()
        needed.append(await tab.page.evaluate('document.documentElement.scrollWidth'))

    assert needed == [360, 360]


async def test_everyone_is_signed_out_only_when_it_is_confirmed(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    ada = a_new_address()
    await laptop.sign_up(ada)
    server.sql('UPDATE user SET is_admin = 1')
    await phone.sign_up()
    tab, other = await laptop.tab('/admin/sessions'), await phone.tab('/account')
    await expect(tab.see('2 sessions are signed in.')).to_be_visible()
    await tab.see('Sign out everyone').first.click()

    await tab.button('Sign out everyone').click()
    await expect(tab.see('Nobody was signed out. Type “sign out everyone” to confirm it.')).to_be_visible()
    await tab.page.get_by_label('Type “sign out everyone”').fill('sign out everyone')
    await tab.page.keyboard.press('Enter')

    await other.signed_out()
    await tab.signed_out()
    assert server.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(0,)]
