"""The site as it is deployed, and devices to visit it with."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from playwright.async_api import Browser

from tests.browser import conftest as of_browsers
from tests.browser.used_again import Contexts

from .nginx import Nginx
from .site import Caretaker, Devices, Site

browser, browsers, contexts = of_browsers.browser, of_browsers.browsers, of_browsers.contexts


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
async def caretaker(tmp_path_factory: pytest.TempPathFactory, authority: trustme.CA,
                    trust: ssl.SSLContext) -> AsyncIterator[Caretaker]:
    """Has the site of all tests up."""
    caretaker = Caretaker(tmp_path_factory.mktemp, authority, trust)
    yield caretaker
    await caretaker.close()


@pytest.fixture
async def site(caretaker: Caretaker) -> AsyncIterator[Site]:
    """The site of all tests. Each leaves it as it found it, or fails; the next one has it whole anyway."""
    site = await caretaker.site()
    first, second = site.processes
    printed = first.log, second.log
    yield site
    assert not (complaints := list(site.complaints(printed))), '\n'.join(complaints)


@pytest.fixture
async def device(browser: Browser, contexts: Contexts, site: Site) -> AsyncIterator[Devices]:
    """Makes devices; at the end of the test no tab of theirs may have complained."""
    devices = Devices(browser, site, contexts)
    yield devices
    await devices.close()


@pytest.fixture
async def nginx(tmp_path: Path, authority: trustme.CA) -> AsyncIterator[Callable[..., Nginx]]:
    """Makes an nginx in front of the given ports."""
    made: list[Nginx] = []

    def make(first: int, second: int, **more: Any) -> Nginx:
        made.append(Nginx(tmp_path, (first, second), **more))
        made[-1].certify(authority)
        return made[-1]

    yield make
    for one in made:
        one.stop()

