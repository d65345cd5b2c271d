"""The live script beside the real clerk-js: what ends elsewhere is known at once, in every tab, by one stream."""

from __future__ import annotations

import asyncio

from tests.apps import CLIENTS
from tests.browser.devices import Device, MakeDevice, StartServer, a_new_address
from tests.conformance.clerk import Clerk
from tests.conformance.conftest import NewBrowser, OpenClerk
from tests.conformance.installed import fetch_clients
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.running import either_store
from tests.server import Server

pytestmark = either_store

SCRIPT = '/v1/live.js'


async def with_script(clerk: Clerk) -> Clerk:
    """Add the script to a page, as its one line does."""
    await clerk.tab.page.add_script_tag(url=clerk.tab.url + SCRIPT)
    return clerk


async def streams(server: Server, number: int) -> None:
    """Wait until the server has so many streams."""
    async with patient_client() as http, asyncio.timeout(PATIENCE_SECONDS):
        while f'\nlive_sessions_live_streams {number}.0\n' not in (await http.get(f'{server.url}/metrics')).text:
            await asyncio.sleep(0.05)


async def revoke(phone: Device, session_id: str) -> None:
    """End a session of the same person from another device."""
    answer = await phone.api('POST', f'/me/sessions/{session_id}/revoke')
    assert answer.ok, await answer.text()


async def test_a_revoke_reaches_every_tab_of_a_browser_by_one_stream(
        open_clerk: OpenClerk, new_browser: NewBrowser, clerk_server: Server) -> None:
    left = await with_script(await open_clerk())
    session = await left.sign_up(address := a_new_address())
    right = await with_script(await open_clerk(left.device))
    await right.shows(session)
    await streams(clerk_server, 1)
    phone = await new_browser()
    await phone.sign_in(address)

    await revoke(phone, session)

    await left.shows(None)
    await right.shows(None)
    await streams(clerk_server, 0)


async def test_when_the_tab_that_listens_is_closed_another_one_does(
        open_clerk: OpenClerk, new_browser: NewBrowser, clerk_server: Server) -> None:
    left = await with_script(await open_clerk())
    session = await left.sign_up(address := a_new_address())
    await streams(clerk_server, 1)
    right = await with_script(await open_clerk(left.device))
    await right.shows(session)
    phone = await new_browser()
    await phone.sign_in(address)

    async with right.tab.page.expect_request(lambda asked: asked.url.endswith('/v1/live')):
        await left.tab.page.close()
    await revoke(phone, session)

    await right.shows(None)


async def test_an_account_that_leaves_a_browser_leaves_the_list_of_its_pages(open_clerk: OpenClerk, clerk_server: Server
                                                                            ) -> None:
    clerk = await with_script(await open_clerk())
    first = await clerk.sign_up()
    second = await clerk.sign_up()
    assert sorted(await clerk.accounts()) == sorted([first, second])
    nicegui = await clerk.device.tab('/')
    await nicegui.shows(second)

    answer = await clerk.device.api('POST', f'/client/sessions/{first}/remove')

    assert answer.ok
    await clerk.tab.page.wait_for_function('() => Clerk.client.signedInSessions.length === 1')
    assert await clerk.session() == second


async def test_a_page_where_nobody_is_signed_in_listens_to_nothing(open_clerk: OpenClerk, clerk_server: Server) -> None:
    clerk = await with_script(await open_clerk())
    await clerk.sign_up()
    await streams(clerk_server, 1)
    await clerk.run('await Clerk.signOut(() => {})')
    await clerk.shows(None)
    await streams(clerk_server, 0)
    await clerk.tab.page.clock.install()
    await clerk.load()
    await with_script(clerk)
    clerk.asked.clear()

    await clerk.tab.page.clock.run_for(60_000)

    assert 'GET /live' not in clerk.asked


NOTE_ASKED = "() => { window.asked = 0; new BroadcastChannel('clerk').onmessage = () => window.asked++ }"


async def test_an_end_is_asked_about_twice_and_who_signs_in_once(
        open_clerk: OpenClerk, new_browser: NewBrowser, clerk_server: Server) -> None:
    clerk = await open_clerk()
    page = clerk.tab.page
    await page.clock.install()
    await clerk.load()
    await page.evaluate(NOTE_ASKED)
    await with_script(clerk)
    session = await clerk.sign_up(address := a_new_address())
    await page.wait_for_function('() => window.asked === 1')
    await streams(clerk_server, 1)
    await page.clock.run_for(3_000)
    assert await page.evaluate('window.asked') == 1
    phone = await new_browser()
    await phone.sign_in(address)

    await revoke(phone, session)

    await clerk.shows(None)
    await page.clock.run_for(3_000)
    await page.wait_for_function('() => window.asked === 3')


async def test_what_has_ended_while_the_server_was_away_is_known_when_it_is_back(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(CLIENTS, clients_folder=fetch_clients())
    laptop = await device(server, new=True)
    clerk = Clerk(laptop, await laptop.tab(None))
    await clerk.load()
    session = await (await with_script(clerk)).sign_up()
    await streams(server, 1)

    server.kill()
    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session)
    await server.start()

    await clerk.shows(None)
    clerk.tab.forgive_the_network()
