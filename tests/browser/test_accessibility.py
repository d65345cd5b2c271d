"""WCAG 2.2 AA, measured: on every page, signed out and in, in both themes, in forced colours, from right to left."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Locator, expect

from tests.running import either_store
from tests.server import Server

from .accessibility import MOVING, TEXT_SIZES, TEXT_SPACING, out_of_place, violations, weak_contrasts
from .devices import Device, MakeDevice, Tab, a_new_address

pytestmark = either_store

PAGES = '/', '/sign-in/choose', '/demo'
PANE = '/demo/pane?name=Tab'  # which stands alone: no link of the app leads there, or from there
FORMS = ('/sign-in', '/sign-in?redirect_url=/account', '/sign-up', '/sign-up/verify', '/forgot-password',
         '/reset-password', '/sign-in/new-password')
EXAMPLES = ('/examples/nextjs', '/examples/javascript', '/examples/expo', '/examples/ios', '/examples/android')
ACCOUNT = '/account', '/account/security'
ADMINISTRATION = ('/admin', '/admin/users/new', '/admin/sessions', '/admin/policy', '/admin/invitations',
                  '/admin/invitations/made')

LARGE_PX = 64
"""A heading of this size need not become larger."""

Theme = Literal['light', 'dark']
THEMES: tuple[Theme, ...] = ('light', 'dark')
BIG, SMALL = 1280, 320  # how wide a screen is
LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorffwelchevoraltern'

SET = """(one, [name, value]) => value === null ? one.removeAttribute(name) : one.setAttribute(name, value)"""


async def several_accounts(device: Device, server: Server) -> None:
    """Sign in three people, the last of them an administrator with a name and an address that need room."""
    long_address = f'{LONG_NAME}{a_new_address().replace("@", f"@{LONG_NAME}.")}'.lower()
    for address, names in ((a_new_address(), {}), (a_new_address(), {'first_name': 'Bob'}),
                           (long_address, {'first_name': LONG_NAME, 'last_name': 'Example-Lindqvist'})):
        await device.sign_up(address, **names)
    server.sql('UPDATE user SET is_admin = (1 = 1) WHERE email_address = ?', long_address)


async def weak_contrasts_in(tab: Tab, theme: Theme, forced: Literal['none', 'active'] = 'none') -> list[str]:
    """What of a page cannot be told from what is behind it."""
    await tab.page.emulate_media(color_scheme=theme, forced_colors=forced)
    return [f'{theme}, forced colours {forced}: {fault}' for fault in await weak_contrasts(tab)]


async def faults_in_both_themes(tab: Tab, *, whole: bool = True) -> list[str]:
    """What axe-core says, and the contrasts; axe-core looks at one theme, since others differ in colours only.

    Of the words that it would measure, weak_contrasts() measures each, and comes to the same.
    """
    weak = [*await weak_contrasts_in(tab, 'dark'), *await weak_contrasts_in(tab, 'light')]
    return [*weak, *await violations(tab, whole=whole, contrasts=False)]


async def faults_in_all_colours(tab: Tab) -> list[str]:
    """The same, and the contrasts in the colours that a system forces on a page."""
    forced = [fault for theme in THEMES for fault in await weak_contrasts_in(tab, theme, 'active')]
    return [*await faults_in_both_themes(tab), *forced]


async def letters_of_twice_the_size(tab: Tab) -> list[str]:
    """Which texts do not follow the font size of the browser, and what has no place then."""
    before = await tab.page.evaluate(TEXT_SIZES)
    style = await tab.page.add_style_tag(content='html { font-size: 200% }')  # as the browser's setting does
    after = dict(await tab.page.evaluate(TEXT_SIZES))
    found = [f'{what} {size} → {after.get(what)}' for what, size in before
             if what in after and after[what] < min(1.6 * size, LARGE_PX)] + await out_of_place(tab)
    await style.evaluate('(style) => style.remove()')
    return found


async def from_right_to_left(tab: Tab) -> list[str]:
    await tab.page.evaluate("document.documentElement.dir = 'rtl'")
    found = await out_of_place(tab)
    await tab.page.evaluate("document.documentElement.dir = 'ltr'")
    return found


async def has_width(tab: Tab, width: int) -> None:
    """Give a tab the width of another screen."""
    await tab.page.set_viewport_size({'width': width, 'height': 800})
    await tab.page.wait_for_function('(width) => innerWidth === width', arg=width)


async def faults_of(tab: Tab) -> list[str]:
    """All that is wrong with a page, in every look; it is left as it was found.

    The colours that a system forces on a page are its own, the same on each page: the dark ones are looked at on
    each, and the light ones where states are.
    """
    found = [*await faults_in_both_themes(tab), *await weak_contrasts_in(tab, 'dark', 'active')]
    await tab.page.emulate_media(color_scheme='light', forced_colors='none', reduced_motion='reduce')
    found += [f'it moves: {fault}' for fault in await tab.page.evaluate(MOVING)]
    await tab.page.emulate_media(reduced_motion='no-preference')
    found += [f'letters of twice the size: {fault}' for fault in await letters_of_twice_the_size(tab)]
    found += [f'from right to left: {fault}' for fault in await from_right_to_left(tab)]
    await has_width(tab, SMALL)
    found += await faults_on_a_small_screen(tab)
    await has_width(tab, BIG)
    return [f'{tab.page.url.removeprefix(tab.url)}: {fault}' for fault in found]


async def faults_on_a_small_screen(tab: Tab) -> list[str]:
    """What has no place there, as it is, from right to left, and with a style sheet of the person's own."""
    found = [f'{SMALL} wide: {fault}' for fault in await out_of_place(tab)]
    found += [f'from right to left, {SMALL} wide: {fault}' for fault in await from_right_to_left(tab)]
    style = await tab.page.add_style_tag(content=TEXT_SPACING)
    found += [f'wide spacing, {SMALL} wide: {fault}' for fault in await out_of_place(tab)]
    await style.evaluate('(style) => style.remove()')
    return found


async def go_to(tab: Tab, path: str) -> None:
    """Show a page whole. By a link, as far as that can be: what measures it is loaded only once then."""
    await (tab.follow(path) if tab.page.url.startswith(tab.url) and path != PANE else tab.open(path))
    await expect(tab.page.locator('.ls-live-rows').get_by_text('Loading…')).to_have_count(0)


@pytest.mark.parametrize(('paths', 'signed_in'), [
    pytest.param((*PAGES, PANE), False, id='pages to a stranger'),
    pytest.param(FORMS, False, id='forms to a stranger'),
    pytest.param((*PAGES, '/sign-in', *ACCOUNT, PANE), True, id='pages to a person'),
    pytest.param(('/examples', *EXAMPLES), True, id='examples to a person'),
    pytest.param(ADMINISTRATION, True, id='administration to a person')])
async def test_every_page_holds_in_every_look(
        device: MakeDevice, shared_server: Server, paths: tuple[str, ...], signed_in: bool) -> None:
    """In both themes, forced colours, without motion, with large letters, from right to left, on a small screen.

    The forms, but the one to sign in, are the same to everybody. So are the examples, but for a line and a button
    that the start page has, too: that these hold there as well is in the next test.
    """
    laptop = await device(viewport={'width': BIG, 'height': 800})
    if signed_in:
        await several_accounts(laptop, shared_server)
    tab = await laptop.tab(None)
    faults: list[str] = []

    for path in paths:
        await go_to(tab, path)
        faults += await faults_of(tab)

    assert not faults, '\n'.join(faults)


async def test_every_example_holds_to_a_stranger(device: MakeDevice) -> None:
    tab = await (await device(viewport={'width': SMALL, 'height': 800})).tab(None)
    faults: list[str] = []

    for path in EXAMPLES:
        await go_to(tab, path)
        await expect(tab.page.get_by_role('main').get_by_role('link', name='Sign in')).to_be_visible()
        found = [*await faults_in_both_themes(tab), *await faults_on_a_small_screen(tab)]
        faults += [f'{path}: {fault}' for fault in found]

    assert not faults, '\n'.join(faults)


async def test_states_hold(device: MakeDevice, fast_server: Server) -> None:
    """A form is refused, a page is not there, the panel is open, a page is hidden, or is taken away."""
    laptop = await device(fast_server)
    faults: list[str] = []

    tab = await laptop.tab('/sign-in')
    await tab.fill('nobody@example.com', 'not the right one')
    await tab.button('Sign in').click()
    await expect(tab.page.locator('form .ls-error:not(:empty)').first).to_be_visible()
    faults += await faults_in_both_themes(tab)
    await tab.page.goto(f'{tab.url}/nowhere')
    faults += await faults_in_both_themes(tab)
    await several_accounts(laptop, fast_server)
    await tab.open('/account')
    await tab.page.get_by_role('button', name='Account panel: ').click()
    await expect(tab.page.get_by_role('dialog').get_by_role('button').first).to_be_visible()
    faults += await faults_in_both_themes(tab)
    await tab.page.keyboard.press('Escape')
    await tab.follow('/account/security')
    await tab.page.get_by_role('button', name='Change password').click()
    await expect(tab.page.locator('[aria-invalid=true]').first).to_be_visible()
    faults += await faults_in_both_themes(tab)
    tab.complaints.clear()  # of the browser, about what was refused
    with fast_server.standing_still():
        await expect(tab.page.locator('#ls-away')).to_be_visible()
        faults += await faults_in_both_themes(tab, whole=False)
    tab.forgive_the_network()
    await tab.hears_again()
    fast_server.sql("UPDATE session SET status = 'revoked'")
    await expect(tab.page.get_by_role('heading', name='You are signed out')).to_be_visible()
    faults += await faults_in_both_themes(tab)

    assert not faults, '\n'.join(faults)


STATES: dict[str, dict[str, list[tuple[str, str | None]]]] = {
    '/account': {'header nav a[href="/account"]': [('aria-current', None)],
                 '.ls-tabs a[href="/account"]': [('aria-current', None)]},
    '/sign-in': {'input[name=identifier]': [('aria-invalid', 'true')],
                 'form .ls-button': [('disabled', ''), ('aria-busy', 'true'), ('aria-pressed', 'true')]},
    '/admin': {'.ls-row .ls-button >> nth=0': [('aria-disabled', 'true')]}}


async def test_states_are_seen_in_forced_colours(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(forced_colors='active', reduced_motion='reduce')
    await several_accounts(laptop, shared_server)
    tab = await laptop.tab('/')
    switch = tab.page.locator('[data-theme-switch]')
    themes: set[bytes] = set()
    unseen: list[tuple[str, str]] = []
    weak: list[str] = []

    for _ in range(3):
        themes.add(await look_of(switch))
        await switch.click()
        await tab.page.mouse.move(0, 300)
    for path, states in STATES.items():
        await tab.follow(path)
        for what, attributes in states.items():
            shown = tab.page.locator(what)
            await expect(shown).to_be_visible()
            for attribute, value in attributes:
                before, had = await look_of(shown), await shown.get_attribute(attribute)
                await shown.evaluate(SET, [attribute, value])
                if await look_of(shown) == before:
                    unseen.append((what, attribute))
                await shown.evaluate(SET, [attribute, had])
        weak += await weak_contrasts(tab)
        await tab.page.evaluate('scrollTo(0, 0)')  # where each control was focused

    assert (len(themes), unseen, weak) == (3, [], [])


async def look_of(element: Locator) -> bytes:
    """What is seen of an element, and of a little around it."""
    box = await element.bounding_box()
    assert box
    return await element.page.screenshot(animations='disabled', clip={
        'x': box['x'] - 3, 'y': box['y'] - 3, 'width': box['width'] + 6, 'height': box['height'] + 6})


async def test_from_right_to_left_the_panel_is_under_its_button(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await several_accounts(laptop, shared_server)
    await laptop.context.add_init_script("document.addEventListener('readystatechange', () => "
                                         "document.documentElement.dir = 'rtl')")
    tab = await laptop.tab()
    button = tab.page.get_by_role('button', name='Account panel: ')
    panel = tab.page.get_by_role('dialog', name='Account panel')

    for width in (SMALL, BIG):
        await has_width(tab, width)
        await button.click()
        await expect(panel.get_by_role('button').first).to_be_visible()
        under, over = await panel.bounding_box(), await button.bounding_box()

        assert under
        assert over
        assert under['y'] >= over['y'] + over['height'] - 2
        assert under['x'] <= over['x'] + over['width'] / 2 <= under['x'] + under['width']
        assert under['x'] >= 0
        assert under['x'] + under['width'] <= width
        assert (over['x'] + over['width'] / 2 < width / 2) is True  # the header is mirrored
        assert await out_of_place(tab) == []
        await tab.page.keyboard.press('Escape')
