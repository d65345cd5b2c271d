"""What the tests of attacks share: servers, the front door of the rules, and a browser. They leave nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.auth import conftest as of_the_rules
from tests.browser import conftest as of_browsers
from tests.server import Server

from .visitors import NewPerson, visitors_of
from .wire import Connection

api = of_the_rules.api
browser, browsers = of_browsers.browser, of_browsers.browsers
contexts = of_browsers.contexts
device = of_browsers.device
new_server = of_browsers.new_server
own_server = of_browsers.own_server
shared_server = of_browsers.shared_server

Start = Callable[..., Awaitable[Server]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts servers for one test; those that it does not stop are stopped after it."""
    servers: list[Server] = []

    async def start_one(settings: dict[str, Any] | None = None, **more: Any) -> Server:
        servers.append(Server(tmp_path, settings or {}, **more))
        return await servers[-1].start()

    yield start_one
    for server in servers:
        server.stop()


@pytest.fixture(scope='module')
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app of a module leaves a trace of what was done."""
    return tmp_path_factory.mktemp('trace') / 'acts'


@pytest.fixture
def server(served: Server, trace: Path) -> Server:
    """What the module serves to all its tests; nothing was done before."""
    trace.unlink(missing_ok=True)
    return served


@pytest.fixture
async def visitor(server: Server) -> AsyncIterator[NewPerson]:
    """Makes browsers."""
    async with visitors_of(server) as make:
        yield make


@pytest.fixture(autouse=True)
async def no_connection_stays_open() -> AsyncIterator[None]:
    """Close what the test has opened."""
    yield
    for connection in Connection.open:
        connection.writer.transport.abort()
        with suppress(OSError):
            await connection.writer.wait_closed()
    Connection.open.clear()
