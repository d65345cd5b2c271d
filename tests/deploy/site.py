"""The site as it is deployed: nginx in front of two processes, and PostgreSQL behind them."""

from __future__ import annotations

import asyncio
import itertools
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.async_api import Browser

from tests.browser.conftest import Device
from tests.postgres import OwnPostgres
from tests.relay import Relay
from tests.server import Server

from .nginx import Nginx

ROUTE = '__Host-route'
_paths = itertools.count(1)


@dataclass
class Site:
    """What a visitor reaches, and what is behind it."""

    nginx: Nginx
    first: Server
    second: Server
    postgres: OwnPostgres
    line: Relay
    """What the first process has of a network to PostgreSQL."""
    trust: ssl.SSLContext
    """Trusts the certificate that the test made."""

    @property
    def processes(self) -> tuple[Server, Server]:
        """Both processes."""
        return self.first, self.second

    def other(self, process: Server) -> Server:
        """The other one of the two."""
        return self.second if process is self.first else self.first

    def visitor(self, address: str = '127.0.0.1', **headers: str) -> httpx.AsyncClient:
        """Somebody with a program of their own, who comes from an address of this machine."""
        transport = httpx.AsyncHTTPTransport(verify=self.trust, local_address=address)
        return httpx.AsyncClient(base_url=self.nginx.url, transport=transport,
                                 headers={name.replace('_', '-'): value for name, value in headers.items()})

    async def process_of(self, get: Callable[[str], Awaitable[Any]]) -> Server:
        """Find the process that answers a browser, given how to ask for a path with its cookies."""
        path = f'/nothing-{next(_paths)}'
        await get(f'{self.nginx.url}{path}')
        return await self.answered_by(path)

    async def answered_by(self, path: str) -> Server:
        """Find the process that answered the last request for a path, once nginx has noted it."""
        while True:
            for line in reversed(self.nginx.served):
                if f' {path} ' in line:
                    port = int(re.findall(r':(\d+)', line.rpartition(' by ')[2])[-1])
                    return next(process for process in self.processes if process.port == port)
            await asyncio.sleep(0.01)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as another program would; see ``TestDatabase``."""
        return self.second.sql(statement, *values)

    def status(self, session_id: str) -> str:
        """The status of a session, as the store has it."""
        return self.sql('SELECT status FROM session WHERE id = ?', session_id)[0][0]


@dataclass
class Devices:
    """Makes devices, which need not know that the certificate is a test's."""

    browser: Browser
    site: Site
    made: list[Device] = field(default_factory=list)

    async def __call__(self, *, on: Server | None = None) -> Device:
        """Make a device; its browser is one of those that nginx gives to the wished process."""
        while True:
            device = Device(await self.browser.new_context(ignore_https_errors=True), self.site.nginx.url)
            if on is None or await self.site.process_of(device.context.request.get) is on:
                self.made.append(device)
                return device
            await device.context.close()

    async def close(self) -> None:
        """Close them all; no tab of theirs may have complained."""
        for used in self.made:
            await used.context.close()
        assert [complaint for used in self.made for tab in used.tabs for complaint in tab.complaints] == []
