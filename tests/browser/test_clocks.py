"""Clocks that are set or stand still, and pages that were asked for long before they are looked at."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Route, expect

from auth.timing import DEFAULT_TIMING
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, a_new_address

pytestmark = either_store

# What a browser's clocks may do from one moment on: the one that can be set, and the one that may stand still.
CLOCKS = {
    'set back': 'const now = Date.now; Date.now = () => now() - 10_000;',
    'set back a little': 'const now = Date.now; Date.now = () => now() - 900;',
    'stopped': 'const at = Date.now(); Date.now = () => at;',
    'set back again and again': 'const now = Date.now, since = now(); Date.now = () => since - (now() - since);',
    'asleep': 'const at = performance.now(); performance.now = () => at;',
}

# The clocks as they are. With the next ping at the latest, the tab has noticed that they were set, and is away for it.
AS_THEY_ARE = '''() => new Promise((pinged) => {
    window.asTheyAre ??= [Date.now, performance.now];
    [Date.now, performance.now] = window.asTheyAre;
    window.socket.io.once('ping', pinged);
})'''
IS_SHOWN_SOON = '''async (text) => {
    let isSoon = true;
    setTimeout(() => isSoon = false, 500);
    while (isSoon) {
        if (document.body.innerText.includes(text)) return true;
        await new Promise(requestAnimationFrame);
    }
    return false;
}'''


async def test_whatever_the_clocks_do_a_tab_that_hears_nothing_hides_what_is_private(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    for clock, script in CLOCKS.items():
        await tab.page.evaluate(AS_THEY_ARE)
        await expect(tab.see(address).first, clock).to_be_visible()
        await tab.page.evaluate(script)

        with fast_server.standing_still():
            await tab.page.wait_for_function('!window.socket.connected')  # it was not just slow
            await expect(tab.see(address).first, clock).to_be_hidden()
            assert not await tab.page.evaluate(IS_SHOWN_SOON, address), clock

        await expect(tab.see(address).first, clock).to_be_visible()
    tab.forgive_the_network()


async def test_a_clock_that_is_set_hides_nothing_for_long_and_keeps_no_activity_from_the_server(device: MakeDevice
                                                                                                ) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab()

    for seconds in (-3600, 3600):
        await tab.page.evaluate('''(ms) => {
            window.wasAway = false;
            new MutationObserver(() => { window.wasAway ||= document.documentElement.matches('.ls-away'); })
                .observe(document.documentElement, {attributeFilter: ['class']});
            const now = Date.now;
            Date.now = () => now() + ms;
        }''', 1000 * seconds)
        await tab.page.wait_for_function('window.wasAway')

        await expect(tab.page.locator('html')).not_to_have_class(re.compile('away'))
        await tab.shows(session_id)
    await tab.page.keyboard.press('Shift')
    await tab.page.evaluate('''() => {
        const now = Date.now, steady = performance.now.bind(performance);
        Date.now = () => now() - 3_600_000;
        performance.now = () => steady() + 6000;
        window.told = 0;
        const emit = window.socket.emit.bind(window.socket);
        window.socket.emit = (name, ...more) => {
            if (name === 'activity') window.told += 1;
            return emit(name, ...more);
        };
    }''')

    while not await tab.page.evaluate('window.told'):  # not while it connects anew, as it may after such a leap
        await tab.page.keyboard.press('Shift')


JOINS_BEFORE_IT_LOOKS = 'const often = setInterval; window.setInterval = (act, ms) => often(act, ms + 60_000);'
"""A page has joined its socket before it looks at the time for once, as it may be on a fast machine."""


async def test_a_page_that_came_late_has_lost_nothing_and_is_shown_by_the_first_word(device: MakeDevice) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab(None)
    asked: list[str] = []
    tab.page.on('request', lambda request: asked.append(request.url) if request.url.endswith('/tabs') else None)
    await tab.page.add_init_script(JOINS_BEFORE_IT_LOOKS)

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(DEFAULT_TIMING.deaf_after_seconds + 0.2)
        await route.fulfill(response=answer)

    await tab.page.route(f'{tab.url}/', answer_late)
    await tab.page.goto(tab.url)

    await tab.shows(session_id)
    assert asked == []


FETCH_AHEAD = """(how) => {
    const rules = JSON.stringify({[how]: [{urls: ['/account'], eagerness: 'immediate'}]});
    document.head.append(how === 'link'
        ? Object.assign(document.createElement('link'), {rel: 'prefetch', href: '/account'})
        : Object.assign(document.createElement('script'), {type: 'speculationrules', textContent: rules}));
}"""


async def test_a_page_that_was_fetched_ahead_shows_who_is_here_when_it_is_opened(device: MakeDevice) -> None:
    laptop = await device(bypass_csp=True)  # or the page would not take the rules
    tab = await laptop.tab('/examples')
    seen: list[int] = []
    laptop.context.on('response', lambda answer: answer.url.endswith('/account') and seen.append(answer.status))

    for how in ('link', 'prefetch', 'prerender'):
        await laptop.sign_up()
        seen.clear()
        await tab.page.evaluate(FETCH_AHEAD, how)
        while not seen:
            await asyncio.sleep(0.05)
        assert seen == [503], how
        assert (await laptop.api('DELETE', '/client/sessions')).ok
        await tab.page.evaluate("window.location.assign('/account')")

        await expect(tab.page).to_have_url(re.compile('/sign-in')), how
        await tab.live()
        tab.forgive_the_network()
