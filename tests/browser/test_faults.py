"""The worst cases: a dead server, a lost network, a sleeping browser, a store that is away, a click in a race."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from pathlib import Path

import aiohttp
import psutil
import pytest
import socketio
from playwright.async_api import Route, WebSocketRoute, async_playwright, expect

from tests.apps import INSTRUMENTED
from tests.conftest import only_on_sqlite
from tests.databases import SqliteFile
from tests.relay import relay_to

from .chromium import launch
from .conftest import MakeDevice, Tab, a_new_address

# Collects every text that is visible when something on the page changes, and when a frame is painted.
WATCH_WHAT_IS_VISIBLE = '''() => {
    window.seen = new Set();
    const look = () => { window.seen.add(document.body.innerText); requestAnimationFrame(look); };
    look();
}'''


async def was_ever_visible(tab: Tab, text: str) -> bool:
    return await tab.page.evaluate('(text) => [...window.seen].some((seen) => seen.includes(text))', text)


def forgive_the_network(tab: Tab) -> None:
    """Forget what the browser complained of while the network or the server was away on purpose."""
    tab.complaints[:] = [complaint for complaint in tab.complaints
                         if not re.search(r'net::ERR|WebSocket connection|Failed to (load|fetch)', complaint)]


async def test_a_page_that_says_nothing_of_who_is_here_is_hidden_too_when_the_server_is_lost(
        device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    content = tab.page.locator('main.content')

    await tab.page.evaluate("""() => {
        window.socket.disconnect();  // or what it hears may show it again
        for (const marked of document.querySelectorAll('[data-here]')) marked.removeAttribute('data-here');
        document.documentElement.classList.add('away');
    }""")

    await expect(content).to_have_css('visibility', 'hidden')
    for who, shown in (('signed_in accounts', 'hidden'), ('signed_out accounts', 'hidden'), ('signed_out', 'visible'),
                       ('loading', 'visible')):
        await tab.page.evaluate("(who) => { document.querySelector('main').dataset.here = who }", who)
        await expect(content).to_have_css('visibility', shown)


async def test_a_click_that_was_sent_before_the_push_arrived_does_nothing(
        device: MakeDevice, own_server, tmp_path: Path) -> None:
    acts = tmp_path / 'acts'
    server = await own_server(INSTRUMENTED, acts=acts)
    laptop = await device(server)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/acting')
    await tab.button('Act').click()
    while not acts.exists():
        await asyncio.sleep(0.01)
    handle = await tab.button('Act').element_handle()
    assert handle

    for _ in range(10):
        server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
        await handle.evaluate('(button) => button.click()')
        await tab.signed_out()
        server.sql("UPDATE session SET status = 'active' WHERE id = ?", session_id)
        await expect(tab.button('Act')).to_be_visible()
        handle = await tab.button('Act').element_handle()
        assert handle

    assert acts.read_text() == 'acted\n'


async def test_after_the_end_no_frame_of_the_tab_does_anything(
        device: MakeDevice, own_server, tmp_path: Path) -> None:
    acts = tmp_path / 'acts'
    server = await own_server(INSTRUMENTED, acts=acts)
    laptop = await device(server)
    session_id = await laptop.sign_up()
    tab = await laptop.tab(None)
    sent: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framesent', lambda payload: sent.append(str(payload))))
    await tab.open('/acting')
    await tab.button('Act').click()
    while not acts.exists():
        await asyncio.sleep(0.01)
    frame = next(payload for payload in sent if '"event"' in payload)

    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()
    await tab.page.evaluate('(frame) => window.socket.emit(...JSON.parse(frame.slice(2)))', frame)
    await tab.page.evaluate('emitEvent("sub_pages_open", "/acting")')
    await tab.page.evaluate('emitEvent("sub_pages_navigate", "/account")')
    await expect(tab.page).to_have_url(f'{tab.url}/account')

    await tab.signed_out()
    assert acts.read_text() == 'acted\n'


async def test_a_hidden_tab_is_clean_before_it_is_shown_again(device: MakeDevice, shared_server) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    hidden = await laptop.tab('/account')
    await hidden.shows(session_id)
    front = await laptop.tab()
    await front.page.bring_to_front()

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await front.signed_out()
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
    await tab.page.go_back()
    await tab.live()
    await tab.page.evaluate(WATCH_WHAT_IS_VISIBLE)
    await tab.page.go_back()

    await tab.signed_out()
    assert not await was_ever_visible(tab, address)
    assert not await was_ever_visible(tab, session_id)


async def test_a_server_killed_between_commit_and_push_comes_back_signed_out(device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop = await device(server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    server.send_signal(signal.SIGSTOP)
    server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
    server.kill()
    await server.start()

    await tab.signed_out()
    await tab.page.wait_for_function('window.did_handshake === true')
    assert address not in await tab.text()
    forgive_the_network(tab)


async def test_a_server_restarted_with_the_session_alive_comes_back_signed_in_on_the_same_page(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop = await device(server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    await tab.page.evaluate('window.old_page = true')

    server.kill()
    await server.start()
    await tab.page.wait_for_function('window.did_handshake === true && !window.old_page', timeout=20_000)

    await tab.shows(session_id)
    await expect(tab.see(address).first).to_be_visible()
    await expect(tab.page).to_have_url(f'{tab.url}/account')
    forgive_the_network(tab)


@pytest.mark.parametrize('seconds', [0, 3])  # the browser gives its socket up after 6 s of silence
async def test_a_server_that_stands_still_leaves_nothing_private_on_the_screen(
        device: MakeDevice, own_server, seconds: int) -> None:
    server = await own_server()
    laptop = await device(server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    server.send_signal(signal.SIGSTOP)
    await expect(tab.see(address).first).to_be_hidden(timeout=5500)
    await expect(tab.page.get_by_text('This tab does not hear the server')).to_be_visible()
    await tab.page.evaluate(WATCH_WHAT_IS_VISIBLE)
    server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
    await asyncio.sleep(seconds)
    server.send_signal(signal.SIGCONT)

    await tab.signed_out()
    assert not await was_ever_visible(tab, address)
    forgive_the_network(tab)


@pytest.mark.parametrize('slow', ['page', 'socket'])
async def test_a_tab_that_took_long_to_load_and_then_hears_nothing_counts_from_when_it_asked(
        device: MakeDevice, slow: str) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab(None)

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

    if slow == 'page':
        await tab.page.route(f'{tab.url}/account', answer_late)
        await tab.page.route_web_socket(re.compile('_nicegui_ws'), lambda _: None)
    else:
        await tab.page.route_web_socket(re.compile('_nicegui_ws'), join_and_fall_silent)
    asked_at = time.monotonic()
    await tab.page.goto(f'{tab.url}/account')

    await expect(tab.see(address).first).to_be_visible()
    if slow == 'socket':
        await tab.live()
    await expect(tab.see(address).first).to_be_hidden()
    assert time.monotonic() - asked_at < 5.5


async def test_a_page_that_took_very_long_is_shown_without_a_proof_when_it_has_joined(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    async with relay_to(server.port) as network:
        laptop = await device(url=f'http://localhost:{network.port}')
        session_id = await laptop.sign_up()
        tab = await laptop.tab(None)
        proofs: list[str] = []
        tab.page.on('request', lambda request: proofs.append(request.url) if request.url.endswith('/tabs') else None)

        network.cut()
        opening = asyncio.create_task(tab.open('/'))
        await asyncio.sleep(5.5)
        network.mend()
        await opening

        await tab.shows(session_id)
        assert proofs == []
        await laptop.context.close()


async def test_a_tab_whose_socket_was_thrown_out_comes_back(device: MakeDevice) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab()
    await tab.shows(session_id)
    page_id = await tab.page.evaluate('window.clientId')
    query = await tab.page.evaluate(
        'String(new URLSearchParams({...window.socket.io.opts.query, next_message_id: window.nextMessageId}))')
    async with aiohttp.ClientSession(cookies={'__client': await laptop.cookie() or ''}) as http:
        before = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=http)
        await before.connect(f'{tab.url}?{query}', transports=['websocket'], socketio_path='/_nicegui_ws/socket.io')
        thrown_out = await tab.page.evaluate('window.socket.id')
        proof = await laptop.api('POST', '/client/tabs', tab=page_id, socket=str(before.get_sid()), absence='0')

        assert proof.ok, await proof.text()
        await tab.page.wait_for_function('(before) => window.socket.connected && window.socket.id !== before',
                                         arg=thrown_out)
        await expect(tab.page.locator('html')).not_to_have_class(re.compile('away'))
        await tab.shows(session_id)
        await before.wait()  # such as one of before the network changed; it is thrown out in its turn


async def test_a_chooser_that_has_lost_the_server_leaves_no_name_on_the_screen(device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop = await device(server)
    address = a_new_address()
    await laptop.sign_up(address, first_name='Ann')
    bob = await laptop.sign_up()
    await laptop.api('POST', f'/client/sessions/{bob}/remove')
    tab = await laptop.tab('/sign-in/choose')
    await expect(tab.see(address)).to_be_visible()

    server.send_signal(signal.SIGSTOP)
    await expect(tab.see(address)).to_be_hidden(timeout=5500)
    server.send_signal(signal.SIGCONT)

    await expect(tab.see(address)).to_be_visible()
    forgive_the_network(tab)


async def test_a_network_that_falls_silent_hides_what_is_private_until_it_is_known_again(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    async with relay_to(server.port) as network:
        laptop = await device(url=f'http://localhost:{network.port}')
        address = a_new_address()
        session_id = await laptop.sign_up(address)
        tab = await laptop.tab('/account')
        await tab.shows(session_id)

        network.cut()
        await expect(tab.see(address).first).to_be_hidden(timeout=5500)
        network.mend()
        await expect(tab.see(address).first).to_be_visible()
        network.cut()
        await expect(tab.see(address).first).to_be_hidden(timeout=5500)
        await tab.page.evaluate(WATCH_WHAT_IS_VISIBLE)
        server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
        network.mend()

        await tab.signed_out()
        assert not await was_ever_visible(tab, address)
        await laptop.context.close()  # before the network goes: the page may still be loading
        forgive_the_network(tab)


async def test_a_dropped_transport_is_made_up_for_without_showing_what_has_ended(
        device: MakeDevice, shared_server) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.io.engine.close()')
    await asyncio.to_thread(shared_server.sql, "UPDATE session SET status = 'removed' WHERE id = ?", session_id)
    await laptop.context.set_offline(False)

    await tab.signed_out()
    assert address not in await tab.text()
    forgive_the_network(tab)


async def test_a_browser_that_slept_through_the_end_wakes_with_nothing_private(own_server) -> None:
    server = await own_server()
    async with async_playwright() as playwright:
        sleeper = await launch(playwright)
        context = await sleeper.new_context()
        address = a_new_address()
        answer = await context.request.post(f'{server.url}/v1/client/sign_ups',
                                            form={'email_address': address, 'password': 'correct horse battery'})
        session_id = (await answer.json())['response']['created_session_id']
        tab = Tab(await context.new_page(), server.url)
        await tab.open('/account')
        await tab.shows(session_id)
        renderers = [process for process in psutil.process_iter(['cmdline', 'ppid'])
                     if _is_below(process, psutil.Process()) and '--type=renderer' in (process.info['cmdline'] or [])]
        assert renderers

        # Records what is visible from the first moment after the sleep on.
        await tab.page.evaluate('''() => {
            window.seen = new Set();
            let last = Date.now();
            const look = () => {
                if (Date.now() - last > 3000) window.slept = true;
                last = Date.now();
                if (window.slept) window.seen.add(document.body.innerText);
            };
            setInterval(look, 50);
            new MutationObserver(look).observe(document.documentElement, {attributes: true, subtree: true});
        }''')

        for renderer in renderers:
            renderer.send_signal(signal.SIGSTOP)
        server.sql("UPDATE session SET status = 'removed' WHERE id = ?", session_id)
        await asyncio.sleep(6)  # longer than the bound
        for renderer in renderers:
            renderer.send_signal(signal.SIGCONT)
        await tab.signed_out()

        assert address not in await tab.text()
        await sleeper.close()


async def test_while_the_store_is_away_every_tab_is_at_loading_and_then_right_again(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    on_laptop, on_phone = await laptop.sign_up(address), await phone.sign_in(address)
    private, public, ending = await laptop.tab('/account'), await laptop.tab(), await phone.tab('/account')
    await private.shows(on_laptop)
    await ending.shows(on_phone)

    with server.database.away():
        for tab in (private, public, ending):
            await expect(tab.page.get_by_role('main').get_by_text('Loading…')).to_be_visible(timeout=5500)
            assert address not in await tab.text()
            assert 'Active Session' not in await tab.text()
    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", on_phone)

    await private.shows(on_laptop)
    await public.shows(on_laptop)
    await ending.signed_out()
    for tab in (private, public, ending):
        forgive_the_network(tab)
    assert 'Traceback' not in server.log


async def test_a_page_requested_while_the_store_is_away_becomes_right_by_itself(device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop = await device(server)
    session_id = await laptop.sign_up()

    with server.database.away():
        await asyncio.sleep(1)  # the file is looked for twice a second
        tab = await laptop.tab('/')
        await expect(tab.page.get_by_role('main').get_by_text('Loading…')).to_be_visible()
        refused = await laptop.context.request.get(f'{tab.url}/account')

    await tab.shows(session_id)
    assert refused.status == 503
    forgive_the_network(tab)


@only_on_sqlite
async def test_a_store_put_in_place_of_another_is_the_one_that_counts(device: MakeDevice, own_server) -> None:
    server = await own_server()
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
        forgive_the_network(one)


@pytest.mark.parametrize(('setting', 'status'), [('session_lifetime_seconds', 'expired'),
                                                 ('session_inactivity_seconds', 'abandoned')])
async def test_a_lifetime_ends_on_the_screen_with_nobody_acting(
        device: MakeDevice, own_server, setting: str, status: str) -> None:
    server = await own_server(**{setting: 8})
    laptop = await device(server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    private, public = await laptop.tab('/account'), await laptop.tab()
    await private.shows(session_id)

    await public.signed_out()
    await private.signed_out()

    assert address not in await private.text()
    while server.sql('SELECT status FROM session') != [(status,)]:
        await asyncio.sleep(0.05)
    assert server.sql('SELECT action FROM audit_event')[-1] == (status,)


def _is_below(process: psutil.Process, ancestor: psutil.Process) -> bool:
    try:
        return ancestor in process.parents()
    except psutil.Error:
        return False
