"""The site as it is deployed, and devices to visit it with."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from playwright.async_api import Browser

from tests.browser import conftest as of_browsers
from tests.databases import PostgresDatabase
from tests.postgres import postgres_server
from tests.relay import relay_to
from tests.server import Server

from .nginx import Nginx
from .site import Devices, Site

browser = of_browsers.browser


@pytest.fixture(scope='session')
def authority() -> trustme.CA:
    """Signs the certificates of the tests."""
    return trustme.CA()


@pytest.fixture(scope='session')
def trust(authority: trustme.CA) -> ssl.SSLContext:
    """Trusts them."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture(scope='session')
async def site(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA,
               trust: ssl.SSLContext) -> AsyncIterator[Site]:
    """The site of all tests; each leaves it as it found it."""
    settings = {'trusted_proxies': '127.0.0.1'}
    with postgres_server() as postgres:
        url = postgres.create_database()
        async with relay_to(postgres.port) as line:
            stores = [PostgresDatabase(postgres, reached)
                      for reached in (url.replace(f':{postgres.port}/', f':{line.port}/'), url)]
            first, second = [Server(tmp_path_factory.mktemp('process'), settings, store=store) for store in stores]
            nginx = Nginx(tmp_path_factory.mktemp('nginx'), (first.port, second.port))
            certify(nginx, authority)
            try:
                await asyncio.gather(first.start(), second.start(), nginx.start())
                yield Site(nginx, first, second, postgres, line, trust)
            finally:
                for process in (nginx, first, second):
                    process.stop()
    for process in (first, second):
        assert 'Traceback' not in process.log, process.log


@pytest.fixture
async def device(browser: Browser, site: Site) -> AsyncIterator[Devices]:
    """Makes devices; at the end of the test no tab of theirs may have complained."""
    devices = Devices(browser, site)
    yield devices
    await devices.close()


@pytest.fixture
async def nginx(tmp_path: Path, authority: trustme.CA) -> AsyncIterator[Callable[..., Nginx]]:
    """Makes an nginx in front of the given ports."""
    made: list[Nginx] = []

    def make(first: int, second: int, **more: Any) -> Nginx:
        made.append(Nginx(tmp_path, (first, second), **more))
        certify(made[-1], authority)
        return made[-1]

    yield make
    for one in made:
        one.stop()


def certify(nginx: Nginx, authority: trustme.CA) -> None:
    """Give an nginx a certificate for the name it serves here."""
    certificate = authority.issue_cert('localhost')
    certificate.private_key_pem.write_to_path(nginx.folder / 'key.pem')
    for part in certificate.cert_chain_pems:
        part.write_to_path(nginx.folder / 'certificate.pem', append=True)
