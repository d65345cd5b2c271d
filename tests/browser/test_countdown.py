"""The minute before a session ends: counted down in every tab, and whoever wants to stays signed in."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, expect

from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .accessibility import violations
from .devices import MakeDevice, Tab, a_new_address, focus

pytestmark = either_store

SOON, LATER = 50, 3600


def ends_in(server: Server, session_id: str, **seconds: float) -> None:
    """Let a session end so soon, by what it is called in the store."""
    for column, left in seconds.items():
        moment = datetime.now(UTC) + timedelta(seconds=left)
        server.sql(f'UPDATE session SET {column} = ? WHERE id = ?', f'{moment:%Y-%m-%d %H:%M:%S.%f}+00:00', session_id)


def card(tab: Tab) -> Locator:
    """What counts down."""
    return tab.page.get_by_role('region', name='Your session ends soon')


def said(tab: Tab) -> Locator:
    """What a screen reader says of it."""
    return tab.page.locator('#ls-ending-said')


async def test_it_is_counted_down_in_every_tab_and_to_stay_in_one_calms_all(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    left, right = await laptop.tab('/account'), await laptop.tab()
    name = left.page.get_by_label('First name')
    await focus(name)

    ends_in(shared_server, session_id, abandon_at=SOON)
    for tab in (left, right):
        await expect(card(tab)).to_contain_text(re.compile(r'You will be signed out in 0:[345]\d'))
        await expect(said(tab)).to_have_text(re.compile(r'^You will be signed out in \d+ seconds, because nobody '))
    await expect(name).to_be_focused()
    assert await violations(left) == []
    await focus(left.button('Stay signed in'))
    await right.button('Stay signed in').click()

    for tab in (left, right):
        await expect(card(tab)).to_be_hidden()
        await expect(said(tab)).to_have_text('You stay signed in.')
        await tab.shows(session_id)
    await expect(name).to_be_focused()


async def test_neither_a_script_nor_a_page_loaded_anew_nor_a_new_socket_is_activity_and_a_key_is_enough(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab()
    ends_in(shared_server, session_id, abandon_at=SOON)
    await expect(card(tab)).to_be_visible()
    ends = 'SELECT last_active_at, abandon_at FROM session WHERE id = ?'
    before = shared_server.sql(ends, session_id)

    await tab.page.evaluate("""() => {
        for (const type of ['keydown', 'pointerdown', 'click']) document.body.dispatchEvent(new Event(type));
        document.querySelector('h1').click();
    }""")
    await tab.page.evaluate("fetch('/v1/client').then(() => 0)")
    by_a_script = shared_server.sql(ends, session_id)
    await tab.page.evaluate('location.reload()')
    await expect(card(tab)).to_be_visible()
    await tab.live()
    socket = await tab.page.evaluate('window.socket.id')
    await tab.page.evaluate('window.socket.io.engine.close()')
    await tab.page.wait_for_function(
        "(old) => window.socket.connected && window.socket.id !== old && !document.querySelector('.ls-away')",
        arg=socket)
    await expect(card(tab)).to_be_visible()
    by_themselves = shared_server.sql(ends, session_id)

    await tab.press_until(card(tab).is_hidden)

    assert by_a_script == by_themselves == before
    tab.forgive_the_network()


async def test_at_the_age_limit_who_signs_in_again_keeps_what_they_have_typed(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    await tab.page.get_by_label('Last name').fill('Half typed')
    ends_in(shared_server, session_id, expire_at=SOON)
    await expect(card(tab)).to_contain_text(re.compile(r'Your session ends in 0:[345]\d'))
    await expect(tab.button('Stay signed in')).to_be_hidden()
    await expect(said(tab)).to_have_text(re.compile('Sign in again before that to go on'))

    await tab.page.keyboard.press('Shift')
    other = await laptop.tab('/account')
    await other.page.get_by_label('Last name').fill('Half typed, too')
    await card(tab).get_by_role('button', name='Sign in again').click()
    asking = tab.page.get_by_role('dialog', name='Sign in again')
    await asking.get_by_label('Your password').fill('wrong')
    await tab.page.keyboard.press('Enter')
    await expect(asking).to_contain_text('That is not your password')
    await asking.get_by_label('Your password').fill(PASSWORD)
    await tab.page.keyboard.press('Enter')

    for one, typed in ((tab, 'Half typed'), (other, 'Half typed, too')):
        await expect(card(one)).to_be_hidden()
        await expect(one.page.get_by_label('Last name')).to_have_value(typed)
        await one.shows(session_id)
    await expect(asking).to_have_count(0)
    await tab.page.wait_for_function('document.activeElement !== document.body')
    tab.forgive_the_network()


async def test_a_browser_whose_clock_is_wrong_counts_as_any_other(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await laptop.context.add_init_script(
        'window.wrongByHours = 7; const now = Date.now; Date.now = () => now() + window.wrongByHours * 3_600_000;')
    session_id = await laptop.sign_up()
    tab = await laptop.tab()
    ends_in(shared_server, session_id, abandon_at=LATER)

    await tab.page.evaluate('new Promise(requestAnimationFrame)')
    await expect(card(tab)).to_be_hidden()
    await tab.page.evaluate('window.wrongByHours = -7')
    ends_in(shared_server, session_id, abandon_at=SOON)

    await expect(card(tab)).to_contain_text(re.compile(r'in 0:[345]\d'))


async def test_over_a_dialog_it_is_seen_and_at_the_end_it_leaves(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab()
    await tab.page.locator('.ls-user-button > button').click()
    await expect(tab.button('Sign out').first).to_be_visible()

    ends_in(shared_server, session_id, abandon_at=SOON)
    await expect(card(tab)).to_be_visible()
    is_on_top = await tab.page.evaluate("""() => {
        const card = document.getElementById('ls-ending');
        const {left, top, width, height} = card.getBoundingClientRect();
        return card.matches(':popover-open') && width > 0 && top + height <= innerHeight;
    }""")
    ends_in(shared_server, session_id, abandon_at=1)

    await tab.signed_out()
    await expect(card(tab)).to_be_hidden()
    await expect(said(tab)).to_have_text('')
    assert is_on_top


async def test_who_ticks_the_box_on_the_form_is_kept_until_they_sign_out_and_the_others_go_with_the_browser(
        device: MakeDevice) -> None:
    laptop = await device()
    ann = await laptop.sign_up()
    tab = await laptop.tab('/sign-up')
    await tab.fill(a_new_address())
    await tab.page.get_by_label('Keep me signed in').check()
    await tab.button('Sign up').click()
    await expect(tab.see('Active Session: ').first).to_be_visible()

    cookie, = [one for one in await laptop.context.cookies() if one.get('name') == '__client']
    left = cookie['expires'] - datetime.now(UTC).timestamp()  # type: ignore[typeddict-item]
    assert 29.9 < left / 86_400 <= 30

    await tab.page.locator('.ls-user-button > button').click()
    await tab.page.get_by_role('dialog').get_by_role('button', name='Sign out', exact=True).click()
    await expect(tab.page).to_have_url(re.compile('/sign-in/choose'))

    while [one for one in await laptop.context.cookies() if one.get('name') == '__client' and one['expires'] != -1]:
        await asyncio.sleep(0.05)
    assert ann in await (await laptop.context.request.get(f'{laptop.url}/v1/client', max_retries=1)).text()
