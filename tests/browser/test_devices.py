"""The devices of a person, live on the security page of each of them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, expect

from models.types import new_id
from tests.databases import SqliteFile
from tests.programs import CHEAP_PASSWORDS
from tests.rules import PASSWORD
from tests.running import either_store
from tests.security.visitors import Somebody, until
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address, focus

pytestmark = either_store

FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'
IPHONE = ('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) '
          'Version/18.0 Mobile/15E148 Safari/604.1')


def rows(tab: Tab) -> Locator:
    return tab.page.locator('.ls-devices .ls-row')


async def laptop_and_phone(device: MakeDevice) -> tuple[Device, Device, str]:
    laptop, phone = await device(user_agent=FIREFOX), await device(user_agent=IPHONE)
    address = a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    return laptop, phone, address


def add_devices(server: Server, session_id: str, number: int, user_agent: str = IPHONE) -> None:
    """Let the person of a session be signed in on more devices, each at an address of its own."""
    for last in range(10, 10 + number):
        server.sql('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at, '
                   "user_agent, ip_address) SELECT ?, user_id, client_id, 'active', created_at, last_active_at, "
                   'expire_at, ?, ? FROM session WHERE id = ?',
                   new_id('sess'), user_agent, f'2001:db8::{last}', session_id)


def no_news(server: Server) -> None:
    """From now on a session ends without a note, as if the note were still under way."""
    server.sql(f"DROP TRIGGER session_updated{'' if isinstance(server.database, SqliteFile) else ' ON session'}")


def active(server: Server, address: str) -> int:
    (count,), = server.sql("SELECT count(*) FROM session WHERE status = 'active' AND user_id = "
                           '(SELECT id FROM user WHERE email_address = ?)', address)
    return count


async def test_each_device_is_listed_once_with_what_it_is_this_one_first_and_the_list_follows_who_comes_and_goes(
        device: MakeDevice) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    tab = await laptop.tab('/account/security')
    here, there, others = rows(tab).nth(0), rows(tab).nth(1), tab.page.get_by_role(
        'button', name='Sign out of all other devices')

    await expect(rows(tab)).to_have_count(2)
    await expect(here).to_contain_text('Firefox 143')
    for words in ('Windows PC', 'This device', '127.0.0.1', 'Active now', 'Signed in: Today at'):
        await expect(here).to_contain_text(words)
    await expect(here).not_to_contain_text('(')
    await expect(there).to_contain_text('iPhone')
    await expect(there).to_contain_text('Safari 18')
    await expect(tab.page.get_by_text('This device')).to_have_count(1)
    await expect(others).to_be_visible()

    tablet = await device()
    session_id = await tablet.sign_in(address)
    await expect(rows(tab)).to_have_count(3)
    await tablet.api('POST', f'/client/sessions/{session_id}/remove')
    await expect(rows(tab)).to_have_count(2)
    await phone.api('DELETE', '/client/sessions')
    await expect(rows(tab)).to_have_count(1)
    await expect(here).to_contain_text('This device')
    await expect(others).to_be_hidden()
    await here.get_by_role('button', name='Sign out', exact=True).click()  # as everywhere else
    await tab.signed_out()


async def test_a_row_tells_where_it_was_last_active_by_a_click_in_a_tab_and_where_it_was_signed_in_if_elsewhere(
        device: MakeDevice) -> None:
    laptop, phone, address = await device(), await device(user_agent=IPHONE), a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    tab = await laptop.tab('/account/security')
    row = rows(tab).nth(1)
    await expect(row).to_contain_text('iPhone')
    thief = await device(user_agent=FIREFOX)
    await thief.context.add_cookies(await phone.context.cookies())
    elsewhere = await thief.tab('/account')

    async def is_told() -> bool:  # with nobody reloading anything
        return 'Windows PC' in await row.inner_text()

    await elsewhere.press_until(is_told)

    await expect(row).to_contain_text('Active now')
    await expect(row).to_contain_text('from Safari 18 on iPhone · 127.0.0.1')
    await expect(row.locator('.ls-icon').first).to_have_attribute('data-kind', 'desktop')


async def test_in_use_is_said_of_what_is_in_use_and_a_time_of_what_is_not(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(activity_interval_seconds=0.5, **{CHEAP_PASSWORDS: 1})
    laptop, phone = await device(server), await device(server)
    await laptop.sign_up('ann@example.com')
    session_id = await phone.sign_in('ann@example.com')
    tab = await laptop.tab('/account/security')
    row = rows(tab).nth(1)

    for moment, said, unsaid in (('2099-01-01', 'Active now', 'Last active'),
                                 ('2020-01-01', 'Last active: Jan 1, 2020 at', 'Active now'),
                                 ('2099-01-01', 'Active now', 'Last active')):
        server.sql('UPDATE session SET last_active_at = ? WHERE id = ?', f'{moment} 12:00:00.000000', session_id)
        await expect(row).to_contain_text(said)  # nothing was told; the list was read again
        await expect(row).not_to_contain_text(unsaid)
        await expect(rows(tab).nth(0)).to_contain_text('Active now')


async def test_a_device_is_given_a_name_that_all_tabs_of_its_person_show_and_nobody_else(device: MakeDevice) -> None:
    laptop, phone, _ = await laptop_and_phone(device)
    here, there = await laptop.tab('/account/security'), await phone.tab('/account/security')
    rename = rows(here).nth(1).get_by_role('button', name='Rename')

    await rename.click()
    asked = here.page.get_by_role('dialog', name='Name of the device')
    name = asked.get_by_label('Name')
    await name.fill('x' * 51)
    await expect(name).to_have_attribute('aria-invalid', 'true')
    await here.button('Save').click()
    await expect(here.see('The name of a device may have 50 characters at most.')).to_be_visible()
    await here.page.keyboard.press('Escape')
    await expect(asked).to_have_count(0)
    await expect(rename).to_be_focused()
    await expect(rows(here).nth(1).locator('strong')).to_have_text('iPhone')

    await rename.click()
    await expect(name).to_be_focused()
    await here.page.keyboard.type('<b>Küche</b> {{7*7}}')
    await here.page.keyboard.press('Enter')

    await expect(rows(here).nth(1).locator('strong')).to_have_text('<b>Küche</b> {{7*7}}')
    await expect(rows(there).nth(0).locator('strong')).to_have_text('<b>Küche</b> {{7*7}}')
    await expect(rows(there).nth(0)).to_contain_text('Safari 18 on iPhone')
    await expect(asked).to_have_count(0)
    await expect(here.page.get_by_role('heading', name='Active devices')).to_be_focused()
    await expect(here.see('Saved.')).to_be_visible()
    await expect(here.page.locator('.ls-history .ls-row').first).to_contain_text('Device renamed')
    await rows(here).nth(1).get_by_role('button', name='Sign out of device').click()
    await expect(here.see('Signed out of <b>Küche</b> {{7*7}}.')).to_be_visible()
    here.complaints.clear()  # of what was too long


async def test_ten_devices_fit_a_phone_in_two_screens_and_can_be_hit(device: MakeDevice, shared_server: Server) -> None:
    first, address = await device(), a_new_address()
    session_id = await first.sign_up(address)
    add_devices(shared_server, session_id, 4, IPHONE)
    add_devices(shared_server, session_id, 4, FIREFOX)
    phone = await device(viewport={'width': 360, 'height': 740}, user_agent=FIREFOX, has_touch=True, is_mobile=True)
    await phone.sign_in(address)
    tab = await phone.tab('/account/security')
    await expect(rows(tab)).to_have_count(10)

    await fits(tab, least=44)


async def fits(tab: Tab, least: float) -> None:
    """See that ten devices take two screens of a phone at most, and each side of a button in them so many pixels."""
    measured = await tab.page.evaluate("""() => {
        const box = (one) => one.getBoundingClientRect();
        const list = document.querySelector('.ls-devices');
        const buttons = [...list.querySelectorAll('button')].map(box).filter(({width}) => width);
        return {end: box(list).bottom + scrollY, wide: document.documentElement.scrollWidth,
                gap: box(list.querySelector('.ls-row')).top - box(list.querySelector('h2')).bottom,
                least: Math.min(...buttons.flatMap(({width, height}) => [width, height]))};
    }""")
    assert measured['end'] <= 2 * 740
    assert measured['wide'] <= 360
    assert measured['gap'] <= 20
    assert measured['least'] >= least


async def test_sign_out_of_device_ends_that_one_at_once_on_its_screen_and_of_all_others_tells_how_many(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, address = await laptop_and_phone(device)
    tablet = await device()
    for one in (await device(), tablet):
        session_id = await one.sign_in(address)
    await tablet.sign_up()
    here, there = await laptop.tab('/account/security'), await phone.tab('/account')
    heading, events = here.page.get_by_role('heading', name='Active devices'), here.page.locator('.ls-history .ls-row')
    await phone.api('POST', '/client/sign_ins', identifier=address, password='wrong horse battery')
    await expect(events.nth(0)).to_contain_text('Failed attempt to sign in')
    await tablet.api('POST', f'/client/sessions/{session_id}/touch')
    await expect(events.nth(0)).to_contain_text('Switched to this account')

    await rows(here).filter(has_text='iPhone').get_by_role('button', name='Sign out of device').click()
    await there.signed_out()
    await expect(there.page.get_by_text(address)).to_have_count(0)
    await expect(rows(here)).to_have_count(3)
    await expect(here.page.get_by_role('status').filter(has_text='Signed out of Safari 18 on iPhone.')).to_be_visible()
    await expect(heading).to_be_focused()
    await expect(here.page.get_by_role('alertdialog')).to_have_count(0)  # one is not worth a question
    assert active(shared_server, address) == 3
    await expect(events.nth(0)).to_contain_text('on iPhone was signed out')
    await expect(events.nth(0)).to_contain_text('from Firefox 143 on Windows PC · 127.0.0.1 · Today at')
    await expect(events).to_contain_text([
        'on iPhone was signed out', 'Switched to this account', 'Failed attempt to sign in', *['Signed in'] * 4,
        'Account created'])

    button = here.page.get_by_role('button', name='Sign out of all other devices (2)')
    await focus(button)
    await here.page.keyboard.press('Enter')
    await here.confirm('Sign out of 2 other devices?')
    await expect(here.see('Signed out of 2 other devices.')).to_be_visible()
    await expect(rows(here)).to_have_count(1)
    await expect(button).to_be_hidden()
    assert active(shared_server, address) == 1


async def test_a_device_that_had_ended_already_is_said_to_have(own_server: StartServer) -> None:
    server = await own_server(**{CHEAP_PASSWORDS: 1})
    async with AsyncExitStack() as stack:
        laptop, phone = Somebody.at(server), Somebody.at(server)
        for one in (laptop, phone):
            stack.push_async_callback(one.close)
        await laptop.sign_up()
        await phone.web.post('/v1/client/sign_ins', headers={'user-agent': IPHONE},
                             data={'identifier': laptop.address, 'password': PASSWORD})
        tab = await laptop.tab('/account/security', 'iPhone')
        no_news(server)
        server.sql("UPDATE session SET status = 'removed' WHERE user_agent = ?", IPHONE)

        await tab.click(tab.handler(text='Sign out of device: Safari 18 on iPhone'))

        await tab.sees('Safari 18 on iPhone was signed out already.')
        await until(lambda: 'iPhone' not in tab.texts())
        assert 'still signed in' not in ''.join(tab.texts())


async def test_many_devices_and_a_long_history_are_paged(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(user_agent='<img src=x onerror="document.title=1"> {{7*7}}')
    address = a_new_address()
    session_id = await laptop.sign_up(address, first_name='<b>Ann</b>', last_name='{{ 7*7 }}')
    add_devices(shared_server, await (await device()).sign_in(address), 15)
    yesterday = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)  # what is older may be purged
    for number in range(20):
        shared_server.sql('INSERT INTO audit_event (id, at, action, user_id) SELECT ?, ?, ?, user_id FROM session '
                          'WHERE id = ?', new_id('evt'), f'{yesterday + timedelta(seconds=number):%F %T}.000000',
                          f'number_{number}', session_id)
    tab = await laptop.tab('/account/security')
    newer, older = [tab.page.locator('.ls-devices').get_by_role('button', name=name) for name in ('Newer', 'Older')]

    await expect(rows(tab)).to_have_count(10)
    await expect(tab.see('Page 1 of 2')).to_be_visible()
    await tab.page.set_viewport_size({'width': 360, 'height': 740})
    await fits(tab, least=24)  # with a mouse
    await expect(rows(tab).first).to_contain_text('Unknown device')  # which calls itself by what would be HTML
    await expect(tab.page.locator('.ls-who .ls-person')).to_have_text('<b>Ann</b> {{ 7*7 }}')
    seen = await rows(tab).all_text_contents()
    await older.click()
    await expect(rows(tab)).to_have_count(7)
    await expect(tab.see('Page 2 of 2')).to_be_visible()
    seen += await rows(tab).all_text_contents()
    for number in range(10, 25):
        assert sum(f'2001:db8::{number}' in text for text in seen) == 1, number
    await newer.click()
    await expect(rows(tab)).to_have_count(10)
    await expect(rows(tab).first).to_contain_text('This device')

    events, pager = tab.page.locator('.ls-history .ls-row'), tab.page.locator('.ls-history .ls-pager')
    await expect(events).to_have_count(15)
    await pager.get_by_role('button', name='Older').click()
    await expect(events).to_have_count(8)
    await expect(events.first).to_contain_text('Number 7')
    await expect(pager.get_by_role('button', name='Older')).to_be_disabled()
    await pager.get_by_role('button', name='Newer').click()
    await expect(events).to_have_count(15)
    await expect(events.nth(14)).to_contain_text('Number 8')
    await expect(pager.get_by_role('button', name='Newer')).to_be_disabled()
