"""The heart: every tab shows the end of a session, whoever ended it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import WebSocketRoute, expect

from models import SessionStatus
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, a_new_address, focus
from .test_why_signed_out import DISABLED, ENDED, HERE, says


@either_store
async def test_signing_out_in_one_tab_is_seen_in_the_other_without_a_reload_and_both_say_so(device: MakeDevice) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    left, right = await laptop.tab(), await laptop.tab('/account')
    await right.page.evaluate('window.not_reloaded = true')
    await left.shows(session_id)
    await right.shows(session_id)

    await left.button().click()

    for tab in (right, left):
        await says(tab, HERE)
    assert await right.page.evaluate('window.not_reloaded')
    await expect(right.button()).to_be_hidden()


async def test_a_session_ended_in_sql_by_another_program_leaves_the_screen_and_a_public_page_keeps_its_own_text(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, address = await device(), await device(), a_new_address()
    on_laptop, on_phone = await laptop.sign_up(address), await phone.sign_in(address)
    private, public = await laptop.tab('/account'), await laptop.tab()
    main = public.page.get_by_role('main')
    await expect(private.see(address).first).to_be_visible()
    await expect(main.get_by_role('heading', level=1)).to_be_visible()
    before = await main.locator('h1, h2').all_text_contents()
    await public.page.evaluate("document.querySelector('main h1').append(' SECRET')")

    shared_server.database.sql_elsewhere(f"UPDATE session SET status = 'revoked' WHERE id = '{on_laptop}'")

    for tab in (private, public):
        await says(tab, ENDED)
    assert address not in await private.text()
    assert on_laptop not in await private.text()
    await expect(main.get_by_role('link', name='Sign up')).to_be_visible()
    await expect(public.page.get_by_role('banner').get_by_role('link', name='Sign in')).to_be_visible()
    assert await main.locator('h1, h2').all_text_contents() == before
    there = (await (await phone.api('GET', '/client')).json())['response']
    assert there['last_active_session_id'] == on_phone


@either_store
async def test_a_disabled_user_is_gone_from_every_tab_of_every_device(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    tabs = [await laptop.tab('/account'), await phone.tab('/account')]
    for tab in tabs:
        await expect(tab.button()).to_be_visible()

    shared_server.sql('UPDATE user SET disabled = (1 = 1) WHERE email_address = ?', address)

    for tab in tabs:
        await says(tab, DISABLED)


@either_store
async def test_a_session_that_has_ended_in_any_way_leaves_the_screen_until_it_is_active_again(
        device: MakeDevice, shared_server: Server) -> None:
    """By a status, also by one that nobody knows, or without its row; a page gets nothing but for the cookie."""
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    asked: list[str] = []
    tab.page.on('request', lambda request: asked.append(request.url) if '/v1/client/tabs' in request.url else None)
    await tab.shows(session_id)

    for status in (SessionStatus.PENDING, 'sleeping'):
        shared_server.sql('UPDATE session SET status = ? WHERE id = ?', status, session_id)

        if status == SessionStatus.PENDING:
            await expect(tab.page.get_by_role('heading', name='Choose a new password')).to_be_visible()
            await expect(tab.see(session_id)).to_have_count(0)
        else:
            await tab.signed_out()
        asked.clear()
        shared_server.sql("UPDATE session SET status = 'active' WHERE id = ?", session_id)
        await tab.shows(session_id)
        assert asked or status == SessionStatus.PENDING, status  # nothing was pushed into a page that had lost it

    shared_server.sql('DELETE FROM session WHERE id = ?', session_id)
    await tab.signed_out()


@either_store
async def test_the_rest_of_the_page_goes_on_and_focus_goes_somewhere_sensible(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    await focus(tab.button())

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()

    await expect(tab.page.get_by_role('heading', name='You are signed out')).to_be_focused()
    await tab.page.get_by_role('link', name='Examples').click()
    await expect(tab.page.get_by_role('heading', name='Examples')).to_be_visible()
    await expect(tab.page.locator('.q-notification')).to_have_count(0)


@either_store
async def test_a_sign_in_while_a_tab_is_still_joining_its_socket_is_seen_there_too(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab(None)
    held: list[str | bytes] = []
    joined, released = asyncio.Event(), asyncio.Event()

    def hold_the_answer(socket: WebSocketRoute) -> None:
        """Keep from the page that it has joined, until it is released."""
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if str(message).startswith('4') and not released.is_set():
                held.append(message)
                joined.set()
            else:
                socket.send(message)

        server.on_message(pass_on)
        sockets.append(socket)

    sockets: list[WebSocketRoute] = []
    await tab.page.route_web_socket(re.compile('_nicegui_ws'), hold_the_answer)
    await tab.page.goto(tab.url)
    await joined.wait()

    session_id = await laptop.sign_up()
    await tab.page.evaluate("""() => new Promise((heard) => {  // after what the page does about it
        new BroadcastChannel('live-sessions').onmessage = heard;
        new BroadcastChannel('live-sessions').postMessage('new cookie');
    })""")
    released.set()
    for message in held:
        sockets[0].send(message)

    await tab.shows(session_id)


@either_store
async def test_a_click_in_the_account_panel_counts_though_activity_was_noted_when_it_opened(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(activity_interval_seconds=0.1)
    laptop = await device(server)
    await laptop.sign_up()
    tab = await laptop.tab()
    noted = server.sql('SELECT last_active_at FROM session')

    await tab.page.locator('.ls-user-button').click()
    sign_out = tab.page.get_by_role('dialog').get_by_role('button', name='Sign out', exact=True)
    await expect(sign_out).to_be_visible()

    async def is_noted() -> bool:
        return server.sql('SELECT last_active_at FROM session') != noted

    await tab.press_until(is_noted)  # the click on the button is, but where it came too soon after the opening
    await sign_out.click()

    await tab.signed_out()


@either_store
async def test_what_a_person_does_is_activity_and_an_open_page_is_not(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(speed=5, activity_interval_seconds=0.1)
    laptop = await device(server)
    await laptop.sign_up()
    tab = await laptop.tab(None)
    pings: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on(
        'framereceived', lambda frame: pings.append(str(frame)) if str(frame) == '2' else None))

    def last_active() -> list[Any]:
        return server.sql('SELECT last_active_at FROM session')

    signed_up = last_active()
    await asyncio.sleep(0.2)  # or it would be too soon to note the opening
    await tab.open('/account/security')
    field = tab.page.get_by_label('Current password')

    async def noted(act: Callable[[], Awaitable[None]]) -> list[Any]:
        """Do something until it is noted: nobody is told of all of it, or while the tab does not hear the server."""
        before = last_active()
        while last_active() == before:
            await act()
            await asyncio.sleep(0.05)
        return last_active()

    while last_active() == signed_up:  # the opening is noted in the background
        await asyncio.sleep(0.05)
    opened = last_active()
    await tab.page.mouse.move(100, 100)
    pinged = len(pings)
    while len(pings) < pinged + 2:
        await asyncio.sleep(0.05)
    await focus(field)
    await asyncio.sleep(0.5)  # as long as it would take to be noted
    focused = last_active()
    typed = await noted(lambda: field.press('a'))
    clicked = await noted(lambda: tab.page.mouse.click(5, 300))

    assert opened == focused
    assert focused < typed < clicked
