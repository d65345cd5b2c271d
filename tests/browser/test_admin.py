"""Administration: a live table of users and sessions, for administrators only."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, expect

from models.types import new_id
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, Tab, a_new_address, focus

pytestmark = either_store


def rows(tab: Tab) -> Locator:
    return tab.page.locator('.ls-administration .ls-row')


async def administrator(device: MakeDevice, server: Server, address: str = '', first_name: str = 'Ada',
                        **options: Any) -> Device:
    """A device on which an administrator is signed in."""
    laptop = await device(server, **options)
    address = address or a_new_address()
    await laptop.sign_up(address, first_name=first_name)
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
    # A dialog that asked has a heading too, until it has left.
    await expect(tab.page.locator('.ls-administration h2[data-takes-focus]')).to_be_focused()


async def go_to(tab: Tab, name: str) -> None:
    """Go to another page of administration."""
    await tab.page.get_by_role('navigation', name='Administration').get_by_role('link', name=name).click()
    await expect(tab.page.get_by_role('searchbox')).to_have_value('')
    await expect(tab.page.get_by_role('heading', level=2)).to_have_text(name)


async def found(tab: Tab, words: str) -> None:
    await tab.page.get_by_role('searchbox').fill(words)
    await expect(rows(tab)).to_have_count(1)


async def test_people_are_found_by_what_is_read_of_them_and_a_name_imitates_and_moves_nothing(
        device: MakeDevice, shared_server: Server) -> None:
    letters, addresses = new_id('x')[2:8].upper(), [a_new_address(), a_new_address()]
    sara = await administrator(device, shared_server, addresses[1], 'שרה (כהן')
    other = await device()
    name = f'MÜLLER{letters}'
    await other.sign_up(first_name=name)
    await other.sign_up(addresses[0], first_name='\u202eboss\uff20example.com')
    tab = await sara.tab('/admin')

    await found(tab, name.lower().replace('ü', 'u\u0308'))  # in any letters
    await expect(rows(tab).locator('strong')).to_have_text(name)
    await tab.page.get_by_role('searchbox').fill('nobody at all')
    await expect(rows(tab)).to_have_count(0)

    await found(tab, addresses[0])  # a name that imitates an address heads no row
    await expect(rows(tab).locator('strong')).to_have_text(addresses[0])
    await expect(rows(tab).locator('bdi')).to_have_text([addresses[0], 'boss\uff20example.com', addresses[0]])
    await tab.page.get_by_role('searchbox').fill(f'BOSS＠example.com {addresses[0]}')  # and is found by it
    await expect(rows(tab)).to_contain_text(addresses[0])

    await found(tab, addresses[1])  # and what is written from right to left moves nothing beside it
    await expect(rows(tab).locator('strong')).to_have_text('שרה (כהן')
    await tab.page.wait_for_function("""() => {
        const row = document.querySelector('.ls-administration .ls-row');
        const [named, badge] = ['strong bdi', '.ls-badge'].map(
            (what) => row?.querySelector(what)?.getBoundingClientRect());
        return named && badge && named.right <= badge.left;
    }""")  # also where the row is just drawn anew
    await expect(tab.page.locator('button.ls-when-signed-in bdi')).to_have_text('שרה (כהן')


async def test_an_administrators_own_rows_are_marked_guarded_and_fit_a_narrow_screen_and_all_goes_with_the_right(
        device: MakeDevice, shared_server: Server) -> None:
    long = 'wolfeschlegelsteinhausenbergerdorff'
    address = f'{long}.{new_id("x").lower()}@{long}.example.com'
    laptop = await administrator(device, shared_server, address, long)
    shared_server.sql('UPDATE user SET last_name = ? WHERE email_address = ?', long, address)
    tab = await laptop.tab('/admin')
    await tab.page.set_viewport_size({'width': 360, 'height': 740})
    await found(tab, address)
    assert await tab.page.evaluate('document.documentElement.scrollWidth') == 360

    await rows(tab).get_by_role('button', name='Sign out everywhere').click()
    await expect(tab.page.get_by_role('alertdialog')).to_contain_text('Yours is among them.')
    await tab.page.keyboard.press('Escape')
    await expect(tab.page.get_by_role('alertdialog')).to_have_count(0)
    await rows(tab).get_by_role('button', name='Disable').click()
    await tab.confirm(f'Disable {address}?')
    await expect(tab.see('You cannot disable yourself.')).to_be_visible()
    await expect(rows(tab)).to_contain_text('1 session')
    await tab.page.keyboard.press('Escape')
    await go_to(tab, 'Sessions')
    own, = (await (await laptop.api('GET', '/client')).json())['response']['sessions']
    await found(tab, address)
    await expect(rows(tab).filter(has_text='This session')).to_contain_text(own['id'])
    assert await tab.page.evaluate('document.documentElement.scrollWidth') == 360
    shared_server.sql('UPDATE user SET is_admin = 0 WHERE email_address = ?', address)

    await expect(tab.see('There is no page here')).to_be_visible()
    await expect(rows(tab)).to_have_count(0)


async def test_a_user_is_followed_live_signed_out_everywhere_disabled_and_enabled(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, tablet = await administrator(device, shared_server), await device(), await device()
    address = a_new_address()
    tab = await laptop.tab('/admin')
    await tab.page.get_by_role('searchbox').fill(address)
    await expect(tab.see('Nobody was found.')).to_be_visible()

    await phone.sign_up(address)
    await expect(rows(tab)).to_contain_text('1 session')
    other, disable = await phone.tab('/account'), rows(tab).get_by_role('button', name='Disable')
    await focus(disable)
    await tablet.sign_in(address)
    await expect(rows(tab)).to_contain_text('2 sessions')
    await expect(disable).to_be_focused()  # in the row that was drawn anew

    await rows(tab).get_by_role('button', name='Sign out everywhere').click()
    await tab.confirm(f'Sign out {address} everywhere?')
    await other.signed_out()
    await expect(rows(tab)).to_contain_text('0 sessions')
    await told(tab, f'2 sessions of {address} ended.')

    await other.shows(await phone.sign_in(address))
    await expect(rows(tab)).to_contain_text('1 session')
    await disable.click()
    await expect(tab.see('1 session ends at once')).to_be_visible()
    await tab.confirm(f'Disable {address}?')
    await other.signed_out()
    await expect(rows(tab)).to_contain_text('Disabled')
    await told(tab, f'{address} is disabled; 1 session ended.')
    refused = await phone.api('POST', '/client/sign_ins', identifier=address, password=PASSWORD)
    assert refused.status == 403
    await rows(tab).get_by_role('button', name='Enable').click()
    await expect(rows(tab)).not_to_contain_text('Disabled')
    await told(tab, f'{address} may sign in again.')
    assert await phone.sign_in(address)

    lonely = a_new_address()
    await tab.page.get_by_role('searchbox').fill(lonely)
    await expect(tab.see('Nobody was found.')).to_be_visible()
    add_user(shared_server, lonely)  # who is signed in nowhere
    await expect(rows(tab)).to_contain_text('Bea')
    shared_server.sql('UPDATE user SET disabled = 1 WHERE email_address = ?', lonely)
    await expect(rows(tab)).to_contain_text('Disabled')
    shared_server.sql('DELETE FROM user WHERE email_address = ?', lonely)
    await expect(tab.see('Nobody was found.')).to_be_visible()


async def test_sessions_come_and_go_live_one_is_ended_unasked_and_everyones_only_when_it_is_confirmed(
        device: MakeDevice, shared_server: Server) -> None:
    shared_server.sql("UPDATE session SET status = 'revoked' WHERE status IN ('active', 'pending')")  # of other tests
    laptop, phone = await administrator(device, shared_server), await device()
    tab = await laptop.tab('/admin/sessions')
    address = a_new_address()
    await tab.page.get_by_role('searchbox').fill(address)
    await expect(tab.see('No session was found.')).to_be_visible()

    session_id = await phone.sign_up(address)
    await expect(rows(tab)).to_have_count(1)
    shared_server.sql("UPDATE session SET last_ip_address = '203.0.113.9' WHERE id = ?", session_id)
    await expect(rows(tab)).to_contain_text(re.compile(r' · 203\.0\.113\.9.* · from .* · 127\.0\.0\.1'))
    await focus(rows(tab).get_by_role('button', name='Sign out of session'))
    await tab.page.keyboard.press('Enter')

    await expect(rows(tab)).to_have_count(0)
    await told(tab, f'The session of {address} on ')
    await expect(tab.page.get_by_role('alertdialog')).to_have_count(0)
    await expect(tab.page.get_by_role('status').filter(has_text='signed in.')).to_have_count(0)
    assert shared_server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('revoked',)]

    await phone.sign_in(address)
    await tab.page.get_by_role('searchbox').fill('')
    await expect(tab.see('2 sessions are signed in.')).to_be_visible()
    await tab.see('Sign out everyone').first.click()
    await tab.button('Sign out everyone').click()
    await expect(tab.see('Nobody was signed out. Type “sign out everyone” to confirm it.')).to_be_visible()
    assert shared_server.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(2,)]
    await tab.page.get_by_label('Type “sign out everyone”').fill('sign out everyone')
    await tab.page.keyboard.press('Enter')

    await tab.signed_out()
    assert shared_server.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(0,)]


async def test_pages_are_turned_and_turned_back_and_one_that_became_empty_gives_way_to_the_one_before(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    word, address = new_id('page')[5:].lower(), a_new_address()
    for number in range(27):
        add_user(shared_server, f'{word}{number:02}@example.com')
    first = await phone.sign_up(address)
    for _ in range(25):
        shared_server.sql("INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, "
                          "expire_at, abandon_at, user_agent, ip_address) SELECT ?, user_id, client_id, status, "
                          "'2099-01-01 00:00:00.000000', "
                          'last_active_at, expire_at, abandon_at, user_agent, ip_address FROM session WHERE id = ?',
                          new_id('sess'), first)
    tab = await laptop.tab(f'/admin?q={word}')

    back, more = tab.button('Back'), tab.button('More')
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

    await go_to(tab, 'Sessions')
    newer, older = tab.button('Newer'), tab.button('Older')
    await tab.page.get_by_role('searchbox').fill('nobody at all')
    await expect(tab.see('No session was found.')).to_be_visible()
    await tab.page.get_by_role('searchbox').fill(address)
    await expect(rows(tab)).to_have_count(25)
    await older.click()
    await expect(rows(tab)).to_have_count(1)
    await expect(rows(tab)).to_contain_text(first)
    await rows(tab).get_by_role('button', name='Sign out of session').click()

    await expect(rows(tab)).to_have_count(25)
    await expect(newer).to_be_hidden()
