"""A browser for all tests, devices that use it, and the servers that they visit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.apps import BUTTONS, DRAFTED, INSTRUMENTED, OVERLAID, RECENT, SERVE
from tests.databases import Kind, PostgresDatabase, SqliteFile, empty_file
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import give_back, known_port
from tests.programs import CHEAP_PASSWORDS, has_ended
from tests.relay import Relay, relay_to
from tests.server import Server

from .chromium import launch
from .devices import BUSY, Device, LayNetwork, MakeDevice, NewServer, StartServer
from .used_again import Contexts, watch_what_changes_for_good

_SHARED = pytest.StashKey[dict[tuple[Kind, Path, float], Server]]()

expect.set_options(timeout=1000 * PATIENCE_SECONDS)


@pytest.fixture(scope='session')
async def browsers() -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """Gives the browser of all tests, and a new one where that has crashed."""
    running: list[Browser] = []
    async with async_playwright() as playwright:

        async def give() -> Browser:
            if not running or not running[-1].is_connected():
                running.append(await launch(playwright))
            return running[-1]

        yield give
        for browser in running:
            await browser.close()


@pytest.fixture
async def browser(browsers: Callable[[], Awaitable[Browser]]) -> Browser:
    """The browser of all tests."""
    return await browsers()


@pytest.fixture(scope='session')
def contexts() -> Contexts:
    """The contexts that tests have left empty."""
    watch_what_changes_for_good()
    return Contexts()


@pytest.fixture(scope='session')
def new_server(kind: Kind, request: pytest.FixtureRequest) -> NewServer:
    """Makes servers, each on a store of its own of the kind that the test runs on; they are started by the test.

    The store has all its tables: that a server makes them is tested where people start one, in tests/test_main.py.
    """

    def make(folder: Path, *settings: Any, **more: Any) -> Server:
        store = PostgresDatabase(request.getfixturevalue('postgres')) if kind == 'postgres' else SqliteFile(
            folder / 'live.db', empty_file())
        return Server(folder, *settings, store=store, **more)

    return make


async def shared(request: pytest.FixtureRequest, script: Path = SERVE, speed: float = 1, **settings: Any) -> Server:
    """Give the server of all tests that do it no harm, which is started for the first of them.

    There is one for each kind of store, app and speed: pytest would end a fixture that depends on the kind whenever the
    next test runs on another one. One that has ended is started again, so that it fails one test and not all that come
    after it. With the last test of a file it is stopped, because it looks at its store all the time; the next one takes
    its port.
    """
    servers = request.session.stash.setdefault(_SHARED, {})
    key = request.getfixturevalue('kind'), script, speed
    server = servers.get(key)
    if server is None:
        folder = request.getfixturevalue('tmp_path_factory').mktemp(script.stem)
        server = request.getfixturevalue('new_server')(folder, {CHEAP_PASSWORDS: 1, **settings}, script=script,
                                                       speed=speed)
        servers[key] = server
    if has_ended(server.process):

        def stop() -> None:
            server.stop()
            give_back(server.port)
            assert 'Traceback' not in server.log, server.log

        module = request.node.getparent(pytest.Module)
        assert module is not None
        module.addfinalizer(stop)
        server.port = known_port()
        await server.start()
    return server


@pytest.fixture
async def shared_server(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of all tests that do it no harm."""
    return await shared(request)


@pytest.fixture
async def fast_server(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The same for tests of faults: everything times out five times sooner. They leave it as it was."""
    return await shared(request, speed=5)


@pytest.fixture
async def overlaid(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of the pages that their authors draw without our parts, for tests that let it go on as it was."""
    return await shared(request, OVERLAID)


@pytest.fixture
async def instrumented(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """A server that counts what it holds, for tests that do it no harm; as if it was started for the test."""
    server = await shared(request, INSTRUMENTED, acts='acts')
    (server.folder / 'acts').unlink(missing_ok=True)
    async with patient_client(base_url=server.url) as http:
        while (await http.get('/counts')).json()['pages']:  # of a test before
            await asyncio.sleep(0.1)
    return server


@pytest.fixture
async def buttons(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of a page of buttons."""
    return await shared(request, BUTTONS)


@pytest.fixture
async def drafted(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of the pages into which people type."""
    return await shared(request, DRAFTED)


@pytest.fixture
async def paying(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of what takes a password given a moment ago; its acts are told anew for each test."""
    server = await shared(request, RECENT, acts='acts')
    (server.folder / 'acts').unlink(missing_ok=True)
    return server


@pytest.fixture
async def own_server(tmp_path: Path, new_server: NewServer) -> AsyncIterator[StartServer]:
    """Starts servers for one test, with the given settings; they are stopped when all its tabs are gone.

    :param prepare: what is done to a server, or its store, before it is started
    """
    servers: list[Server] = []

    async def start(script: Path = SERVE, *, speed: float = 1, base: str = '',
                    prepare: Callable[[Server], None] | None = None, **settings: Any) -> Server:
        folder = tmp_path / f'server-{len(servers)}'
        folder.mkdir()
        server = new_server(folder, settings, script=script, speed=speed, base=base, port=known_port())
        servers.append(server)
        if prepare:
            prepare(server)
        return await server.start()

    yield start
    for server in servers:
        server.stop()
        give_back(server.port)


@pytest.fixture
async def network() -> AsyncIterator[LayNetwork]:
    """Lays networks to servers, which a test may cut. It is asked for before ``device``: a network ends after the tabs
    have left it, of which one may still be loading."""
    async with AsyncExitStack() as networks:

        async def lay(server: Server) -> Relay:
            port = known_port()
            networks.callback(give_back, port)
            return await networks.enter_async_context(relay_to(server.port, port))

        yield lay


@pytest.fixture
async def device(browser: Browser, contexts: Contexts, request: pytest.FixtureRequest, own_server: StartServer
                 ) -> AsyncIterator[MakeDevice]:
    """Makes devices; at the end of the test no tab of theirs may have complained. Their servers are stopped later.

    By default they visit the shared server, which is started only if somebody does; and they may have the context of a
    test before, see ``used_again``. With ``new=True`` a device has one of its own.
    """
    devices: list[Device] = []

    async def make(server: Server | None = None, url: str | None = None, new: bool = False, **options: Any) -> Device:
        address = url or (server or await shared(request)).url
        context = await (browser.new_context(**options) if new else contexts.take(browser, address, **options))
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        devices.append(Device(context, address))
        return devices[-1]

    yield make
    for used in devices:
        await contexts.give_back(used.context, used.url)
    tabs = [tab for used in devices for tab in used.tabs]
    assert [violation for tab in tabs for violation in tab.violations] == []
    assert [complaint for tab in tabs for complaint in tab.complaints if not BUSY.search(complaint)] == []
