"""The card in place of a page whose connection is lost, and its button."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, Tab, a_new_address, focus
from .watching import watch

pytestmark = either_store

HIDDEN = 'Connection lost. This page is hidden until it is back.'
READABLE = 'Connection lost. Reconnecting…'

NOT_BY_ITSELF = '''() => {
    window.socket.io.reconnectionDelay(3_600_000);
    window.socket.io.reconnectionDelayMax(3_600_000);
    window.socket.io.engine.close();
}'''

# Whether the button is busy, and what is said, whenever the latter changes.
NOTE_WHAT_IT_TELLS = '''() => {
    const told = document.querySelector('#ls-away [role=status]'), button = document.querySelector('#ls-away button');
    window.told = [];
    new MutationObserver(() => window.told.push(`${button.getAttribute('aria-busy')} ${told.textContent}`))
        .observe(told, {subtree: true, childList: true, characterData: true});
}'''

# For how many ms the page was hidden at most.
NOTE_HOW_LONG = '''() => {
    let since = null;
    window.longest = 0;
    new MutationObserver(() => {
        const isAway = document.documentElement.matches('.ls-away');
        if (isAway) since ??= performance.now();
        if (since !== null) window.longest = Math.max(window.longest, performance.now() - since);
        if (!isAway) since = null;
    }).observe(document.documentElement, {attributeFilter: ['class']});
}'''
SEEN_AFTER_MS = 400
"""A card that is shown then would only flicker for a shorter absence."""


def card(tab: Tab) -> Locator:
    return tab.page.locator('#ls-away')


def try_now(tab: Tab) -> Locator:
    return card(tab).get_by_role('button', name='Try now')


async def fits(tab: Tab) -> None:
    """See that the card is within the window, be it narrow or wide."""
    for width in (320, 1280):
        await tab.page.set_viewport_size({'width': width, 'height': 480})
        box = await card(tab).bounding_box()
        assert box
        assert box['x'] >= 0, width
        assert box['x'] + box['width'] <= width, width
        assert box['y'] + box['height'] <= 480, width
        assert await tab.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), width


async def signed_in_at(device: MakeDevice, server: Server, path: str = '/account') -> tuple[Device, Tab]:
    laptop = await device(server)
    await laptop.sign_up(first_name='Ann')
    tab = await laptop.tab(path)
    await expect(tab.page.locator('.ls-person')).to_have_text('Ann')
    return laptop, tab


async def test_the_card_says_what_is_the_matter_once_and_its_button_what_comes_of_it(
        device: MakeDevice, fast_server: Server) -> None:
    _, tab = await signed_in_at(device, fast_server)
    alert, told = card(tab).get_by_role('alert'), card(tab).get_by_role('status')
    await tab.page.evaluate('''() => {
        window.alerts = 0;
        new MutationObserver(() => window.alerts++).observe(document.querySelector('#ls-away [role=alert]'),
            {subtree: true, childList: true, characterData: true});
    }''')

    with fast_server.standing_still():
        await expect(alert).to_have_text(HIDDEN, use_inner_text=True)
        await expect(tab.page.get_by_role('navigation', name='Pages')).to_be_visible()
        await tab.page.evaluate(NOTE_WHAT_IT_TELLS)
        await try_now(tab).click()
        await expect(told).to_have_text('Still no connection. It is tried again by itself.')
        await expect(try_now(tab)).not_to_have_attribute('aria-busy', 'true')
        assert await tab.page.evaluate('window.told') == ['true Trying…', 'null Still no connection. '
                                                          'It is tried again by itself.']
        await fits(tab)

    await expect(card(tab)).to_be_hidden()
    await expect(tab.page.get_by_label('First name')).to_have_value('Ann')
    assert not await tab.page.evaluate('window.alerts')
    tab.forgive_the_network()


async def test_the_button_connects_at_once_and_the_focus_comes_back_to_where_it_was(
        device: MakeDevice, fast_server: Server) -> None:
    _, tab = await signed_in_at(device, fast_server)
    field, save = tab.page.get_by_label('Last name'), tab.button('Save')

    await focus(save)
    await tab.page.evaluate(NOT_BY_ITSELF)
    await try_now(tab).click()  # a pointer on the button does not lose the focus
    await expect(card(tab)).to_be_hidden()
    await expect(save).to_be_focused()

    await field.fill('Example')
    await tab.page.evaluate(NOT_BY_ITSELF)
    await expect(card(tab)).to_be_focused()
    await tab.page.keyboard.press('Tab')
    await expect(try_now(tab)).to_be_focused()
    await tab.page.keyboard.press('Enter')
    await expect(card(tab)).to_be_hidden()
    await expect(field).to_be_focused()
    await expect(field).to_have_value('Example')
    await expect(card(tab).locator('[role=status]')).to_have_text('')


async def test_without_its_script_the_button_loads_the_page_anew(device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    await laptop.sign_up()
    tab = await laptop.tab(None)
    await tab.page.route(re.compile('/live.js$'), lambda route: route.abort())
    await tab.open('/account')
    await expect(card(tab).get_by_role('alert')).to_have_text(HIDDEN, use_inner_text=True)
    await tab.page.unroute_all()

    await try_now(tab).click()

    await expect(tab.see('Active Session')).to_be_visible()
    await expect(card(tab)).to_be_hidden()
    tab.complaints.clear()


async def test_a_page_that_holds_nothing_of_anybody_stays_readable(device: MakeDevice, fast_server: Server) -> None:
    tab = await (await device(fast_server)).tab('/sign-in')
    await tab.page.get_by_label('Email address').fill('ann@example.com')

    with fast_server.standing_still():
        await expect(card(tab).get_by_role('alert')).to_have_text(READABLE, use_inner_text=True)
        await expect(tab.page.get_by_label('Email address')).to_be_visible()
        await expect(tab.page.get_by_label('Email address')).to_be_focused()
        await fits(tab)

    await expect(card(tab)).to_be_hidden()
    tab.forgive_the_network()


async def test_what_is_public_on_a_public_page_is_not_covered(device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    await laptop.sign_up()
    tab = await laptop.tab()
    note = tab.page.locator('main.ls-content h1')
    await note.evaluate("(note) => { note.dataset.public = '' }")  # as an author marks it

    await tab.page.evaluate(NOT_BY_ITSELF)
    await expect(card(tab)).to_be_visible()

    await expect(note).to_be_visible()
    above, below = await note.bounding_box(), await card(tab).bounding_box()
    assert above
    assert below
    assert above['y'] + above['height'] < below['y']


async def test_a_moment_without_a_connection_shows_no_card_and_a_panel_is_not_in_the_way_of_the_one_that_comes_later(
        device: MakeDevice, shared_server: Server) -> None:
    _, tab = await signed_in_at(device, shared_server)  # no faster: a tab that is deaf for a moment closes its dialogs
    watching = await watch(tab)
    await tab.page.evaluate(NOTE_HOW_LONG)

    for _ in range(3):
        socket = await tab.page.evaluate('window.socket.id')
        await tab.page.evaluate('window.socket.io.engine.close()')
        await tab.page.wait_for_function('(before) => window.socket.connected && window.socket.id !== before',
                                         arg=socket)
        await expect(tab.page.locator('html')).not_to_have_class(re.compile('away'))

    longest = await tab.page.evaluate('window.longest')
    assert longest
    assert not await watching.ever_saw('Connection lost') or longest >= SEEN_AFTER_MS  # on a busy machine

    await tab.page.get_by_role('button', name='Account panel: ').click()
    panel = tab.page.get_by_role('dialog', name='Account panel')
    await expect(panel.get_by_role('button', name='Sign out')).to_be_visible()
    await tab.page.evaluate(NOT_BY_ITSELF)
    await try_now(tab).click()

    await expect(card(tab)).to_be_hidden()
    await expect(panel).to_be_hidden()


async def test_a_page_waits_for_its_server_however_often_its_socket_times_out(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.page.evaluate('''() => {
        window.timeouts = 0;
        window.socket.io.timeout(300);
        window.socket.io.reconnectionDelayMax(100);
        window.socket.on('connect_error', () => window.timeouts++);
    }''')
    loads: list[str] = []
    tab.page.on('request', lambda request: loads.append(request.url) if request.is_navigation_request() else None)

    with fast_server.standing_still():
        await tab.page.wait_for_function('window.timeouts > 5')
        assert loads == []
        await expect(card(tab)).to_be_visible()
        await tab.page.evaluate('window.socket.io.timeout(20000)')

    await expect(tab.see(address).first).to_be_visible()
    tab.forgive_the_network()


async def test_the_card_fits_every_window_in_a_language_of_longer_words(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server, locale='de')
    tab = await laptop.tab('/sign-in')
    await tab.page.evaluate(NOT_BY_ITSELF)
    await expect(card(tab)).to_be_visible()
    await fits(tab)  # beside what can still be read

    await laptop.sign_up()
    await tab.open('/account')
    await tab.page.evaluate(NOT_BY_ITSELF)
    await expect(card(tab)).to_be_visible()
    await fits(tab)  # in place of what is hidden
