"""The account panel: who is here, the other accounts of this browser, and signing out of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from playwright.async_api import Locator, expect

from tests.server import Server

from .conftest import PASSWORD, Device, MakeDevice, Tab, a_new_address

INSTRUMENTED = Path(__file__).parent / 'instrumented.py'
NARROW = {'width': 360, 'height': 740}


def panel(tab: Tab) -> Locator:
    return tab.page.get_by_role('dialog', name='Account panel')


async def opened(tab: Tab) -> Locator:
    await tab.button('Open account panel').click()
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

    await tab.button('Open account panel').focus()
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
    await expect(tab.button('Open account panel')).to_be_focused()


async def test_a_click_beside_it_closes_it(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    await opened(tab)

    await tab.page.mouse.click(5, 500)

    await expect(panel(tab)).to_be_hidden()


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


async def test_in_single_session_mode_it_has_no_add_account(
        device: MakeDevice, own_server: Callable[..., Awaitable[Server]]) -> None:
    server = await own_server(single_session_mode=True)
    laptop = await device(server)
    await laptop.sign_up()
    tab = await laptop.tab()

    account = await opened(tab)
    await expect(account.get_by_role('link')).to_have_text(['Manage account'])
    again = await laptop.api('POST', '/client/sign_ups', email_address=a_new_address(), password=PASSWORD)

    assert (await again.json())['errors'][0]['code'] == 'session_exists'


async def test_the_buttons_of_pages_that_were_taken_away_listen_no_longer(device: MakeDevice, own_server) -> None:
    server = await own_server(INSTRUMENTED)
    laptop = await device(server)
    await laptop.sign_up()
    tab = await laptop.tab('/own-button')
    counts: list[int] = []

    async with httpx.AsyncClient(base_url=server.url) as http:
        for _ in range(3):
            await expect(tab.button('Open account panel')).to_have_count(2)
            counts.append((await http.get('/counts')).json()['listeners'])
            server.sql("UPDATE session SET status = 'revoked'")
            await tab.signed_out()
            server.sql("UPDATE session SET status = 'active'")

    assert counts == [counts[0]] * 3
