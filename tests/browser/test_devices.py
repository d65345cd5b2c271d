"""The devices of a person, live on the security page of each of them."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from models.types import new_id
from tests.databases import SqliteFile
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store

FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'
IPHONE = ('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) '
          'Version/18.0 Mobile/15E148 Safari/604.1')


def rows(tab: Tab) -> Locator:
    return tab.page.locator('.devices .row')


async def laptop_and_phone(device: MakeDevice) -> tuple[Device, Device, str]:
    laptop, phone = await device(user_agent=FIREFOX), await device(user_agent=IPHONE)
    address = a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    return laptop, phone, address


def no_news(server: Server) -> None:
    """From now on a session ends without a note, as if the note were still under way."""
    server.sql(f"DROP TRIGGER session_updated{'' if isinstance(server.database, SqliteFile) else ' ON session'}")


async def test_each_device_is_listed_once_with_what_it_is_this_one_first(device: MakeDevice) -> None:
    laptop, phone, _ = await laptop_and_phone(device)
    here, there = await laptop.tab('/account/security'), await phone.tab('/account/security')

    for tab, first, second in ((here, 'Windows PC', 'iPhone'), (there, 'iPhone', 'Windows PC')):
        await expect(rows(tab)).to_have_count(2)
        await expect(rows(tab).nth(0)).to_contain_text(first)
        await expect(rows(tab).nth(0)).to_contain_text('This device')
        await expect(rows(tab).nth(1)).to_contain_text(second)
        await expect(tab.page.get_by_text('This device')).to_have_count(1)
        await expect(rows(tab).nth(0)).to_contain_text('127.0.0.1')
        await expect(rows(tab).nth(0)).to_contain_text('Active now')
        await expect(rows(tab).nth(0)).to_contain_text('Signed in: Today at')
        await expect(rows(tab).nth(0)).not_to_contain_text('(')
    await expect(rows(here).nth(0)).to_contain_text('Firefox 143')
    await expect(rows(here).nth(1)).to_contain_text('Safari 18')


async def test_a_row_tells_where_it_was_last_active_and_where_it_was_signed_in_if_elsewhere(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, _ = await laptop_and_phone(device)
    tab = await laptop.tab('/account/security')
    row = rows(tab).nth(1)
    await expect(row).to_contain_text('iPhone')
    thief = await device(user_agent=FIREFOX)
    await thief.context.add_cookies(await phone.context.cookies())
    (session,) = (await (await phone.api('GET', '/client')).json())['response']['sessions']

    await thief.api('POST', f'/client/sessions/{session["id"]}/touch')

    await expect(row).to_contain_text('Windows PC')  # with nobody reloading anything
    await expect(row).to_contain_text('Active now')
    await expect(row).to_contain_text('from Safari 18 on iPhone · 127.0.0.1')
    await expect(row.locator('.icon').first).to_have_attribute('data-kind', 'desktop')


async def test_a_click_in_a_tab_tells_from_where_its_socket_is(device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, _ = await laptop_and_phone(device)
    tab = await laptop.tab('/account/security')
    thief = await device(user_agent=FIREFOX)
    await thief.context.add_cookies(await phone.context.cookies())
    elsewhere = await thief.tab('/account')

    await elsewhere.page.keyboard.press('Shift')

    await expect(rows(tab).nth(1)).to_contain_text('from Safari 18 on iPhone')


async def test_in_use_is_said_of_what_is_in_use_and_a_time_of_what_is_not(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(activity_interval_seconds=2)
    laptop, phone = await device(server), await device(server, user_agent=IPHONE)
    await laptop.sign_up('ann@example.com')
    session_id = await phone.sign_in('ann@example.com')
    tab = await laptop.tab('/account/security')
    row = rows(tab).nth(1)

    await expect(row).to_contain_text('Active now')
    await expect(row).to_contain_text('Last active: Today at')  # nothing was told; the list was read again
    await expect(row).not_to_contain_text('Active now')
    await phone.api('POST', f'/client/sessions/{session_id}/touch')
    await expect(row).to_contain_text('Active now')
    await expect(rows(tab).nth(0)).to_contain_text('Active now')


async def test_a_device_is_given_a_name_that_all_tabs_of_its_person_show_and_nobody_else(device: MakeDevice) -> None:
    laptop, phone, _ = await laptop_and_phone(device)
    here, there = await laptop.tab('/account/security'), await phone.tab('/account/security')
    rename = rows(here).nth(1).get_by_role('button', name='Rename')

    await rename.click()
    asked = here.page.get_by_role('dialog', name='Name of the device')
    await expect(asked.get_by_label('Name')).to_be_focused()
    await here.page.keyboard.type('<b>Küche</b> {{7*7}}')
    await here.page.keyboard.press('Enter')

    await expect(rows(here).nth(1).locator('strong')).to_have_text('<b>Küche</b> {{7*7}}')
    await expect(rows(there).nth(0).locator('strong')).to_have_text('<b>Küche</b> {{7*7}}')
    await expect(rows(there).nth(0)).to_contain_text('Safari 18 on iPhone')
    await expect(asked).to_have_count(0)
    await expect(here.page.get_by_role('heading', name='Active devices')).to_be_focused()
    await expect(here.see('Saved.')).to_be_visible()
    await expect(here.page.locator('.history .row').first).to_contain_text('Device renamed')
    await rows(here).nth(1).get_by_role('button', name='Sign out of device').click()
    await expect(here.see('Signed out of <b>Küche</b> {{7*7}}.')).to_be_visible()


async def test_a_name_that_is_too_long_is_told_of_at_its_field_and_may_be_given_up(device: MakeDevice) -> None:
    laptop, _, _ = await laptop_and_phone(device)
    tab = await laptop.tab('/account/security')
    rename = rows(tab).nth(0).get_by_role('button', name='Rename')
    await rename.click()
    name = tab.page.get_by_role('dialog').get_by_label('Name')

    await name.fill('x' * 51)
    await expect(name).to_have_attribute('aria-invalid', 'true')
    await tab.button('Save').click()
    await expect(tab.see('The name of a device may have 50 characters at most.')).to_be_visible()
    await tab.page.keyboard.press('Escape')

    await expect(tab.page.get_by_role('dialog')).to_have_count(0)
    await expect(rename).to_be_focused()
    await expect(rows(tab).nth(0).locator('strong')).to_have_text('Windows PC')
    tab.complaints.clear()


@pytest.mark.parametrize('touch', [False, True])
async def test_ten_devices_fit_a_phone_in_two_screens_and_can_be_hit(
        device: MakeDevice, shared_server: Server, touch: bool) -> None:
    laptop = await device(viewport={'width': 360, 'height': 740}, user_agent=FIREFOX, has_touch=touch, is_mobile=touch)
    address = a_new_address()
    await laptop.sign_up(address)
    for number in range(9):
        await (await device(user_agent=FIREFOX if number % 2 else IPHONE)).sign_in(address)
    tab = await laptop.tab('/account/security')
    await expect(rows(tab)).to_have_count(10)

    measured = await tab.page.evaluate("""() => {
        const box = (one) => one.getBoundingClientRect();
        const list = document.querySelector('.devices');
        const buttons = [...list.querySelectorAll('button')].map(box).filter(({width}) => width);
        return {end: box(list).bottom + scrollY, wide: document.documentElement.scrollWidth,
                gap: box(list.querySelector('.row')).top - box(list.querySelector('h2')).bottom,
                least: Math.min(...buttons.flatMap(({width, height}) => [width, height]))};
    }""")

    assert measured['end'] <= 2 * 740
    assert measured['wide'] <= 360
    assert measured['gap'] <= 20
    assert measured['least'] >= (44 if touch else 24)


async def test_the_list_follows_who_comes_and_goes(device: MakeDevice) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    tab = await laptop.tab('/account/security')
    await expect(rows(tab)).to_have_count(2)

    tablet = await device()
    session_id = await tablet.sign_in(address)
    await expect(rows(tab)).to_have_count(3)
    await tablet.api('POST', f'/client/sessions/{session_id}/remove')
    await expect(rows(tab)).to_have_count(2)
    await phone.api('DELETE', '/client/sessions')

    await expect(rows(tab)).to_have_count(1)
    await expect(rows(tab)).to_contain_text('This device')
    await expect(tab.page.get_by_role('button', name='Sign out of all other devices')).to_be_hidden()


async def test_sign_out_of_device_ends_that_one_at_once_on_its_screen(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    tablet = await device()
    third = await tablet.sign_in(address)
    here, there, other = await laptop.tab('/account/security'), await phone.tab('/account'), await tablet.tab()

    await rows(here).filter(has_text='iPhone').get_by_role('button', name='Sign out of device').click()

    await there.signed_out()
    assert address not in await there.text()
    await other.shows(third)
    await expect(rows(here)).to_have_count(2)
    await expect(here.page.get_by_role('status').filter(has_text='Signed out of Mobile Safari 18 on iPhone.').or_(
        here.page.get_by_role('status').filter(has_text='Signed out of Safari 18 on iPhone.'))).to_be_visible()
    await expect(here.page.get_by_role('heading', name='Active devices')).to_be_focused()
    assert shared_server.sql("SELECT count(*) FROM session WHERE status = 'active' AND user_id = "
                             '(SELECT id FROM user WHERE email_address = ?)', address) == [(2,)]


async def test_a_device_that_had_ended_already_is_said_to_have(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server, user_agent=IPHONE)
    address = a_new_address()
    await laptop.sign_up(address)
    on_phone = await phone.sign_in(address)
    tab = await laptop.tab('/account/security')
    await expect(rows(tab)).to_have_count(2)
    no_news(server)
    server.sql("UPDATE session SET status = 'removed' WHERE id = ?", on_phone)

    await tab.page.get_by_role('button', name='Sign out of device').click()

    await expect(tab.page.get_by_role('status').filter(
        has_text='Safari 18 on iPhone was signed out already.')).to_be_visible()
    await expect(rows(tab)).to_have_count(1)
    await expect(tab.see('still signed in')).to_have_count(0)


async def test_sign_out_of_all_other_devices_tells_how_many_and_keeps_this_one(device: MakeDevice) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    tablet = await device()
    await tablet.sign_in(address)
    here = await laptop.tab('/account/security')
    others = [await one.tab('/account') for one in (phone, phone, tablet)]
    button = here.page.get_by_role('button', name='Sign out of all other devices (2)')

    await button.focus()
    await here.page.keyboard.press('Enter')
    await here.confirm('Sign out of 2 other devices?')

    for tab in others:
        await tab.signed_out()
    await expect(here.see('Signed out of 2 other devices.')).to_be_visible()
    await expect(rows(here)).to_have_count(1)
    await expect(button).to_be_hidden()


async def test_ones_own_row_is_a_plain_sign_out(device: MakeDevice) -> None:
    laptop, phone, _ = await laptop_and_phone(device)
    here, there = await laptop.tab('/account/security'), await phone.tab('/account/security')

    await rows(here).nth(0).get_by_role('button', name='Sign out', exact=True).click()

    await here.signed_out()
    await expect(rows(there)).to_have_count(1)


async def test_many_devices_are_paged(device: MakeDevice, shared_server: Server) -> None:
    laptop, _, address = await laptop_and_phone(device)
    (on_phone,), = shared_server.sql('SELECT session.id FROM session JOIN user AS person ON person.id = user_id '
                                     "WHERE email_address = ? AND user_agent LIKE '%iPhone%'", address)
    for number in range(10, 25):
        shared_server.sql('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at, '
                          "user_agent, ip_address) SELECT ?, user_id, client_id, 'active', created_at, last_active_at, "
                          'expire_at, user_agent, ? FROM session WHERE id = ?', new_id('sess'), f'2001:db8::{number}',
                          on_phone)
    tab = await laptop.tab('/account/security')

    await expect(rows(tab)).to_have_count(10)
    await expect(tab.see('Page 1 of 2')).to_be_visible()
    seen = await rows(tab).all_text_contents()
    await tab.page.locator('.devices').get_by_role('button', name='Older').click()
    await expect(rows(tab)).to_have_count(7)
    await expect(tab.see('Page 2 of 2')).to_be_visible()
    seen += await rows(tab).all_text_contents()
    for number in range(10, 25):
        assert sum(f'2001:db8::{number}' in text for text in seen) == 1
    await tab.page.locator('.devices').get_by_role('button', name='Newer').click()

    await expect(rows(tab)).to_have_count(10)
    await expect(rows(tab).first).to_contain_text('This device')


async def test_the_history_tells_what_happened_in_words(device: MakeDevice) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    await phone.api('POST', '/client/sign_ins', identifier=address, password='wrong horse battery')
    tab = await laptop.tab('/account/security')
    await rows(tab).filter(has_text='iPhone').get_by_role('button', name='Sign out of device').click()

    events = tab.page.locator('.history .row')

    await expect(events.nth(0)).to_contain_text('on iPhone was signed out')
    await expect(events.nth(0)).to_contain_text('from Firefox 143 on Windows PC · 127.0.0.1 · Today at')
    await expect(events.nth(1)).to_contain_text('Failed attempt to sign in')
    await expect(events.nth(2)).to_contain_text('Signed in')
    await expect(events.nth(3)).to_contain_text('Signed in')
    await expect(events.nth(4)).to_contain_text('Account created')


async def test_the_history_follows_failed_attempts_and_switches_on_other_devices(device: MakeDevice) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    (on_phone,) = (await (await phone.api('GET', '/client')).json())['response']['sessions']
    await phone.sign_up()
    tab = await laptop.tab('/account/security')
    events = tab.page.locator('.history .row')
    await expect(events.nth(0)).to_contain_text('Signed in')

    await (await device()).api('POST', '/client/sign_ins', identifier=address, password='wrong horse battery')
    await expect(events.nth(0)).to_contain_text('Failed attempt to sign in')
    await phone.api('POST', f'/client/sessions/{on_phone["id"]}/touch')

    await expect(events.nth(0)).to_contain_text('Switched to this account')


async def test_the_pages_of_the_history_are_turned_and_turned_back(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    for number in range(20):
        shared_server.sql('INSERT INTO audit_event (id, at, action, user_id) SELECT ?, ?, ?, user_id FROM session '
                          'WHERE id = ?', new_id('evt'), f'2020-01-01 00:00:{number:02}.000000', f'number_{number}',
                          session_id)
    tab = await laptop.tab('/account/security')
    events, pager = tab.page.locator('.history .row'), tab.page.locator('.history .pager')

    await expect(events).to_have_count(15)
    await pager.get_by_role('button', name='Older').click()
    await expect(events).to_have_count(7)
    await expect(events.first).to_contain_text('Number 6')
    await expect(pager.get_by_role('button', name='Older')).to_be_disabled()
    await pager.get_by_role('button', name='Newer').click()

    await expect(events).to_have_count(15)
    await expect(events.nth(14)).to_contain_text('Number 7')
    await expect(pager.get_by_role('button', name='Newer')).to_be_disabled()


async def test_a_user_agent_of_html_is_text(device: MakeDevice) -> None:
    laptop = await device(user_agent='<img src=x onerror="document.title=1"> {{7*7}}')
    await laptop.sign_up(first_name='<b>Ann</b>', last_name='{{ 7*7 }}')

    tab = await laptop.tab('/account/security')

    await expect(rows(tab)).to_contain_text('Unknown device')
    await expect(tab.page.locator('.who .person')).to_have_text('<b>Ann</b> {{ 7*7 }}')
