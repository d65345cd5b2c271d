"""The site as it is deployed: nginx in front of two processes, and PostgreSQL behind them."""

from __future__ import annotations

import asyncio
import itertools
import re
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import trustme
from playwright.async_api import Browser

from tests.browser.devices import BUSY, Device
from tests.browser.used_again import Contexts
from tests.databases import PostgresDatabase
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.postgres import OwnPostgres, postgres_server
from tests.programs import has_ended
from tests.relay import Relay, relay_to
from tests.server import START_SECONDS, Server

from .nginx import Nginx

ROUTE = '__Host-route'
SETTINGS = {'trusted_proxies': '127.0.0.1'}
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
        return patient_client(base_url=self.nginx.url, transport=transport,
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

    async def be_up(self) -> None:
        """Start every part that has ended, and wait until both processes answer.

        :raises RuntimeError: with what a part has printed, if it does not start; the next attempt begins anew
        """
        self.line.mend()
        if has_ended(self.postgres.process):
            await asyncio.to_thread(_start_postgres, self.postgres)
        tried = await asyncio.gather(*[_start(part) for part in (self.nginx, *self.processes)], return_exceptions=True)
        for failure in tried:
            if isinstance(failure, BaseException):
                raise failure

    def stop(self) -> None:
        """Stop what is in front of PostgreSQL."""
        for part in (self.nginx, *self.processes):
            part.stop()

    def complaints(self, printed: tuple[str, str] = ('', '')) -> Iterator[str]:
        """What is wrong with the parts.

        :param printed: what the processes had printed when nothing was
        """
        for name, process, before in zip(('first', 'second'), self.processes, printed, strict=True):
            if has_ended(process.process) or 'Traceback' in process.log.removeprefix(before):
                yield f'The {name} process has ended, or failed:\n{process.log}'
        if has_ended(self.nginx.process):
            yield f'nginx has ended:\n{self.nginx.errors}'
        if has_ended(self.postgres.process):
            yield 'PostgreSQL has ended.'

    def status(self, session_id: str) -> str:
        """The status of a session, as the store has it."""
        return self.sql('SELECT status FROM session WHERE id = ?', session_id)[0][0]


@dataclass
class Caretaker:
    """Has the site up for each test: what could not be built for one, or has ended, is there for the next one.

    :param make_folder: makes a folder, given the beginning of its name
    :param authority: signs the certificate of nginx
    :param trust: trusts it
    """

    make_folder: Callable[[str], Path]
    authority: trustme.CA
    trust: ssl.SSLContext
    _site: Site | None = None
    _behind: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def site(self) -> Site:
        """The site, all of it up.

        :raises RuntimeError: if that cannot be done; the next call tries it anew
        """
        if self._site is None:
            self._site = await self._build()
        await self._site.be_up()
        return self._site

    async def close(self) -> None:
        """Stop everything."""
        if self._site is not None:
            self._site.stop()
        await self._behind.aclose()

    async def _build(self) -> Site:
        async with AsyncExitStack() as behind:
            postgres = behind.enter_context(postgres_server())
            line = await behind.enter_async_context(relay_to(postgres.port))
            url = postgres.create_database()
            urls = url.replace(f':{postgres.port}/', f':{line.port}/'), url
            first, second = [Server(self.make_folder('process'), dict(SETTINGS), store=PostgresDatabase(postgres, one))
                             for one in urls]
            nginx = Nginx(self.make_folder('nginx'), (first.port, second.port))
            nginx.certify(self.authority)
            self._behind = behind.pop_all()
        return Site(nginx, first, second, postgres, line, self.trust)


def _start_postgres(postgres: OwnPostgres) -> None:
    try:
        postgres.start()
    except RuntimeError:
        postgres.stop()
        raise


async def _start(part: Server | Nginx) -> None:
    """Start a part unless it runs; one that does not answer in time is ended, so that it can be started anew."""
    try:
        if has_ended(part.process):
            await part.start()
        if isinstance(part, Server):
            await _answers(part)
    except RuntimeError:
        part.stop()
        raise


async def _answers(process: Server) -> None:
    """Wait until a process that runs answers, and can hear the store: until then its pages are at Loading."""
    try:
        async with asyncio.timeout(START_SECONDS), patient_client(timeout=START_SECONDS) as http:
            while 'You are signed out' not in (await http.get(process.url)).raise_for_status().text:
                await asyncio.sleep(0.1)
    except (httpx.HTTPError, TimeoutError) as error:
        raise RuntimeError(f'A process runs and does not answer: {error!r}\n{process.log}') from error


@dataclass
class Devices:
    """Makes devices, which need not know that the certificate is a test's."""

    browser: Browser
    site: Site
    contexts: Contexts
    made: list[Device] = field(default_factory=list)

    async def __call__(self, *, on: Server | None = None) -> Device:
        """Make a device; its browser is one of those that nginx gives to the wished process."""
        url = self.site.nginx.url
        context = await self.contexts.take(self.browser, url, ignore_https_errors=True)
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        device = Device(context, url)
        self.made.append(device)
        while on is not None and await self.site.process_of(context.request.get) is not on:
            await context.clear_cookies()
        return device

    async def close(self) -> None:
        """Close them all; no tab of theirs may have complained."""
        for used in self.made:
            await self.contexts.give_back(used.context, used.url)
        assert [complaint for used in self.made for tab in used.tabs for complaint in tab.complaints
                if not BUSY.search(complaint)] == []
