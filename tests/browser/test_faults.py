"""The worst cases: a dead server, a lost network, a sleeping browser, a store that is away, a click in a race."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
import psutil
import pytest
import socketio
from playwright.async_api import Page, Route, WebSocketRoute, expect

from tests.databases import SqliteFile
from tests.patience import PATIENCE_SECONDS
from tests.running import either_store, only_on_sqlite
from tests.server import Server
from tests.speed import timing_at

from .devices import LayNetwork, MakeDevice, Tab, a_new_address
from .test_countdown import ends_in
from .watching import BOUND_SECONDS, watch

pytestmark = either_store  # those of PostgreSQL are in tests/deploy

DOES_NOT_HEAR = 'Connection lost. This page is hidden until it is back.'

UNTIL_HEARD = 'new Promise((done) => window.socket.emit("handshake", {}, done))'
"""What was sent before is handled before this is answered."""


@pytest.fixture
def acts(instrumented: Server) -> Callable[[], str]:
    """Reads the traces that the button of its page has left since the test began."""
    path = instrumented.folder / 'acts'
    return lambda: path.read_text() if path.exists() else ''


async def test_a_click_that_was_sent_before_the_push_arrived_does_nothing_nor_does_any_frame_after_the_end(
        device: MakeDevice, instrumented: Server, acts: Callable[[], str]) -> None:
    laptop = await device(instrumented)
    session_id = await laptop.sign_up()
    tab = await laptop.tab(None)
    sent: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framesent', lambda payload: sent.append(str(payload))))
    await tab.open('/acting')
    while not acts():  # a click while the server does not hear its store for a moment counts for nothing
        await tab.button('Act').click()
        await tab.page.evaluate(UNTIL_HEARD)
    before = acts()

    frame = ''
    for _ in range(3):
        instrumented.sql("UPDATE session SET status = 'active' WHERE id = ?", session_id)
        button = await tab.button('Act').element_handle()
        assert button
        sent.clear()
        with instrumented.standing_still():
            instrumented.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
            await button.evaluate('(button) => button.click()')
            frame = await the_click(sent)
        await tab.signed_out()
    await tab.page.evaluate('(frame) => window.socket.emit(...JSON.parse(frame.slice(2)))', frame)
    await tab.page.evaluate('emitEvent("sub_pages_open", "/acting")')
    await tab.page.evaluate('emitEvent("sub_pages_navigate", "/account")')
    await expect(tab.page).to_have_url(f'{tab.url}/account')

    await tab.signed_out()
    assert acts() == before
    tab.forgive_the_network()


async def the_click(sent: list[str]) -> str:
    """Wait for the frame of a click among those that were sent: a test may see what came of it before."""
    while not any('"event"' in payload for payload in sent):
        await asyncio.sleep(0.01)
    return next(payload for payload in sent if '"event"' in payload)


async def test_a_hidden_tab_is_clean_before_it_is_shown_again(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    hidden = await laptop.tab('/account')
    await hidden.shows(session_id)
    front = await laptop.tab(None)
    await front.page.goto(f'{laptop.url}/v1/client')  # any other page
    await front.page.bring_to_front()

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await hidden.page.wait_for_function('(address) => !document.body.textContent.includes(address)', arg=address)

    await hidden.page.bring_to_front()
    await hidden.signed_out()


async def test_back_after_sign_out_shows_nothing_private(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    await tab.page.get_by_role('link', name='Examples').click()
    await expect(tab.page.get_by_role('heading', name='Examples')).to_be_visible()
    await expect(tab.page).to_have_url(f'{tab.url}/examples')  # it comes after the content
    await tab.page.goto('about:blank')

    assert (await laptop.api('DELETE', '/client/sessions')).ok
    watching = await watch(tab)
    await tab.page.go_back()
    await tab.live()
    await tab.page.go_back()

    await tab.signed_out()
    assert not await watching.ever_saw(address)
    assert not await watching.ever_saw(session_id)


async def test_a_server_killed_between_commit_and_push_comes_back_with_the_ended_signed_out_and_the_others_as_they_were(
        device: MakeDevice, fast_server: Server) -> None:
    laptop, phone = await device(fast_server), await device(fast_server)
    address = a_new_address()
    on_laptop, on_phone = await laptop.sign_up(address), await phone.sign_in(address)
    ended, living = await laptop.tab('/account'), await phone.tab('/account')
    await ended.shows(on_laptop)
    await living.shows(on_phone)
    await living.page.evaluate('window.old_page = true')

    with fast_server.standing_still():
        fast_server.sql("UPDATE session SET status = 'removed' WHERE id = ?", on_laptop)
        fast_server.kill()
    await fast_server.start()

    await ended.signed_out()
    await ended.live()
    assert address not in await ended.text()
    await living.page.wait_for_function('window.did_handshake === true && !window.old_page')
    await living.shows(on_phone)
    await expect(living.see(address).first).to_be_visible()
    await expect(living.page).to_have_url(f'{living.url}/account')
    for tab in (ended, living):
        tab.forgive_the_network()


async def test_a_server_that_stands_still_leaves_nothing_private_on_the_screen_within_5_seconds(
        device: MakeDevice, shared_server: Server) -> None:
    """README.md: "A tab that cannot hear the server … hides within 5 seconds what was not marked public"."""
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    watching = await watch(tab)

    with shared_server.standing_still():
        stopped_at = time.time()
        await expect(tab.see(address).first).to_be_hidden()
        await expect(tab.see(DOES_NOT_HEAR)).to_be_visible()
        shared_server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
        goes_on_at = time.time()

    await tab.signed_out()
    last_seen_at = await watching.last_saw(address)
    assert last_seen_at < goes_on_at
    assert last_seen_at - stopped_at < BOUND_SECONDS + watching.stalled
    tab.forgive_the_network()


async def test_what_the_server_said_before_a_tab_lost_it_shows_nothing_again_nor_does_it_show_what_ended_meanwhile(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await expect(tab.see(address).first).to_be_visible()

    for lost in (1, 2):
        with fast_server.standing_still():
            await expect(tab.page.locator('html')).to_have_class(re.compile('ls-away'))  # not only: at Loading
            for epoch in range(lost):
                await tab.page.evaluate('(epoch) => liveSessions.currentAsOf(epoch)', epoch)
                await tab.page.evaluate('new Promise(requestAnimationFrame)')
            seen = await tab.page.locator('main.ls-content').evaluate('(main) => getComputedStyle(main).visibility')
        await expect(tab.see(address).first).to_be_visible()
        assert seen == 'hidden'
    with fast_server.standing_still():
        await gives_its_socket_up(tab)
        await expect(tab.see(address).first).to_be_hidden()
        watching = await watch(tab)
        fast_server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)

    await tab.signed_out()
    assert not await watching.ever_saw(address)
    tab.forgive_the_network()


async def test_a_tab_that_took_long_to_load_and_then_hears_nothing_counts_from_when_it_asked(
        device: MakeDevice) -> None:
    """README.md: "A tab that cannot hear the server … hides within 5 seconds what was not marked public"."""
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    slow_page, slow_socket = await laptop.tab(None), await laptop.tab(None)

    async def answer_late(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(2)
        await route.fulfill(response=answer)

    def join_and_fall_silent(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        async def pass_on(message: str | bytes) -> None:
            if str(message).startswith('40'):  # it has joined
                await asyncio.sleep(2)
            if str(message).startswith(('0', '40')):
                socket.send(message)

        server.on_message(pass_on)

    await slow_page.page.route(f'{slow_page.url}/account', answer_late)
    await slow_page.page.route_web_socket(re.compile('_nicegui_ws'), lambda _: None)
    await slow_socket.page.route_web_socket(re.compile('_nicegui_ws'), join_and_fall_silent)

    async def seconds_until_hidden(tab: Tab) -> float:
        watching = await watch(tab)
        await tab.page.goto(f'{tab.url}/account')
        await expect(tab.see(address).first).to_be_attached()  # it may be too late already for being visible
        if tab is slow_socket:
            await tab.live()
        await expect(tab.see(address).first).to_be_hidden()
        asked_at = await tab.page.evaluate(
            'performance.timeOrigin + performance.getEntriesByType("navigation")[0].requestStart')
        return await watching.last_saw(address) - asked_at / 1000 - watching.stalled

    for seconds in await asyncio.gather(seconds_until_hidden(slow_page), seconds_until_hidden(slow_socket)):
        assert seconds < BOUND_SECONDS


async def test_a_silent_network_hides_what_is_private_within_5_seconds_and_a_page_that_it_kept_is_current_then(
        network: LayNetwork, device: MakeDevice, shared_server: Server) -> None:
    """README.md: "A tab that cannot hear the server … hides within 5 seconds what was not marked public"."""
    line = await network(shared_server)
    laptop = await device(url=f'http://localhost:{line.port}')
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab, late = await laptop.tab('/account'), await laptop.tab(None)
    await tab.shows(session_id)
    watching = await watch(tab)
    requests: list[str] = []
    late.page.on('request', lambda request: requests.append(request.url) if request.url.endswith('/tabs') else None)

    line.cut()
    cut_at = time.time()
    opening = asyncio.create_task(late.open('/'))
    await expect(tab.see(address).first).to_be_hidden()
    last_seen_at = await watching.last_saw(address)
    await asyncio.sleep(cut_at + 5.5 - time.time())  # longer than a tab may hear nothing
    line.mend()
    await opening

    await late.shows(session_id)
    assert requests == []
    await expect(tab.see(address).first).to_be_visible()
    assert last_seen_at - cut_at < BOUND_SECONDS + watching.stalled
    tab.forgive_the_network()


async def test_what_ended_while_the_network_was_silent_is_not_shown_again(
        network: LayNetwork, device: MakeDevice, fast_server: Server) -> None:
    line = await network(fast_server)
    laptop = await device(url=f'http://localhost:{line.port}')
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    line.cut()
    await gives_its_socket_up(tab)
    await expect(tab.see(address).first).to_be_hidden()
    watching = await watch(tab)
    fast_server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
    line.mend()

    await tab.signed_out()
    assert not await watching.ever_saw(address)
    tab.forgive_the_network()


async def test_a_tab_whose_socket_was_thrown_out_or_has_dropped_comes_back_without_what_has_ended(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    page_id = await tab.page.evaluate('window.clientId')
    query = await tab.page.evaluate(
        'String(new URLSearchParams({...window.socket.io.opts.query, next_message_id: window.nextMessageId}))')
    async with aiohttp.ClientSession(cookies={'__client': await laptop.cookie() or ''}) as http:
        before = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=http)
        await before.connect(f'{tab.url}?{query}', transports=['websocket'], socketio_path='/_nicegui_ws/socket.io',
                             wait_timeout=PATIENCE_SECONDS)
        thrown_out = await tab.page.evaluate('window.socket.id')
        answer = await laptop.api('POST', '/client/tabs', tab=page_id, socket=str(before.get_sid()), epoch='0')
        assert answer.ok, await answer.text()
        await tab.page.wait_for_function('(before) => window.socket.connected && window.socket.id !== before',
                                         arg=thrown_out)
        await expect(tab.page.locator('html')).not_to_have_class(re.compile('away'))
        await expect(tab.see(address).first).to_be_visible()
        await before.wait()  # such as one of before the network changed; it is thrown out in its turn

    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.io.engine.close()')
    await asyncio.to_thread(shared_server.sql, "UPDATE session SET status = 'removed' WHERE id = ?", session_id)
    await laptop.context.set_offline(False)

    await tab.signed_out()
    assert address not in await tab.text()
    tab.forgive_the_network()


async def test_without_the_server_no_name_is_in_the_chooser_nor_anything_on_a_page_that_does_not_say_who_is_here(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    await laptop.sign_up(address, first_name='Ann')
    bob = await laptop.sign_up()
    await laptop.api('POST', f'/client/sessions/{bob}/remove')
    tab = await laptop.tab('/sign-in/choose')
    content = tab.page.locator('main.ls-content')
    await expect(tab.see(address)).to_be_visible()

    with fast_server.standing_still():
        await expect(tab.see(address)).to_be_hidden()
        await tab.page.evaluate("""() => {
            for (const marked of document.querySelectorAll('[data-here]')) marked.removeAttribute('data-here');
        }""")
        await expect(content).to_have_css('visibility', 'hidden')
        for who, shown in (('signed_in accounts', 'hidden'), ('signed_out', 'visible'), ('loading', 'visible'),
                           ('signed_out accounts', 'hidden')):
            await tab.page.evaluate("(who) => { document.querySelector('main').dataset.here = who }", who)
            await expect(content).to_have_css('visibility', shown)

    await expect(tab.see(address)).to_be_visible()
    tab.forgive_the_network()


async def test_a_browser_that_slept_through_the_end_wakes_with_nothing_private(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    # What is visible after the tab has heard something. Of all that waited for it, the first thing has to hide it.
    heard: list[tuple[float, str]] = []
    await tab.page.expose_binding('heard', lambda _, at, text: heard.append((at / 1000, text)))
    await tab.page.evaluate('''() => {
        const look = () => window.heard(Date.now(), document.body.innerText);
        window.slept = true;  // unless it is loaded anew, as after a long sleep
        window.socket.io.on('ping', look);
        window.socket.onAny(look);
    }''')
    renderers = [process for process in psutil.Process().children(recursive=True) if _is_renderer(process)]
    assert renderers

    try:
        for renderer in renderers:
            with suppress(psutil.Error):  # one that nobody needs may end any time
                renderer.suspend()
        fast_server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
        await asyncio.sleep(1.2 * timing_at(5).deaf_after_seconds)
        woken_at = time.time()
    finally:
        for renderer in renderers:
            with suppress(psutil.Error):
                renderer.resume()
    await tab.signed_out()

    assert [text for at, text in heard if at >= woken_at] or await tab.page.evaluate('!window.slept')
    assert not [text for at, text in heard if at >= woken_at and address in text]
    assert address not in await tab.text()
    tab.forgive_the_network()


async def test_while_the_store_is_away_every_tab_is_at_loading_within_5_seconds_and_then_right_again(
        device: MakeDevice, shared_server: Server) -> None:
    """README.md: "A tab … whose server cannot hear the store, hides within 5 seconds what was not marked public"."""
    laptop, phone = await device(), await device()
    address = a_new_address()
    on_laptop, on_phone = await laptop.sign_up(address), await phone.sign_in(address)
    private, public = await laptop.tab('/account'), await phone.tab()
    await private.shows(on_laptop)
    await public.shows(on_phone)
    shown = [(await watch(private), address), (await watch(public), on_phone)]

    with shared_server.database.away():
        away_at = time.time()
        for tab in (private, public):
            await expect(tab.page.get_by_role('main').get_by_text('Loading…')).to_be_visible()
            assert address not in await tab.text()
            assert 'Active Session' not in await tab.text()
        last_seen_at = [await watching.last_saw(text) for watching, text in shown]
    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", on_phone)

    await private.shows(on_laptop)
    await public.signed_out()
    assert max(last_seen_at) - away_at < BOUND_SECONDS + max(watching.stalled for watching, _ in shown)
    for tab in (private, public):
        tab.forgive_the_network()


async def test_a_page_requested_while_the_store_is_away_becomes_right_by_itself(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    session_id = await laptop.sign_up()
    request = laptop.context.request

    with fast_server.database.away():
        while (await request.get(f'{laptop.url}/account', max_retries=1)).status != 503:  # it is found out in a moment
            await asyncio.sleep(0.05)
        tab = await laptop.tab('/')
        await expect(tab.page.get_by_role('main').get_by_text('Loading…')).to_be_visible()

    await tab.shows(session_id)
    tab.forgive_the_network()


@only_on_sqlite
async def test_a_store_put_in_place_of_another_is_the_one_that_counts(
        device: MakeDevice, own_server) -> None:
    server = await own_server(speed=5)
    laptop = await device(server)
    kept, later = await laptop.sign_up(), a_new_address()
    assert isinstance(server.database, SqliteFile)
    file = server.database.path
    backup = file.with_name('backup.db')
    server.sql('VACUUM INTO ?', str(backup))
    phone = await device(server)
    lost = await phone.sign_up(later)
    tab, gone = await laptop.tab(), await phone.tab()
    await gone.shows(lost)

    for suffix in ('', '-wal', '-shm'):
        file.with_name(file.name + suffix).unlink()
    backup.rename(file)
    server.sql('PRAGMA journal_mode=WAL')

    await gone.signed_out()
    await tab.shows(kept)
    for one in (tab, gone):
        one.forgive_the_network()


async def test_lifetimes_end_on_the_screen_one_with_nobody_acting_and_one_whatever_is_done(
        device: MakeDevice, fast_server: Server) -> None:
    busy, idle = await device(fast_server), await device(fast_server)
    address = a_new_address()
    used, unused = await busy.sign_up(address), await idle.sign_in(address)
    at_work, left = await busy.tab('/account'), await idle.tab('/account')
    await at_work.shows(used)
    await left.shows(unused)

    async with _typing(at_work.page):
        ends_in(fast_server, unused, abandon_at=1)
        ends_in(fast_server, used, expire_at=1)
        for tab in (left, at_work):
            await tab.signed_out()
            assert address not in await tab.text()

    how = {unused: 'abandoned', used: 'expired'}
    while dict(fast_server.sql('SELECT id, status FROM session WHERE id IN (?, ?)', unused, used)) != how:
        await asyncio.sleep(0.05)
    ends = "SELECT session_id, action FROM audit_event WHERE action IN ('abandoned', 'expired')"
    assert how.items() <= dict(fast_server.sql(ends)).items()


async def gives_its_socket_up(tab: Tab) -> None:
    """Wait until a tab hears nothing of what was sent to it before, either."""
    await tab.page.wait_for_function('!window.socket.connected')


@asynccontextmanager
async def _typing(page: Page) -> AsyncGenerator[None]:
    """Let a person be active meanwhile."""
    async def keep_typing() -> None:
        while True:
            await page.keyboard.press('Shift')
            await asyncio.sleep(0.2)

    typing = asyncio.create_task(keep_typing())
    try:
        yield
    finally:
        typing.cancel()


def _is_renderer(process: psutil.Process) -> bool:
    try:
        return '--type=renderer' in process.cmdline()
    except psutil.Error:
        return False
