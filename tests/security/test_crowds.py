"""A crowd of sockets and connections that are of no use leaves room for those who use the site."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
import psutil
import pytest

from tests.browser.devices import MakeDevice
from tests.databases import TestDatabase
from tests.patience import PATIENCE_SECONDS
from tests.running import either_store
from tests.server import Server

from .conftest import Start
from .visitors import until
from .wire import SOCKETS, Polled, Wire, are_few, browserlike, lines_of, page_query, sign_up, wire

OwnServer = Callable[..., Awaitable[Server]]

DESCRIPTORS = 256
HASTY_SECONDS = 2.5


async def try_to_open(http: aiohttp.ClientSession, server: Server, query: str = '', **headers: str) -> Wire | int:
    """Open a websocket, or tell the status of the refusal; 0 is none at all."""
    try:
        return await wire(http, server, query, **headers)
    except aiohttp.WSServerHandshakeError as error:
        return error.status
    except (aiohttp.ClientError, OSError, TimeoutError):
        return 0


async def opened(opening: list[Awaitable[Wire | int]]) -> tuple[list[Wire], list[int]]:
    """Those that were let in, and how the others were refused."""
    found = await asyncio.gather(*opening)
    return [one for one in found if isinstance(one, Wire)], [one for one in found if isinstance(one, int)]


async def never_join(server: Server, http: aiohttp.ClientSession) -> None:
    """Be a socket that answers pings and does nothing else, and come again when it is refused or dropped."""
    while True:
        await asyncio.sleep(random.uniform(0, 3))
        socket = await try_to_open(http, server)
        if isinstance(socket, Wire):
            with suppress(TimeoutError):
                await socket.hear()
                await socket.hear()


async def answered(http: aiohttp.ClientSession, url: str, cookie: str) -> int:
    """Ask as a browser does: again where a kept connection was ended, or the store is not heard for a moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(aiohttp.ServerDisconnectedError):
                async with http.get(url, headers={'Cookie': cookie}) as answer:
                    if answer.status != 503:
                        return answer.status
            await asyncio.sleep(0.1)


@asynccontextmanager
async def kept() -> AsyncIterator[Callable[..., None]]:
    """Answers the pings of sockets that nobody hears; who does not answer them is lost after a while."""
    stays: list[asyncio.Future[None]] = []
    try:
        yield lambda *sockets: stays.extend(asyncio.ensure_future(one.stay()) for one in sockets)
    finally:
        for one in stays:
            one.cancel()
        await asyncio.gather(*stays, return_exceptions=True)


@asynccontextmanager
async def crowd_of(count: int, server: Server) -> AsyncIterator[None]:
    """So many sockets that never join."""
    async with browserlike() as http:
        sockets = [asyncio.ensure_future(never_join(server, http)) for _ in range(count)]
        try:
            yield
        finally:
            for socket in sockets:
                socket.cancel()
            await asyncio.gather(*sockets, return_exceptions=True)


async def test_people_go_on_while_far_more_sockets_than_there_is_room_for_never_join(
        make_database: Callable[[], TestDatabase], start: Start) -> None:
    server = await start(store=make_database(), descriptors=f'{DESCRIPTORS}')
    async with browserlike() as http:
        cookie = await sign_up(http, server)
        before = await (await wire(http, server, await page_query(http, server, cookie), Cookie=cookie)).join()
        lost, statuses = asyncio.ensure_future(before.stay()), list[int]()

        async with crowd_of(2 * DESCRIPTORS, server):
            await until(lambda: 'turned away' in server.log or 'are taken' in server.log)
            for _ in range(5):
                for path in ('/v1/client', '/', '/account'):
                    statuses.append(await answered(http, f'{server.url}{path}', cookie))
            new = await (await wire(http, server, await page_query(http, server, cookie), Cookie=cookie)).join()
            assert await new.works()
        assert not lost.done()
        lost.cancel()
    server.stop()

    assert set(statuses) == {200}
    assert 'Traceback' not in server.log
    assert are_few(lines_of(server), 9), server.log


@pytest.fixture(scope='module')
async def hasty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A server that does not wait long for a socket to join, for tests that do it no harm."""
    server = await Server(tmp_path_factory.mktemp('hasty'), {'socket_join_seconds': HASTY_SECONDS}).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


async def test_a_socket_that_joins_no_tab_is_dropped_in_time_and_one_that_has_joined_is_not(hasty: Server) -> None:
    server = hasty
    async with browserlike() as http:
        stays = await (await wire(http, server, await page_query(http, server))).join()
        idle = [await wire(http, server), await wire(http, server, await page_query(http, server))]
        refused = await wire(http, server, 'client_id=nobody')
        await refused.send('40')
        left = await (await wire(http, server, await page_query(http, server))).join()
        await left.send('41')
        polls = await Polled.open(http, server)

        assert all(await asyncio.gather(*(one.is_cut() for one in [*idle, refused, left, polls])))
        assert await stays.works()


async def test_five_seconds_are_the_time_to_join(start: Start) -> None:
    server = await start()
    async with browserlike() as http:
        before = asyncio.get_running_loop().time()  # the server counts from when it was asked, which is later
        socket = await wire(http, server)

        assert await socket.is_cut()

        assert asyncio.get_running_loop().time() - before > 4.9
    server.stop()


async def test_the_sockets_of_one_address_and_of_all_are_counted(start: Start) -> None:
    server = await start({'max_sockets': 40, 'max_sockets_per_address': 12, 'trusted_proxies': '127.0.0.1',
                          'max_waiting_sockets_per_address': 5, 'socket_join_seconds': 3 * PATIENCE_SECONDS})

    def coming(count: int, address: str) -> list[Awaitable[Wire | int]]:
        return [try_to_open(http, server, **{'X-Forwarded-For': address}) for _ in range(count)]

    async with browserlike() as http, kept() as keep:
        ours, refused = await opened(coming(9, '192.0.2.1'))
        neighbours, refused_too = await opened([*coming(3, '2001:db8:1:2::1'), *coming(3, '2001:db8:1:2:ffff::9')])
        others, _ = await opened(coming(2, '2001:db8:1:3::1'))
        same, _ = await opened(coming(1, '::ffff:192.0.2.1'))
        keep(*ours, *neighbours, *others)

        assert (len(ours), refused) == (5, [403] * 4)
        assert (len(neighbours), refused_too) == (5, [403])
        assert len(others) == 2
        assert not same

        mine = {'X-Forwarded-For': '192.0.2.9'}
        joined: list[Wire] = []
        for _ in range(12):
            joined.append(await (await wire(http, server, await page_query(http, server), **mine)).join())
            keep(joined[-1])
        assert await try_to_open(http, server, await page_query(http, server), **mine) == 403
        await joined[0].socket.close()
        joined[0] = await (await wire(http, server, await page_query(http, server), **mine)).join()
        keep(joined[0])

        crowd, refused = await opened([one for number in range(10) for one in coming(5, f'203.0.113.{number}')])
        assert len(crowd) == 40 - 5 - 5 - 2 - 12
        assert set(refused) == {403}
    server.stop()
    assert 'Traceback' not in server.log
    assert are_few(lines_of(server), 4), server.log


async def test_sockets_that_poll_have_places_too_and_lose_them(start: Start) -> None:
    server = await start({'max_waiting_sockets_per_address': 3, 'socket_join_seconds': 2})
    url = f'{server.url}{SOCKETS}?EIO=4&transport=polling'
    async with browserlike() as http:
        answers = await asyncio.gather(*(http.get(url) for _ in range(6)))  # at once, or the first ones have gone
        statuses = [answer.status for answer in answers]
        for answer in answers:
            answer.close()
        assert statuses.count(200) >= 3
        assert 503 in statuses

        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:  # nobody polls, and the places are free again
                async with http.get(url) as answer:
                    if answer.status == 200:
                        break
                await asyncio.sleep(0.1)
    server.stop()
    assert 'Traceback' not in server.log


async def test_a_socket_goes_over_to_a_websocket_once_and_in_time(hasty: Server) -> None:
    server = hasty
    async with browserlike() as http:
        polls = await (await Polled.open(http, server, await page_query(http, server))).join()
        sid = polls.url.rpartition('=')[2]
        over = await wire(http, server, f'sid={sid}')
        assert await try_to_open(http, server, f'sid={sid}') == 403
        await over.send('2probe')
        assert await over.hear() == '3probe'
        await over.send('5')
        await asyncio.sleep(HASTY_SECONDS + 0.2)  # longer than it would have had
        assert await over.works()

        query = await page_query(http, server)
        goes_on = await (await Polled.open(http, server, query)).join()
        never = await wire(http, server, f'{query}&sid={goes_on.url.rpartition("=")[2]}')
        assert await never.is_cut()
        await goes_on.post('3\x1e421["handshake",{}]')
        assert await goes_on.hears('431')
        assert await try_to_open(http, server, 'sid=nobody') == 403


@either_store
async def test_a_page_whose_socket_was_turned_away_comes_back_by_itself(
        device: MakeDevice, own_server: OwnServer) -> None:
    server = await own_server(max_sockets=4, max_sockets_per_address=3)
    laptop = await device(server)
    session_id = await laptop.sign_up()
    async with browserlike() as http, kept() as keep:
        crowd = [await (await wire(http, server, await page_query(http, server))).join() for _ in range(3)]
        keep(*crowd)
        tab = await laptop.tab(None)
        await tab.page.goto(f'{tab.url}/account')
        await until(lambda: 'turned away' in server.log)

        for one in crowd:
            await one.socket.close()

        await tab.live()
        await tab.shows(session_id)
    assert tab.complaints  # the browser's, of the refusals
    tab.complaints.clear()


@either_store
async def test_a_page_that_can_only_poll_lives_and_stays(
        device: MakeDevice, own_server: OwnServer) -> None:
    server = await own_server(socket_join_seconds=2)
    laptop = await device(server)
    session_id = await laptop.sign_up()
    tab = await laptop.tab(None)
    await tab.page.add_init_script('window.WebSocket = class { constructor() { throw new Error("blocked"); } };')

    await tab.page.clock.install()  # a page waits 20 s for its websocket before it polls
    await tab.page.goto(f'{tab.url}/account')
    await tab.page.clock.fast_forward(21_000)
    await tab.live()
    await asyncio.sleep(3)
    await tab.shows(session_id)
    assert await tab.page.evaluate('window.socket.io.engine.transport.name') == 'polling'
    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)

    await tab.signed_out()
    assert len(lines_of(server)) == 1, server.log


async def test_the_limit_of_descriptors_is_raised_as_far_as_it_may_be(start: Start) -> None:
    server = await start(descriptors='300:900')
    assert server.process

    limits = psutil.Process(server.process.pid).rlimit(psutil.RLIMIT_NOFILE)
    server.stop()

    assert limits == (900, 900)


async def test_a_socket_that_polls_waits_for_one_answer_at_a_time(hasty: Server) -> None:
    async with browserlike() as http:
        socket = await (await Polled.open(http, hasty, await page_query(http, hasty))).join()

        answers = await asyncio.gather(*(socket.poll() for _ in range(5)))

    # One that comes late may find the first one answered, and wait in its place.
    assert {status for status, _ in answers} == {200, 400}
