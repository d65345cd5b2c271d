"""WCAG 2.2 AA, measured: on every page, signed out and in, in both themes, in forced colours, from right to left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Locator, expect

from tests.running import either_store
from tests.server import Server

from .accessibility import TEXT_SIZES, TEXT_SPACING, out_of_place, violations, weak_contrasts
from .devices import Device, MakeDevice, Tab, a_new_address

pytestmark = either_store

PUBLIC = ('/', '/sign-in', '/sign-in?redirect_url=/account', '/sign-up', '/sign-in/choose', '/sign-in/new-password',
          '/forgot-password', '/reset-password', '/sign-up/verify',
          '/demo', '/demo/pane?name=Tab', '/examples', '/examples/nextjs', '/examples/javascript', '/examples/expo',
          '/examples/swiftui', '/examples/android')
PRIVATE = ('/account', '/account/security', '/admin', '/admin/users/new', '/admin/sessions', '/admin/policy')
EVERYWHERE = PUBLIC + PRIVATE
themes = pytest.mark.parametrize('theme', ['light', 'dark'])

LARGE_PX = 64
"""A heading of this size need not become larger."""

Theme = Literal['light', 'dark']

LOOKS: tuple[tuple[Theme, Literal['none', 'active']], ...] = (
    ('light', 'none'), ('dark', 'none'), ('light', 'active'), ('dark', 'active'))


async def several_accounts(device: Device, server: Server) -> None:
    """Sign in three people, the last of them an administrator with a name that needs room."""
    for names in ({}, {'first_name': 'Bob'}, {'first_name': 'Annemarie', 'last_name': 'Example-Lindqvist'}):
        address = a_new_address()
        await device.sign_up(address, **names)
    server.sql('UPDATE user SET is_admin = (1 = 1) WHERE email_address = ?', address)


async def visits(device: Device, paths: tuple[str, ...]) -> AsyncIterator[Tab]:
    """Each page, one after the other, drawn to its end."""
    tab = await device.tab(None)
    for path in paths:
        await tab.open(path)
        await expect(tab.page.locator('.live-rows').get_by_text('Loading…')).to_have_count(0)
        yield tab


async def faults_of(tab: Tab) -> list[str]:
    where = tab.page.url.removeprefix(tab.url)
    return [f'{where}: {fault}' for fault in [*await violations(tab), *await weak_contrasts(tab)]]


async def faults_in_every_look(tab: Tab) -> list[str]:
    """In both themes, with and without forced colours."""
    found: list[str] = []
    for theme, forced in LOOKS:
        await tab.page.emulate_media(color_scheme=theme, forced_colors=forced)
        found += [f'{theme}, forced colours {forced}: {fault}' for fault in await faults_of(tab)]
    return found


async def test_every_page_holds_signed_out(device: MakeDevice) -> None:
    laptop = await device()

    faults = [fault async for tab in visits(laptop, PUBLIC) for fault in await faults_in_every_look(tab)]

    assert not faults, '\n'.join(faults)


async def test_every_page_holds_for_an_administrator_with_several_accounts(device: MakeDevice, shared_server: Server
                                                                           ) -> None:
    laptop = await device()
    await several_accounts(laptop, shared_server)

    faults = [fault async for tab in visits(laptop, EVERYWHERE) for fault in await faults_in_every_look(tab)]

    assert not faults, '\n'.join(faults)


@themes
async def test_states_hold(device: MakeDevice, shared_server: Server, fast_server: Server, theme: Theme) -> None:
    """The panel is open, a form is refused, a page is not there, is taken away, or is hidden."""
    laptop = await device(color_scheme=theme)
    await several_accounts(laptop, shared_server)
    faults: list[str] = []

    tab = await laptop.tab('/account')
    await tab.page.get_by_role('button', name='Account panel: ').click()
    await expect(tab.page.get_by_role('dialog').get_by_role('button').first).to_be_visible()
    faults += await faults_of(tab)
    await tab.open('/account/security')
    await tab.page.get_by_role('button', name='Change password').click()
    await expect(tab.page.locator('[aria-invalid=true]').first).to_be_visible()
    faults += await faults_of(tab)
    form = await laptop.tab('/sign-in')
    await form.fill('nobody@example.com', 'not the right one')
    await form.button('Sign in').click()
    await expect(form.page.locator('form .error:not(:empty)').first).to_be_visible()
    faults += await faults_of(form)
    await form.page.goto(f'{form.url}/nowhere')
    faults += await faults_of(form)
    form.complaints.clear()
    tab.complaints.clear()  # of the browser, about what was refused
    shared_server.sql("UPDATE session SET status = 'revoked'")
    await expect(tab.page.get_by_role('heading', name='You are signed out')).to_be_visible()
    faults += await faults_of(tab)
    lost = await (phone := await device(fast_server, color_scheme=theme)).tab(None)
    await phone.sign_up()
    await lost.open('/account')
    with fast_server.standing_still():
        await expect(lost.page.locator('#away')).to_be_visible()
        await lost.page.wait_for_timeout(100)
        faults += await violations(lost, whole=False)
    lost.forgive_the_network()

    assert not faults, '\n'.join(faults)


@pytest.mark.parametrize(('path', 'what', 'attribute', 'value'), [
    ('/account', 'header nav a[href="/account"]', 'aria-current', None),
    ('/account', '.tabs a[href="/account"]', 'aria-current', None),
    ('/sign-in', 'input[name=identifier]', 'aria-invalid', 'true'),
    ('/sign-in', 'form .button', 'disabled', ''),
    ('/admin', '.row .button >> nth=0', 'aria-disabled', 'true'),
    ('/sign-in', 'form .button', 'aria-busy', 'true'),
    ('/sign-in', 'form .button', 'aria-pressed', 'true')])
async def test_a_state_is_seen_in_forced_colours(device: MakeDevice, shared_server: Server, path: str, what: str,
                                                 attribute: str, value: str | None) -> None:
    laptop = await device(forced_colors='active', reduced_motion='reduce')
    await several_accounts(laptop, shared_server)
    tab = await laptop.tab(path)
    shown = tab.page.locator(what)
    await expect(shown).to_be_visible()
    before = await look_of(shown)

    await shown.evaluate('(one, [name, value]) => value === null ? one.removeAttribute(name) : '
                         'one.setAttribute(name, value)', [attribute, value])

    assert await look_of(shown) != before


async def look_of(element: Locator) -> bytes:
    """What is seen of an element, and of a little around it."""
    box = await element.bounding_box()
    assert box
    return await element.page.screenshot(animations='disabled', clip={
        'x': box['x'] - 3, 'y': box['y'] - 3, 'width': box['width'] + 6, 'height': box['height'] + 6})


async def test_each_theme_is_seen_to_be_chosen_in_forced_colours(device: MakeDevice) -> None:
    tab = await (await device(forced_colors='active')).tab()
    switch = tab.page.locator('[data-theme-switch]')
    looks: set[bytes] = set()

    for _ in range(3):
        looks.add(await look_of(switch))
        await switch.click()
        await tab.page.mouse.move(0, 300)

    assert len(looks) == 3


@pytest.mark.parametrize('width', [320, 1280])
async def test_from_right_to_left_nothing_is_out_of_place_and_the_panel_is_under_its_button(
        device: MakeDevice, shared_server: Server, width: int) -> None:
    laptop = await device(viewport={'width': width, 'height': 800})
    await several_accounts(laptop, shared_server)
    await laptop.context.add_init_script("document.addEventListener('readystatechange', () => "
                                         "document.documentElement.dir = 'rtl')")
    faults = [f'{tab.page.url}: {fault}' async for tab in visits(laptop, EVERYWHERE)
              for fault in await out_of_place(tab)]
    tab = await laptop.tab('/')

    button = tab.page.get_by_role('button', name='Account panel: ')
    await button.click()
    panel = tab.page.get_by_role('dialog', name='Account panel')
    await expect(panel.get_by_role('button').first).to_be_visible()
    under, over = await panel.bounding_box(), await button.bounding_box()

    assert not faults, '\n'.join(faults)
    assert under
    assert over
    assert under['y'] >= over['y'] + over['height'] - 2
    assert under['x'] <= over['x'] + over['width'] / 2 <= under['x'] + under['width']
    assert under['x'] >= 0
    assert under['x'] + under['width'] <= width
    assert (over['x'] + over['width'] / 2 < width / 2) is True  # the header is mirrored


@pytest.mark.parametrize('signed_in', [True, False])
async def test_with_wide_text_spacing_at_320_pixels_nothing_is_cut(device: MakeDevice, shared_server: Server,
                                                                   signed_in: bool) -> None:
    phone = await device(viewport={'width': 320, 'height': 800})
    if signed_in:
        await several_accounts(phone, shared_server)
    faults: list[str] = []

    async for tab in visits(phone, EVERYWHERE if signed_in else PUBLIC):
        await tab.page.add_style_tag(content=TEXT_SPACING)
        faults += [f'{tab.page.url}: {fault}' for fault in await out_of_place(tab)]

    assert not faults, '\n'.join(faults)


async def test_every_text_follows_the_font_size_of_the_browser(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(viewport={'width': 1280, 'height': 800})
    await several_accounts(laptop, shared_server)
    faults: list[str] = []

    async for tab in visits(laptop, EVERYWHERE):
        before = await tab.page.evaluate(TEXT_SIZES)
        await tab.page.add_style_tag(content='html { font-size: 200% }')  # as the browser's setting does
        after = dict(await tab.page.evaluate(TEXT_SIZES))
        faults += [f'{tab.page.url}: {what} {size} → {after.get(what)}' for what, size in before
                   if what in after and after[what] < min(1.6 * size, LARGE_PX)]
        faults += [f'{tab.page.url}: {fault}' for fault in await out_of_place(tab)]

    assert not faults, '\n'.join(faults)


async def test_a_page_may_be_told_to_move_nothing(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(reduced_motion='reduce')
    await several_accounts(laptop, shared_server)

    moving = [f'{tab.page.url}: {what}' async for tab in visits(laptop, EVERYWHERE) for what in await tab.page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter((one) => one.checkVisibility() && (parseFloat(getComputedStyle(one).transitionDuration) > 0
                || getComputedStyle(one).scrollBehavior === 'smooth')).map((one) => one.outerHTML.slice(0, 100))""")]

    assert moving == []
