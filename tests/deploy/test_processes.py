"""Processes come and go behind nginx: tabs that lose theirs come back by themselves, with what is true then."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.devices import Tab, a_new_address

from .people import somebody_on_both
from .site import ROUTE, Devices, Site

A_REPLACED_PAGE = 'window.did_handshake === true && !window.old_page'


async def mark(tab: Tab) -> None:
    """Mark the document, so that a new one can be told from it."""
    await tab.page.evaluate('window.old_page = true')


async def is_marked(tab: Tab) -> bool:
    return await tab.page.evaluate('window.old_page === true')


async def comes_back(tab: Tab) -> None:
    """Wait until the tab has a new page, from another process or from one that was started anew."""
    await tab.page.wait_for_function(A_REPLACED_PAGE)
    tab.forgive_the_network()


async def test_a_sign_out_in_one_process_is_seen_in_the_tabs_of_the_other(device: Devices, site: Site) -> None:
    person = await somebody_on_both(device, site)

    assert (await person.laptop.api('POST', '/me/sessions/revoke_others')).ok

    await person.second.signed_out()
    assert person.address not in await person.second.text()
    await person.first.shows(person.on_first)


async def test_two_tabs_of_one_browser_may_be_on_two_processes(device: Devices, site: Site) -> None:
    laptop = await device(on=site.first)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    here = await laptop.tab()
    await here.shows(session_id)
    await laptop.context.clear_cookies(name=ROUTE)
    while await site.process_of(laptop.context.request.get) is site.first:
        await laptop.context.clear_cookies(name=ROUTE)
    there = await laptop.tab('/account')
    await there.shows(session_id)

    await here.button().click()

    await there.signed_out()
    assert address not in await there.text()


async def test_a_process_that_is_stopped_hands_its_tabs_to_the_other_and_takes_them_back(
        device: Devices, site: Site) -> None:
    person = await somebody_on_both(device, site)
    await mark(person.first)
    await mark(person.second)

    site.first.stop()
    try:
        await comes_back(person.first)
        await person.first.shows(person.on_first)
        await expect(person.first.page).to_have_url(f'{person.first.url}/account')
        assert await is_marked(person.second)
    finally:
        await site.first.start()
    assert await site.process_of(person.laptop.context.request.get) is site.first
    # So the tab has to re-authenticate, at a process that does not know it:
    bob = await person.laptop.sign_up(first_name='Bob')

    await person.first.shows(bob)
    await person.second.shows(person.on_second)
    complaints = person.first.complaints
    complaints[:] = [complaint for complaint in complaints if 'status of 404' not in complaint]


async def test_a_process_that_is_killed_takes_no_end_with_it(device: Devices, site: Site) -> None:
    person = await somebody_on_both(device, site)
    await mark(person.first)

    site.first.kill()
    try:
        assert (await person.phone.api('POST', '/me/sessions/revoke_others')).ok
        await comes_back(person.first)
        await person.first.signed_out()
        assert person.address not in await person.first.text()
    finally:
        await site.first.start()

    await person.second.shows(person.on_second)
    assert site.status(person.on_first) == 'revoked'


async def test_a_rolling_restart_signs_nobody_out(device: Devices, site: Site) -> None:
    person = await somebody_on_both(device, site)

    for process in site.processes:
        tab = person.first if await site.process_of(person.laptop.context.request.get) is process else person.second
        await mark(tab)
        process.stop()
        await process.start()
        await comes_back(tab)
        await person.first.shows(person.on_first)
        await person.second.shows(person.on_second)

    assert (await person.laptop.api('POST', '/me/sessions/revoke_others')).ok
    await person.second.signed_out()
    await person.first.shows(person.on_first)


async def test_two_administrators_who_end_one_session_at_once_make_one_event_and_no_error(
        device: Devices, site: Site) -> None:
    phone = await device()
    victim = a_new_address()
    session_id = await phone.sign_up(victim)
    tabs = []
    for process in site.processes:
        laptop = await device(on=process)
        address = a_new_address()
        await laptop.sign_up(address)
        site.sql('UPDATE user SET is_admin = 1 WHERE email_address = ?', address)
        tab = await laptop.tab('/admin/sessions')
        await tab.page.get_by_role('searchbox').fill(victim)
        tabs.append(tab)
    buttons = [tab.page.get_by_role('button', name=f'Sign out of session: {victim}') for tab in tabs]
    for button in buttons:
        await expect(button).to_be_visible()

    handles = [await button.element_handle() for button in buttons]  # one click may take the other button away

    await asyncio.gather(*[handle.evaluate('(button) => button.click()') for handle in handles if handle])

    for tab in tabs:
        await expect(tab.see('No session was found.')).to_be_visible()
    assert site.sql("SELECT status, count(*) FROM session JOIN audit_event ON session_id = session.id "
                    "WHERE action = 'revoked' AND session.id = ? GROUP BY status", session_id) == [('revoked', 1)]


async def test_tabs_come_back_when_nginx_was_away(device: Devices, site: Site) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    site.nginx.stop()
    try:
        await expect(tab.see(address).first).to_be_hidden()
    finally:
        await site.nginx.start()

    await tab.shows(session_id)
    await expect(tab.see(address).first).to_be_visible()
    tab.forgive_the_network()
