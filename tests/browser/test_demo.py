"""The demo board: four tabs in one window."""

from __future__ import annotations

import re

from playwright.async_api import FrameLocator, expect

from tests.running import either_store

from .devices import MakeDevice, Tab, a_new_address, focus

pytestmark = either_store

PANES = ('Tab 1', 'Tab 2', 'Tab 3', 'Tab 4')


def pane(tab: Tab, name: str) -> FrameLocator:
    return tab.page.frame_locator(f'iframe[title="{name}"]')


async def test_the_board_follows_a_sign_in_elsewhere_is_shared_follows_a_key_in_one_pane_and_leads_to_the_next_sign_in(
        device: MakeDevice) -> None:
    laptop = await device(permissions=['clipboard-read', 'clipboard-write'])
    address = a_new_address()
    board = await laptop.tab('/demo')
    for name in PANES:
        await expect(pane(board, name).get_by_text('You are signed out')).to_be_visible()

    await laptop.sign_up(address)
    await board.page.evaluate('new BroadcastChannel("live-sessions").postMessage("new cookie")')  # as a form does
    for name in PANES:
        await expect(pane(board, name).get_by_text(f'Signed in as {address}')).to_be_visible()
        await expect(pane(board, name).get_by_text('Active Session: sess_')).to_be_visible()

    for width in (1280, 360):
        await board.page.set_viewport_size({'width': width, 'height': 800})
        assert await board.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), width

    said = board.page.get_by_role('status').filter(has_text='Copied.')
    await board.button('Copy').click()
    await expect(said).to_be_visible()
    assert await board.page.evaluate('navigator.clipboard.readText()') == f'{board.url}/demo'
    await board.page.evaluate("""() => {
        Object.defineProperty(navigator, 'clipboard', {value: undefined}); // as over plain http
        getSelection().removeAllRanges();
        document.getElementById('demo-address').setSelectionRange(0, 0);
    }""")
    await board.button('Copy').click()
    await board.page.wait_for_function('getSelection().toString() === `${location.origin}/demo`')
    await expect(said).to_be_visible()

    await focus(pane(board, 'Tab 3').get_by_role('button', name='Sign out'))
    await board.page.keyboard.press('Enter')
    for name in PANES:
        await expect(pane(board, name).get_by_text('You are signed out')).to_be_visible()
    await pane(board, 'Tab 2').get_by_role('link', name='Sign in').click()
    await expect(board.page).to_have_url(re.compile(r'/sign-in\?redirect_url=%2Fdemo$'))
