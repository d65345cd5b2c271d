"""The script that a page loads: what is private is hidden if it does not come, and none of two versions meet."""

from __future__ import annotations

import re

from playwright.async_api import Route, expect

from tests.http import patient_client
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, a_new_address
from .watching import watch

pytestmark = either_store

TRIES = 10
SCRIPT = re.compile('/live.js$')


async def cut_off(route: Route) -> None:
    answer = await route.fetch()
    body = await answer.text()
    await route.fulfill(response=answer, body=body[:len(body) // 2])


async def let_the_last_module_fail(route: Route) -> None:
    answer = await route.fetch()
    body = await answer.text()
    assert body.count('window.liveSessions = {') == 1
    await route.fulfill(response=answer, body=body.replace('window.liveSessions = {',
                                                           'throw new Error("broken"); window.liveSessions = {'))


async def test_a_page_whose_script_does_not_come_whole_hides_what_is_private_and_does_not_show_it_again(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    await laptop.sign_up(address)
    tab, watching = await laptop.tab(None), None
    for fault in (cut_off, let_the_last_module_fail):
        await tab.page.unroute_all()
        await tab.page.route(SCRIPT, fault)

        for attempt in range(TRIES):
            name = f'Anna {fault.__name__} {attempt}'
            await tab.open('/account')
            await expect(tab.page.locator('#ls-away')).to_be_visible()
            await expect(tab.see(address).first).to_be_hidden()
            watching = watching or await watch(tab)
            await watching.last_saw(address)
            watching.seen.clear()  # of what was seen before it was hidden
            fast_server.sql('UPDATE user SET first_name = ? WHERE email_address = ?', name, address)
            # One that fell to Loading while the server had much to do stays there without its script.
            end = await tab.value_once("""(name) => document.querySelector('[data-here~=loading]')
                ? 'loading' : document.querySelector('.ls-person')?.textContent.trim() === name && 'named'""", name)
            if end == 'named':
                break
        else:
            raise AssertionError('it was never told of the name')
        assert not await watching.ever_saw(address), fault
        assert not await watching.ever_saw(name), fault
    tab.complaints.clear()


async def test_a_page_that_was_not_told_its_times_shows_nothing_private(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab(None)

    async def forget_the_times(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=re.sub(r' data-[a-z-]+-ms="\d+"', '', await answer.text()))

    await tab.page.route(f'{tab.url}/account', forget_the_times)
    watching = await watch(tab)

    await tab.open('/account')
    await expect(tab.page.locator('#ls-away')).to_be_visible()
    await tab.page.evaluate('new Promise(requestAnimationFrame)')

    assert address in await tab.text()
    assert not await watching.ever_saw(address)
    tab.complaints.clear()


async def test_the_script_is_one_file_at_an_address_that_another_version_does_not_have(fast_server: Server) -> None:
    async with patient_client(base_url=fast_server.url) as http:
        page = (await http.get('/')).text
        preloaded = re.findall(r'<link rel="modulepreload" href="(/_live_sessions/[0-9a-f]{16}/live.js)">', page)
        answer = await http.get(preloaded[0])
        other = await http.get(re.sub('/[0-9a-f]{16}/', '/0123456789abcdef/', preloaded[0]))

    assert len(preloaded) == 1
    assert f'<script type="module" src="{preloaded[0]}"></script>' in page
    assert page.index('static/nicegui.js') < page.index('/live.js"></script>') < page.index('createApp(')
    assert (answer.status_code, answer.headers['cache-control']) == (200, 'public, max-age=31536000')
    assert answer.headers['content-type'] == 'text/javascript; charset=utf-8'
    assert answer.headers['content-encoding'] == 'gzip'
    assert other.status_code == 404


async def test_a_page_that_is_loaded_again_asks_for_no_file_of_ours_again(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    tab = await laptop.tab()

    await tab.page.reload()
    await tab.live()
    transferred = await tab.page.evaluate("""performance.getEntriesByType('resource')
        .filter(({name}) => /_live_sessions.[0-9a-f]{16}/.test(name)).map(({transferSize}) => transferSize)""")

    assert len(transferred) > 1
    assert set(transferred) == {0}
