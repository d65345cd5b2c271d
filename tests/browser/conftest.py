"""Devices and tabs: a device is a browser context with cookies of its own, its tabs are pages."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import APIResponse, Browser, BrowserContext, Locator, Page, async_playwright, expect

from tests.apps import OVERLAID, SERVE
from tests.databases import Kind, PostgresDatabase
from tests.server import Server

from .chromium import launch

PASSWORD = 'correct horse battery'
SIGNED_OUT = 'You are signed out'
_numbers = itertools.count(1)

expect.set_options(timeout=20_000)


@dataclass
class Tab:
    """One open page."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    """What the page logged as an error; a test that expects some empties the list."""

    async def open(self, path: str = '/') -> Tab:
        """Go to a page of the site, and wait until it is live."""
        await self.page.goto(self.url + path)
        await self.live()
        return self

    async def live(self) -> None:
        """Wait until the page has joined its socket."""
        await self.page.wait_for_function('window.did_handshake === true')

    def see(self, text: str | re.Pattern[str]) -> Locator:
        """Something on the page that reads so."""
        return self.page.get_by_text(text)

    def button(self, name: str = 'Sign out') -> Locator:
        """A button by its name."""
        return self.page.get_by_role('button', name=name, exact=True)

    async def shows(self, session_id: str) -> None:
        """Wait until the tab shows this active session."""
        await expect(self.see(f'Active Session: {session_id}').first).to_be_visible()

    async def signed_out(self) -> None:
        """Wait until the tab says that nobody is signed in, and shows no session."""
        await expect(self.see(SIGNED_OUT).first).to_be_visible()
        await expect(self.see('Active Session')).to_have_count(0)

    async def text(self) -> str:
        """Everything that is in the page, visible or not."""
        return await self.page.evaluate('document.body.textContent')


@dataclass
class Device:
    """One browser on one device."""

    context: BrowserContext
    url: str
    tabs: list[Tab] = field(default_factory=list)

    async def tab(self, path: str | None = '/') -> Tab:
        """Open a tab."""
        page = await self.context.new_page()
        tab = Tab(page, self.url)
        page.on('pageerror', lambda error: tab.complaints.append(f'{error}'))
        page.on('console', lambda message: tab.complaints.append(message.text) if message.type == 'error' else None)
        self.tabs.append(tab)
        return tab if path is None else await tab.open(path)

    async def api(self, method: str, path: str, **fields: str) -> APIResponse:
        """Ask the Frontend API with the cookies of this device."""
        return await self.context.request.fetch(f'{self.url}/v1{path}', method=method, form=fields or None,
                                                max_retries=1)  # for a connection that the server closed meanwhile

    async def sign_up(self, email_address: str = '', **more: str) -> str:
        """Sign up through the API; returns the id of the session."""
        answer = await self.api('POST', '/client/sign_ups', email_address=email_address or a_new_address(),
                                password=PASSWORD, **more)
        assert answer.ok, await answer.text()
        return (await answer.json())['response']['created_session_id']

    async def sign_in(self, email_address: str) -> str:
        """Sign in through the API; returns the id of the session."""
        answer = await self.api('POST', '/client/sign_ins', identifier=email_address, password=PASSWORD)
        assert answer.ok, await answer.text()
        return (await answer.json())['response']['created_session_id']

    async def cookie(self) -> str | None:
        """The value of the client's cookie."""
        cookies = await self.context.cookies(self.url)
        return next((cookie['value'] for cookie in cookies if cookie['name'] == '__client'), None)


MakeDevice = Callable[..., Awaitable[Device]]
NewServer = Callable[..., Server]


def a_new_address() -> str:
    """An address that no other test uses."""
    return f'person{next(_numbers)}@example.com'


@pytest.fixture(scope='session')
async def browser() -> AsyncIterator[Browser]:
    """The browser of all tests."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest.fixture(scope='session')
def new_server(kind: Kind, request: pytest.FixtureRequest) -> NewServer:
    """Makes servers, each on a store of its own of the kind that the test runs on; they are started by the test."""

    def make(folder: Path, *settings: Any, **more: Any) -> Server:
        store = PostgresDatabase(request.getfixturevalue('postgres'), migrated=False) if kind == 'postgres' else None
        return Server(folder, *settings, store=store, **more)

    return make


@pytest.fixture(scope='session')
async def shared_server(tmp_path_factory: pytest.TempPathFactory, new_server: NewServer) -> AsyncIterator[Server]:
    """The server of all tests that do it no harm."""
    server = await new_server(tmp_path_factory.mktemp('server')).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


@pytest.fixture(scope='session')
async def fast_server(tmp_path_factory: pytest.TempPathFactory, new_server: NewServer) -> AsyncIterator[Server]:
    """The same for tests of faults: everything times out five times sooner. They leave it as it was."""
    server = await new_server(tmp_path_factory.mktemp('fast'), script=SERVE, speed=5).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


@pytest.fixture(scope='module')
async def overlaid(tmp_path_factory: pytest.TempPathFactory, new_server: NewServer) -> AsyncIterator[Server]:
    """The server of the pages that their authors draw without our parts, for tests that let it go on as it was."""
    server = await new_server(tmp_path_factory.mktemp('overlaid'), script=OVERLAID).start()
    yield server
    server.stop()
    assert 'Traceback' not in server.log, server.log


@pytest.fixture
async def own_server(tmp_path: Path, new_server: NewServer) -> AsyncIterator[Callable[..., Awaitable[Server]]]:
    """Starts servers for one test, with the given settings; see ``Server.speed``."""
    servers: list[Server] = []

    async def start(script: Path = SERVE, *, speed: float = 1, **settings: Any) -> Server:
        folder = tmp_path / f'server-{len(servers)}'
        folder.mkdir()
        server = new_server(folder, settings, script=script, speed=speed)
        servers.append(server)
        return await server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
async def device(browser: Browser, shared_server: Server, own_server: object) -> AsyncIterator[MakeDevice]:
    """Makes devices; at the end of the test no tab of theirs may have complained. Their servers are stopped later."""
    devices: list[Device] = []

    async def make(server: Server | None = None, url: str | None = None, **options: Any) -> Device:
        context = await browser.new_context(**options)
        devices.append(Device(context, url or (server or shared_server).url))
        return devices[-1]

    yield make
    for used in devices:
        await used.context.close()
    complaints = [complaint for used in devices for tab in used.tabs for complaint in tab.complaints]
    assert complaints == []
