"""Clerk's own clients, and the server that they use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.apps import CLIENTS
from tests.browser import conftest as of_browsers
from tests.browser.conftest import shared
from tests.browser.devices import Device, MakeDevice, NewServer
from tests.conformance.clerk import MASK, Clerk
from tests.conformance.installed import fetch_clients
from tests.server import Server

browser, browsers, contexts = of_browsers.browser, of_browsers.browsers, of_browsers.contexts
device, new_server, own_server = of_browsers.device, of_browsers.new_server, of_browsers.own_server

NewBrowser = Callable[[], Awaitable[Device]]
OpenClerk = Callable[..., Awaitable[Clerk]]


@pytest.fixture
async def clerk_server(request: pytest.FixtureRequest, new_server: NewServer) -> Server:
    """The server of all tests that do it no harm; it serves clerk-js and its components."""
    return await shared(request, CLIENTS, clients_folder=fetch_clients())


@pytest.fixture
async def new_browser(device: MakeDevice, clerk_server: Server) -> NewBrowser:
    """Makes browsers that nobody takes for a robot's: with ``navigator.webdriver``, clerk-js takes failures for
    offline."""
    async def make() -> Device:
        made = await device(clerk_server, new=True)
        await made.context.add_init_script(MASK)
        return made

    return make


@pytest.fixture
async def open_clerk(new_browser: NewBrowser) -> OpenClerk:
    """Opens tabs in which clerk-js runs, in a browser of its own or in a given one."""
    async def open_tab(used: Device | None = None, path: str = '/clerk', **options: Any) -> Clerk:
        used = used or await new_browser()
        clerk = Clerk(used, await used.tab(None))
        await clerk.load(path, **options)
        return clerk

    return open_tab
