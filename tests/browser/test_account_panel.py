"""The account panel: who is here, the other accounts of this browser, and signing out of them."""

from __future__ import annotations

import asyncio
import re

import httpx
from playwright.async_api import Locator, expect

from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store

NARROW = {'width': 360, 'height': 740}
LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorffwelchevoraltern'
NOTE_WHETHER_IT_CLOSES = '(panel) => panel.addEventListener("close", () => { panel.closed = true })'


def panel(tab: Tab) -> Locator:
    return tab.page.get_by_role('dialog', name='Account panel')


def account_button(tab: Tab) -> Locator:
    return tab.page.get_by_role('button', name='Account panel: ')


async def opened(tab: Tab) -> Locator:
    await account_button(tab).click()
    await expect(panel(tab)).to_be_visible()
    return panel(tab)


async def ann_and_bob(laptop: Device) -> tuple[str, str]:
    return await laptop.sign_up(first_name='Ann'), await laptop.sign_up(first_name='Bob')


async def test_one_account_is_shown_with_ways_to_manage_it_and_to_sign_out(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address, first_name='Ann', last_name='Example')
    tab = await laptop.tab()

    account = await opened(tab)

    await expect(account).to_contain_text('Ann Example')
    await expect(account).to_contain_text(address)
    await expect(account.get_by_role('link')).to_have_text(['Manage account', 'Add account'])
    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    await tab.shows(session_id)
    await account.get_by_role('button', name='Sign out').click()
    await tab.signed_out()
    await expect(account).to_be_hidden()
    assert 'Ann' not in await tab.text()


async def test_the_keyboard_opens_it_stays_in_it_and_comes_back(device: MakeDevice) -> None:
    laptop = await device(viewport=NARROW)
    await ann_and_bob(laptop)
    tab = await laptop.tab()

    await account_button(tab).focus()
    await tab.page.keyboard.press('Enter')
    await expect(panel(tab).get_by_role('link', name='Add account')).to_be_visible()
    outside = []
    for _ in range(12):
        await tab.page.keyboard.press('Tab')
        outside.append(await tab.page.evaluate('''document.activeElement !== document.body &&
                                                  !document.activeElement.closest("dialog")'''))
    await tab.page.keyboard.press('Escape')

    assert not any(outside)
    await expect(panel(tab)).to_be_hidden()
    await expect(account_button(tab)).to_be_focused()


async def test_a_click_beside_it_closes_it(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    await opened(tab)

    await tab.page.mouse.click(5, 500)

    await expect(panel(tab)).to_be_hidden()


async def test_a_click_on_it_between_what_can_be_clicked_leaves_it_open(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    account = await opened(tab)
    link, box = await account.get_by_role('link', name='Add account').bounding_box(), await account.bounding_box()
    assert link
    assert box

    for x, y in ((box['x'] + 4, box['y'] + 4), (box['x'] + 60, link['y'] - 4),
                 (box['x'] + box['width'] - 4, box['y'] + box['height'] - 4)):
        await tab.page.mouse.click(x, y)
        assert await account.evaluate('(panel) => panel.open')


async def test_it_is_named_by_the_person(device: MakeDevice) -> None:
    laptop, phone = await device(), await device(viewport=NARROW)
    for one in (laptop, phone):  # on a phone there is room for the initials only
        await one.sign_up(first_name='Ann', last_name='Example')
        tab = await one.tab()
        await expect(account_button(tab)).to_have_accessible_name('Account panel: Ann Example')


async def test_several_accounts_a_click_switches_and_every_tab_follows(device: MakeDevice) -> None:
    laptop = await device()
    ann, bob = await ann_and_bob(laptop)
    left, right = await laptop.tab(), await laptop.tab('/account')
    await right.shows(bob)

    account = await opened(left)
    await expect(account.get_by_role('button', name='Sign out of all accounts')).to_be_visible()
    await account.get_by_role('button', name='Ann').click()

    await left.shows(ann)
    await right.shows(ann)
    await expect(account).to_be_hidden()


async def test_sign_out_in_it_ends_the_current_account_only_and_leads_to_the_chooser(device: MakeDevice) -> None:
    laptop = await device()
    await ann_and_bob(laptop)
    left, right = await laptop.tab(), await laptop.tab()

    account = await opened(left)
    await account.get_by_role('button', name='Sign out', exact=True).click()

    await expect(left.page).to_have_url(f'{left.url}/sign-in/choose')
    await right.signed_out()
    await expect(left.page.get_by_role('listitem')).to_have_count(1)
    await expect(left.page.get_by_role('listitem')).to_contain_text('Ann')
    await left.page.reload()
    await left.live()
    await expect(left.page.get_by_role('listitem')).to_contain_text('Ann')
    await expect(left.see('Active Session')).to_have_count(0)


async def test_sign_out_of_all_accounts_empties_this_browser_and_no_other(device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await laptop.sign_up()
    elsewhere = await phone.sign_in(address)
    left, right, other = await laptop.tab(), await laptop.tab('/account'), await phone.tab()

    account = await opened(left)
    await account.get_by_role('button', name='Sign out of all accounts').click()
    await left.confirm('Sign out of 2 accounts?')

    await left.signed_out()
    await right.signed_out()
    await other.shows(elsewhere)


async def test_it_follows_what_other_tabs_do_while_it_is_open(device: MakeDevice) -> None:
    laptop = await device()
    ann, bob = await ann_and_bob(laptop)
    left, right = await laptop.tab(), await laptop.tab()
    account = await opened(left)
    await expect(account.get_by_role('button', name='Ann')).to_be_visible()

    await laptop.api('POST', f'/client/sessions/{ann}/remove')
    await expect(account.get_by_role('button', name='Ann')).to_have_count(0)
    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    await right.button('Sign out').first.click()

    await expect(account).to_be_hidden()
    await left.signed_out()
    assert bob not in await left.text()
    assert 'Bob' not in await left.text()


async def test_it_stays_open_with_the_focus_where_it_was_while_other_tabs_switch_add_and_renew(
        device: MakeDevice) -> None:
    laptop = await device()
    ann, _ = await ann_and_bob(laptop)
    tab = await laptop.tab()
    account = await opened(tab)
    await account.evaluate(NOTE_WHETHER_IT_CLOSES)
    link = account.get_by_role('link', name='Add account')
    await link.focus()

    await laptop.api('POST', f'/client/sessions/{ann}/touch')
    await expect(account.get_by_role('button', name='Bob')).to_be_visible()
    await expect(account.locator('strong').first).to_have_text('Ann')
    await expect(link).to_be_focused()
    await laptop.sign_up(first_name='Cid')
    await expect(account.get_by_role('button', name='Ann')).to_be_visible()
    await expect(account.locator('strong').first).to_have_text('Cid')
    await expect(link).to_be_focused()
    again = await link.element_handle()
    assert again
    assert (await laptop.api('POST', '/me/change_password', current_password=PASSWORD,
                             new_password=NEW_PASSWORD)).ok
    await tab.page.wait_for_function('(link) => !link.isConnected', arg=again)
    await expect(link).to_be_focused()

    assert await account.evaluate('(panel) => panel.open && !panel.closed')


async def test_when_what_had_the_focus_is_gone_the_focus_stays_in_it(device: MakeDevice) -> None:
    laptop = await device()
    ann, _ = await ann_and_bob(laptop)
    tab = await laptop.tab()
    account = await opened(tab)
    await account.get_by_role('button', name='Ann').focus()

    await laptop.api('POST', f'/client/sessions/{ann}/remove')

    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    await expect(account).to_be_focused()


async def test_an_error_in_it_stays_when_something_changes_that_it_does_not_show(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab(None)
    received: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framereceived', lambda frame: received.append(str(frame))))
    await tab.open()
    account = await opened(tab)
    button, error = account.get_by_role('button', name='Sign out'), account.get_by_role('alert')
    with shared_server.database.locked():
        await button.click()
        await expect(error).to_be_visible()
    await button.focus()
    received.clear()

    shared_server.sql("UPDATE session SET expire_at = '2099-01-01 12:00:00.000000' WHERE id = ?", session_id)
    while not any('"update"' in frame for frame in received):
        await asyncio.sleep(0.01)
    await tab.page.evaluate('new Promise(requestAnimationFrame)')

    await expect(error).to_be_visible()
    await expect(button).to_be_focused()


async def test_opened_while_the_store_is_away_it_is_filled_when_the_store_is_back(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server()
    laptop = await device(server)
    await laptop.sign_up(first_name='Ann')
    tab = await laptop.tab()

    with server.database.away():
        while (await laptop.api('GET', '/client')).ok:  # the file is looked for twice a second
            await asyncio.sleep(0.05)
        account = await opened(tab)
        for told in ('The server cannot reach its data right now.', 'Loading…'):
            await expect(tab.see(told).locator('visible=true').first).to_be_attached()

    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    await expect(account).to_contain_text('Ann')
    tab.complaints.clear()  # the browser logs the requests that the server could not answer


async def test_a_person_with_a_keyboard_alone_switches_and_goes_to_add_an_account(device: MakeDevice) -> None:
    laptop = await device()
    ann, bob = await ann_and_bob(laptop)
    tab = await laptop.tab()
    await tab.shows(bob)

    await account_button(tab).focus()
    await tab.page.keyboard.press('Enter')
    await expect(panel(tab).get_by_role('button', name='Ann')).to_be_visible()
    for _ in range(3):
        await tab.page.keyboard.press('Tab')
    await expect(panel(tab).get_by_role('button', name='Ann')).to_be_focused()
    await tab.page.keyboard.press('Enter')
    await tab.shows(ann)
    await expect(panel(tab)).to_be_hidden()

    await account_button(tab).focus()
    await tab.page.keyboard.press('Space')
    await expect(panel(tab).get_by_role('link', name='Add account')).to_be_visible()
    for _ in range(4):
        await tab.page.keyboard.press('Tab')
    await expect(panel(tab).get_by_role('link', name='Add account')).to_be_focused()
    await tab.page.keyboard.press('Enter')
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in')


async def test_on_a_small_screen_many_accounts_long_names_and_an_error_fit_into_it(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(viewport=NARROW)
    for number in range(5):
        await laptop.sign_up(f'{number}.{LONG_NAME.lower()}@{LONG_NAME.lower()}.example.com', first_name=LONG_NAME,
                             last_name=LONG_NAME)
    tab = await laptop.tab()
    account = await opened(tab)
    await expect(account.get_by_role('button', name=re.compile(LONG_NAME))).to_have_count(4)

    with shared_server.database.locked():
        await account.get_by_role('button', name='Sign out of all accounts').click()
        await tab.confirm('Sign out of 5 accounts?')
        await expect(account.get_by_role('alert').last).to_be_visible()

    for name in ('Sign out of all accounts', 'Add account'):
        await expect(account.get_by_text(name)).to_be_visible()
    box = await account.bounding_box()
    assert box
    assert box['x'] >= 0
    assert box['x'] + box['width'] <= NARROW['width']
    assert await account.evaluate('(panel) => panel.scrollWidth <= panel.clientWidth')
    assert await account.evaluate("""(panel) => [...panel.querySelectorAll('*')].every(
        (one) => one.getBoundingClientRect().right <= panel.getBoundingClientRect().right)""")


async def test_in_single_session_mode_it_has_no_add_account(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(single_session_mode=True)
    laptop = await device(server)
    await laptop.sign_up()
    tab = await laptop.tab()

    account = await opened(tab)
    await expect(account.get_by_role('link')).to_have_text(['Manage account'])
    again = await laptop.api('POST', '/client/sign_ups', email_address=a_new_address(), password=PASSWORD)

    assert (await again.json())['errors'][0]['code'] == 'session_exists'


async def test_the_buttons_of_pages_that_were_taken_away_listen_no_longer(
        device: MakeDevice, instrumented: Server) -> None:
    laptop = await device(instrumented)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/own-button')
    counts: list[int] = []

    async with httpx.AsyncClient(base_url=instrumented.url) as http:
        for _ in range(3):
            await expect(account_button(tab)).to_have_count(2)
            counts.append((await http.get('/counts')).json()['listeners'])
            instrumented.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
            await tab.signed_out()
            instrumented.sql("UPDATE session SET status = 'active' WHERE id = ?", session_id)

    assert counts == [counts[0]] * 3
