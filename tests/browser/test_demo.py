"""The demo board: four tabs in one window."""

from __future__ import annotations

import pytest
from playwright.async_api import FrameLocator, expect

from tests.running import either_store

from .devices import MakeDevice, Tab, a_new_address

pytestmark = either_store

PANES = ('Tab 1', 'Tab 2', 'Tab 3', 'Tab 4')


def pane(tab: Tab, name: str) -> FrameLocator:
    return tab.page.frame_locator(f'iframe[title="{name}"]')


@pytest.mark.parametrize('width', [1280, 360])
async def test_a_click_in_one_pane_is_seen_in_all_and_so_is_the_next_sign_in(device: MakeDevice, width: int) -> None:
    laptop = await device(viewport={'width': width, 'height': 800})
    address = a_new_address()
    session_id = await laptop.sign_up(address, first_name='Ann')
    board = await laptop.tab('/demo')
    for name in PANES:
        await expect(pane(board, name).get_by_text(f'Active Session: {session_id}')).to_be_visible()

    await pane(board, 'Tab 3').get_by_role('button', name='Sign out').focus()
    await board.page.keyboard.press('Enter')
    for name in PANES:
        await expect(pane(board, name).get_by_text('You are signed out')).to_be_visible()
    await pane(board, 'Tab 2').get_by_role('link', name='Sign in').click()
    await board.fill(address)
    await board.page.keyboard.press('Enter')

    await expect(board.page).to_have_url(f'{board.url}/demo')
    for name in PANES:
        await expect(pane(board, name).get_by_text('Signed in as Ann')).to_be_visible()
    assert await board.page.evaluate('document.documentElement.scrollWidth <= innerWidth')


async def test_the_panes_follow_a_sign_in_in_another_tab(device: MakeDevice) -> None:
    laptop = await device()
    board = await laptop.tab('/demo')
    await expect(pane(board, 'Tab 1').get_by_text('You are signed out')).to_be_visible()
    form = await laptop.tab('/sign-up')

    await form.fill(a_new_address())
    await form.button('Sign up').click()

    for name in PANES:
        await expect(pane(board, name).get_by_text('Active Session: sess_')).to_be_visible()


async def test_the_address_is_copied_or_it_is_told_how_to(device: MakeDevice) -> None:
    laptop = await device(permissions=['clipboard-read', 'clipboard-write'])
    board, over_http = await laptop.tab('/demo'), await laptop.tab(None)
    await over_http.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    await over_http.open('/demo')

    await board.button('Copy').click()
    await over_http.button('Copy').click()

    await expect(board.page.get_by_role('status').filter(has_text='Copied.')).to_be_visible()
    await expect(over_http.page.get_by_role('status').filter(has_text='Copied.')).to_be_visible()
    assert await board.page.evaluate('navigator.clipboard.readText()') == f'{board.url}/demo'
    assert await over_http.page.evaluate('getSelection().toString()') == f'{board.url}/demo'


async def test_another_site_may_not_put_a_pane_into_a_frame(device: MakeDevice) -> None:
    laptop = await device()

    answer = await laptop.context.request.get(f'{laptop.url}/demo/pane')

    assert "frame-ancestors 'self'" in answer.headers['content-security-policy']
