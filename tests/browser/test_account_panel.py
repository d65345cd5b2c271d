"""The account panel: who is here, the other accounts of this browser, and signing out of them."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Locator, WebSocketRoute, expect

from tests.http import patient_client
from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.security.visitors import until
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address, focus

pytestmark = either_store

NARROW = {'width': 360, 'height': 740}
PANEL = 'ls-account-panel'
LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorffwelchevoraltern'
COUNT_HOW_OFTEN_IT_ASKS = '''(panel) => panel.addEventListener("opened",
    () => { window.asked = 1 + (window.asked ?? 0) })'''
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
    laptop = await device(viewport=NARROW)
    address = a_new_address()
    session_id = await laptop.sign_up(address, first_name='Ann', last_name='Example')
    tab = await laptop.tab()
    await expect(account_button(tab)).to_have_accessible_name('Account panel: Ann Example')  # also by its initials
    await tab.page.set_viewport_size({'width': 1280, 'height': 720})
    await expect(account_button(tab)).to_have_accessible_name('Account panel: Ann Example')

    account = await opened(tab)

    await expect(account).to_contain_text('Ann Example')
    await expect(account).to_contain_text(address)
    await expect(account.get_by_role('link')).to_have_text(['Manage account', 'Add account'])
    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    await tab.shows(session_id)
    link, box = await account.get_by_role('link', name='Add account').bounding_box(), await account.bounding_box()
    assert link
    assert box
    for x, y in ((box['x'] + 4, box['y'] + 4), (box['x'] + 60, link['y'] - 4),
                 (box['x'] + box['width'] - 4, box['y'] + box['height'] - 4)):
        await tab.page.mouse.click(x, y)  # between what can be clicked
        assert await account.evaluate('(panel) => panel.open'), (x, y)
    await tab.page.mouse.click(5, 500)  # beside it
    await expect(account).to_be_hidden()
    await opened(tab)
    await account.get_by_role('button', name='Sign out').click()
    await tab.signed_out()
    await expect(account).to_be_hidden()
    await expect(tab.page.get_by_text('Ann Example')).to_have_count(0)
    assert 'Ann' not in await tab.text()


async def test_a_person_with_a_keyboard_alone_stays_in_it_comes_back_switches_and_goes_to_add_an_account(
        device: MakeDevice) -> None:
    laptop = await device(viewport=NARROW)
    ann, bob = await ann_and_bob(laptop)
    tab = await laptop.tab('/account')
    await tab.shows(bob)

    await focus(account_button(tab))
    await tab.page.keyboard.press('Enter')
    await expect(panel(tab).get_by_role('button', name='Ann')).to_be_visible()
    outside = []
    for _ in range(12):
        await tab.page.keyboard.press('Tab')
        outside.append(await tab.page.evaluate('''document.activeElement !== document.body &&
                                                  !document.activeElement.closest("dialog")'''))
    await tab.page.keyboard.press('Escape')
    assert not any(outside)
    await expect(panel(tab)).to_be_hidden()
    await expect(account_button(tab)).to_be_focused()

    await tab.page.keyboard.press('Enter')
    await expect(panel(tab).get_by_role('button', name='Ann')).to_be_visible()
    for _ in range(3):
        await tab.page.keyboard.press('Tab')
    await expect(panel(tab).get_by_role('button', name='Ann')).to_be_focused()
    await tab.page.keyboard.press('Enter')
    await tab.shows(ann)
    await expect(panel(tab)).to_be_hidden()
    await expect(account_button(tab)).to_be_focused()

    await tab.page.keyboard.press('Space')
    await expect(panel(tab).get_by_role('button', name='Bob')).to_be_visible()
    for _ in range(4):
        await tab.page.keyboard.press('Tab')
    await expect(panel(tab).get_by_role('link', name='Add account')).to_be_focused()
    await tab.page.keyboard.press('Enter')
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in')
    await expect(tab.page.get_by_role('heading', name='Add account')).to_be_visible()
    await expect(tab.see('You are signed in as Ann.')).to_be_visible()


async def test_a_slow_answer_is_not_followed_by_a_second_one_that_would_take_the_focus(device: MakeDevice) -> None:
    laptop = await device()
    await ann_and_bob(laptop)
    tab = await laptop.tab(None)
    frames: list[str] = []  # from the server, since the panel was opened: none of them arrives
    is_held = False

    def hold(page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        server.on_message(lambda frame: frames.append(str(frame)) if is_held else page.send(frame))

    await tab.page.route_web_socket(re.compile('_nicegui_ws'), hold)
    await tab.open()
    await tab.page.locator(f'.{PANEL}').evaluate(COUNT_HOW_OFTEN_IT_ASKS)
    is_held = True
    await opened(tab)
    await tab.value('() => window.asked > 1')  # since nothing has come
    await tab.page.keyboard.press('Escape')
    await until(lambda: any(PANEL in frame and 'Ann' not in frame for frame in frames))

    assert len([frame for frame in frames if PANEL in frame and 'Ann' in frame]) == 1


async def test_what_it_showed_before_cannot_be_pressed_when_it_is_opened_again(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(shared_server)
    ann, bob = await ann_and_bob(laptop)
    tab = await laptop.tab()
    await tab.shows(bob)
    there = (await opened(tab)).get_by_role('button', name='Ann')
    await expect(there).to_be_visible()

    with shared_server.standing_still():  # so it hears later that the panel was closed, and takes away what it showed
        await tab.page.keyboard.press('Escape')
        await expect(panel(tab)).to_be_hidden()
        await account_button(tab).click()
        await expect(panel(tab)).to_be_visible()
        seen = await there.count()
    await there.click()

    assert not seen
    await tab.shows(ann)


async def test_several_accounts_are_switched_and_signed_out_one_by_one_and_every_tab_follows(
        device: MakeDevice) -> None:
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

    await opened(left)
    await account.get_by_role('button', name='Sign out', exact=True).click()  # Ann only
    await expect(left.page).to_have_url(f'{left.url}/sign-in/choose')
    await right.signed_out()
    await expect(left.page.get_by_role('listitem')).to_have_count(1)
    await expect(left.page.get_by_role('listitem')).to_contain_text('Bob')
    await left.page.reload()
    await left.live()
    await expect(left.page.get_by_role('listitem')).to_contain_text('Bob')
    await expect(left.see('Active Session')).to_have_count(0)
    await left.page.get_by_role('listitem').get_by_role('button').click()
    await right.shows(bob)


async def test_it_stays_open_with_the_focus_where_it_was_while_other_tabs_switch_add_renew_and_leave_until_the_end(
        device: MakeDevice) -> None:
    laptop = await device()
    ann, bob = await ann_and_bob(laptop)
    tab = await laptop.tab()
    account = await opened(tab)
    await account.evaluate(NOTE_WHETHER_IT_CLOSES)
    link = account.get_by_role('link', name='Add account')
    await focus(link)

    await laptop.api('POST', f'/client/sessions/{ann}/touch')
    await expect(account.get_by_role('button', name='Bob')).to_be_visible()
    await expect(account.locator('strong').first).to_have_text('Ann')
    await expect(link).to_be_focused()
    cid = await laptop.sign_up(first_name='Cid')
    await expect(account.get_by_role('button', name='Ann')).to_be_visible()
    await expect(account.locator('strong').first).to_have_text('Cid')
    await expect(link).to_be_focused()
    again = await link.element_handle()
    assert again
    assert (await laptop.api('POST', '/me/change_password', current_password=PASSWORD,
                             new_password=NEW_PASSWORD)).ok
    await tab.page.wait_for_function('(link) => !link.isConnected', arg=again)
    await expect(link).to_be_focused()
    await focus(account.get_by_role('button', name='Ann'))
    await laptop.api('POST', f'/client/sessions/{ann}/remove')  # what had the focus is gone
    await expect(account.get_by_role('button', name='Ann')).to_have_count(0)
    await expect(account).to_be_focused()
    await laptop.api('POST', f'/client/sessions/{bob}/remove')
    await expect(account.get_by_role('button', name='Bob')).to_have_count(0)
    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    assert await account.evaluate('(panel) => panel.open && !panel.closed')

    await laptop.api('POST', f'/client/sessions/{cid}/remove')
    await expect(account).to_be_hidden()
    await tab.signed_out()
    await expect(tab.page.get_by_text('Cid')).to_have_count(0)
    assert cid not in await tab.text()


async def test_sign_out_of_all_accounts_empties_this_browser_and_no_other_and_an_error_stays_and_fits(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await device(viewport=NARROW), await device()
    addresses = [f'{number}.{a_new_address()}.{LONG_NAME.lower()}.example.com' for number in range(5)]
    for address in addresses:
        session_id = await laptop.sign_up(address, first_name=LONG_NAME, last_name=LONG_NAME)
    elsewhere = await phone.sign_in(addresses[0])
    tab = await laptop.tab(None)
    received: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framereceived', lambda frame: received.append(str(frame))))
    await tab.open()
    account = await opened(tab)
    await expect(account.get_by_role('button', name=re.compile(LONG_NAME))).to_have_count(4)
    button, everybody = (account.get_by_role('button', name=name, exact=True)
                         for name in ('Sign out', 'Sign out of all accounts'))
    error = account.get_by_role('alert').filter(has_text=re.compile(r'\w'))

    with shared_server.database.locked():
        await everybody.click()
        await tab.confirm('Sign out of 5 accounts?')
        await expect(error).to_be_visible()
    for name in ('Sign out of all accounts', 'Add account'):
        await expect(account.get_by_text(name)).to_be_visible()
    box = await account.bounding_box()
    assert box
    assert box['x'] >= 0
    assert box['x'] + box['width'] <= NARROW['width']
    assert await account.evaluate('(panel) => panel.scrollWidth <= panel.clientWidth')
    assert await account.evaluate("""(panel) => [...panel.querySelectorAll('*')].every(
        (one) => one.getBoundingClientRect().right <= panel.getBoundingClientRect().right)""")
    await tab.page.keyboard.press('Escape')
    await expect(error).to_have_count(0)
    with shared_server.database.locked():
        await button.click()
        await expect(error).to_be_visible()
    await focus(button)
    received.clear()
    shared_server.sql("UPDATE session SET expire_at = '2099-01-01 12:00:00.000000' WHERE id = ?", session_id)
    while not any('"update"' in frame for frame in received):
        await asyncio.sleep(0.01)
    await tab.page.evaluate('new Promise(requestAnimationFrame)')
    await expect(error).to_be_visible()  # what has changed is nothing that it shows
    await expect(button).to_be_focused()

    await everybody.click()
    await tab.confirm('Sign out of 5 accounts?')
    await tab.signed_out()
    left = shared_server.sql("SELECT id FROM session WHERE status = 'active' AND user_id IN "
                             '(SELECT id FROM user WHERE email_address LIKE ?)', f'%.{LONG_NAME.lower()}.example.com')
    assert left == [(elsewhere,)]


async def test_opened_while_the_store_is_away_it_is_filled_when_the_store_is_back(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann')
    tab = await laptop.tab()

    with shared_server.database.away():
        while (await laptop.ask('GET', '/client')).ok:  # the file is looked for twice a second
            await asyncio.sleep(0.05)
        account = await opened(tab)
        for told in ('The server cannot reach its data right now.', 'Loading…'):
            await expect(tab.see(told).locator('visible=true').first).to_be_attached()

    await expect(account.get_by_role('button')).to_have_text(['Sign out'])
    await expect(account).to_contain_text('Ann')
    tab.complaints.clear()  # the browser logs the requests that the server could not answer


async def test_in_single_session_mode_the_sign_in_page_sends_home_and_the_panel_has_no_add_account(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(single_session_mode=True)
    laptop = await device(server)
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab('/sign-in')
    await expect(tab.page).to_have_url(f'{tab.url}/')

    account = await opened(tab)
    await expect(account.get_by_role('link')).to_have_text(['Manage account'])
    again = await laptop.api('POST', '/client/sign_ins', identifier=address, password=PASSWORD)

    assert (await again.json())['errors'][0]['code'] == 'session_exists'


async def test_the_buttons_of_pages_that_were_taken_away_listen_no_longer(
        device: MakeDevice, instrumented: Server) -> None:
    laptop = await device(instrumented)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/own-button')
    counts: list[int] = []

    async with patient_client(base_url=instrumented.url) as http:
        for _ in range(3):
            await expect(account_button(tab)).to_have_count(2)
            counts.append((await http.get('/counts')).json()['listeners'])
            instrumented.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
            await tab.signed_out()
            instrumented.sql("UPDATE session SET status = 'active' WHERE id = ?", session_id)

    assert counts == [counts[0]] * 3
