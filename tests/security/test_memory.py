"""Memory stays flat, whoever comes and goes; pages that nobody joins have little room."""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

import pages
from benchmarks.memory import ASKED_AT_ONCE, PEOPLE, Usage, ask_and_leave, come_and_go
from tests.apps import INSTRUMENTED, SERVE
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.programs import CHEAP_PASSWORDS
from tests.rules import PASSWORD
from tests.server import Server
from tests.sockets import OpenPage

from .wire import memory

StartServer = Callable[..., Awaitable[Server]]
ROUNDS = 6


@pytest.fixture
async def start_server(tmp_path: Path) -> AsyncIterator[StartServer]:
    """Starts a server with the given settings."""
    servers: list[Server] = []

    async def start(script: Path = SERVE, speed: float = 1, **settings: object) -> Server:
        servers.append(Server(tmp_path, settings, script=script, speed=speed))
        return await servers[-1].start()

    yield start
    for server in servers:
        server.stop()
        assert 'Traceback' not in server.log, server.log


async def served_until_flat(server: Server, load: Callable[[aiohttp.ClientSession, str, Usage], Awaitable[None]],
                            at_once: int, in_a_row: int = 60) -> tuple[Usage, bool]:
    """Serve until so many pages in a row took 1 % more memory at most; returns what was used, and whether that came.

    The first ones fill what is kept for the next ones, and whenever the machine lets more pages live at once than
    before, the process has a step more from then on. A leak of 60 KB a page grows by more than that in every row.
    """
    usage, most = Usage(), 8 * in_a_row
    served = list[int]()

    def is_flat() -> bool:
        first = bisect_right(served, usage.done - in_a_row) - 1
        return first >= 0 and usage.mebibytes[-1] <= 1.01 * usage.mebibytes[first]

    async def again_and_again(http: aiohttp.ClientSession) -> None:
        while usage.done < most and not is_flat():
            await load(http, server.url, usage)
            usage.mebibytes.append(memory(server))
            served.append(usage.done)

    async with (asyncio.timeout(200), aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0),
                                                            cookie_jar=aiohttp.DummyCookieJar()) as http):
        await asyncio.gather(*(again_and_again(http) for _ in range(at_once)))
    return usage, is_flat()


async def test_people_who_come_and_go_leave_no_memory_behind(start_server: StartServer) -> None:
    # looked at for garbage ten times as often, so that a tenth of the pages show whether it is found
    server = await start_server(INSTRUMENTED, young_objects=5_000, lingering_pages=10, **{CHEAP_PASSWORDS: 1})

    usage, is_flat = await served_until_flat(server, come_and_go, PEOPLE)
    async with aiohttp.ClientSession() as http:
        after = await settled(http, server, Client=0, Element=0, Tab=0)

    assert (after['Client'], after['Element'], after['Tab']) == (0, 0, 0)
    assert is_flat, usage.mebibytes


async def test_a_flood_of_requests_for_pages_takes_no_more_memory_than_the_pages_that_may_wait(
        start_server: StartServer) -> None:
    server = await start_server(max_waiting_pages=40, page_join_seconds=0.3)

    usage, is_flat = await served_until_flat(server, ask_and_leave, ASKED_AT_ONCE, in_a_row=120)

    assert usage.refused > 0  # and those that were served had the room of others that were given up
    assert is_flat, usage.mebibytes


async def test_a_page_is_refused_where_too_many_wait_and_comes_by_itself_when_they_have_joined_or_gone(
        start_server: StartServer) -> None:
    server = await start_server(max_waiting_pages_per_address=2, page_join_seconds=60)
    joined, joins_later = OpenPage(), OpenPage()

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http, patient_client() as program:
        await joined.open(http, f'{server.url}/')  # it waits no more
        assert [(await program.get(f'{server.url}/')).status_code for _ in range(3)] == [200, 200, 503]
        refused = await program.get(f'{server.url}/')
        api = await program.get(f'{server.url}/v1/client')
        missing = await program.get(f'{server.url}/nowhere')
        with pytest.raises(aiohttp.ClientResponseError):
            await joins_later.open(http, f'{server.url}/')

    assert (refused.headers['retry-after'], refused.headers['refresh']) == ('5', '5')
    assert refused.headers['cache-control'] == 'no-store'
    assert refused.headers['x-content-type-options'] == 'nosniff'
    assert (api.status_code, missing.status_code) == (200, 404)
    assert server.log.count('a page was refused') == 1, server.log
    await joined.close()


async def test_a_page_that_nobody_joins_in_time_is_given_up_and_one_that_was_joined_is_not(
        start_server: StartServer) -> None:
    server = await start_server(max_waiting_pages=1, page_join_seconds=3)
    lost = asyncio.Event()
    joined = OpenPage(on_lost=lost.set)

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http, patient_client() as program:
        await joined.open(http, f'{server.url}/')
        # At once: the first one is given up some time later.
        statuses = [answer.status_code for answer in await asyncio.gather(
            *(program.get(f'{server.url}/') for _ in range(4)))]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await program.get(f'{server.url}/')).status_code == 503:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # longer than the page had to be joined

    assert set(statuses) == {200, 503}
    assert not lost.is_set()
    await joined.close()


async def uncollected(http: aiohttp.ClientSession, server: Server) -> dict[str, int]:
    """What is in memory where garbage is not collected by itself; and how often somebody asked for that."""
    async with http.get(f'{server.url}/uncollected') as answer:
        return json.loads(await answer.text())


async def settled(http: aiohttp.ClientSession, server: Server, *, seconds: int = PATIENCE_SECONDS,
                  **expected: int) -> dict[str, int]:
    """Wait until so many are in memory, or for so long; returns what is, in the end."""
    found: dict[str, int] = {}
    for _ in range(5 * seconds):
        found = await uncollected(http, server)
        if expected.items() <= found.items():
            break
        await asyncio.sleep(0.2)
    return found


async def visit(http: aiohttp.ClientSession, server: Server, path: str, times: int) -> None:
    for _ in range(times):
        page = OpenPage(comes_again=True)
        await page.open(http, server.url + path)
        await page.close()


async def test_pages_that_were_drawn_anew_and_closed_are_freed_without_the_garbage_collector(
        start_server: StartServer) -> None:
    server = await start_server(INSTRUMENTED, speed=5)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        fields = {'email_address': 'ann@example.com', 'password': PASSWORD}
        async with http.post(f'{server.url}/v1/client/sign_ups', data=fields) as answer:
            cookie = answer.headers['set-cookie'].partition(';')[0]
        server.sql('UPDATE user SET is_admin = 1')
        before = await uncollected(http, server)

        shown = [OpenPage(comes_again=True) for _ in pages.ROUTES]
        for page, path in zip(shown, pages.ROUTES, strict=True):
            await page.open(http, server.url + path, lambda: cookie)
        server.sql("UPDATE user SET first_name = 'Anna'")
        async with http.delete(f'{server.url}/v1/client/sessions', headers={'Cookie': cookie}) as answer:
            assert answer.status == 200  # and the private pages are taken out of their tabs
        for page in shown:
            await page.close()
        after = await settled(http, server, Client=0)

    assert after == before == {'Client': 0, 'Element': 0, 'Tab': 0, 'collections': before['collections']}


async def test_pages_that_hold_themselves_are_collected_once_they_are_many_and_those_that_somebody_holds_are_left(
        start_server: StartServer) -> None:
    server = await start_server(INSTRUMENTED, speed=5, lingering_pages=5)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        before = await uncollected(http, server)

        without = before
        for _ in range(ROUNDS):  # a page that was just being closed is collected together with the next ones
            await visit(http, server, '/circular', 5)
            without = await settled(http, server, seconds=8, Client=0, Element=0)
            if not without['Element']:
                break

        await visit(http, server, '/hoarded', 5)
        once = await settled(http, server, collections=without['collections'] + 1)
        await asyncio.sleep(0.6)  # as long as three looks at whether there is garbage
        after = await uncollected(http, server)

    assert (without['Element'], without['Client']) == (0, 0)
    assert without['collections'] > before['collections']
    assert after['Client'] == 5
    assert after['collections'] == once['collections'] == without['collections'] + 1


async def test_sockets_that_never_join_leave_nothing_behind_either(start_server: StartServer) -> None:
    server = await start_server(INSTRUMENTED, young_objects=500)  # looked at for garbage a hundred times as often

    async def left() -> int:
        async with http.get(f'{server.url}/sockets') as answer:
            return json.loads(await answer.text())['sockets']

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for _ in range(6):
            opened = [await http.ws_connect(f'{server.url}/_nicegui_ws/socket.io/?EIO=4&transport=websocket')
                      for _ in range(50)]
            await asyncio.gather(*(socket.close() for socket in opened))
        for _ in range(10 * PATIENCE_SECONDS):
            if await left() < 60:
                break
            await asyncio.sleep(0.1)

        assert await left() < 60
