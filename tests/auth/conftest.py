"""What the tests of the rules share: the front door of the rules, and browsers that knock at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from auth.changes.watcher import Watcher
from auth.web.api import FrontendApi
from auth.web.gateway import Gateway
from auth.web.waiting_pages import WaitingPages
from tests.rules import PASSWORD, Rules


class NoTabs:
    """An audience that shows nothing."""

    def shown_clients(self) -> set[str]:
        return set()

    def show(self, clients: object) -> None:
        raise AssertionError('there is nobody to show it to')

    def news(self, user_ids: object) -> None:
        pass

    def hide(self) -> None:
        pass


@dataclass
class Api:
    """The front door of the rules, and browsers that knock at it."""

    rules: Rules
    app: Gateway

    def browser(self, base_url: str = 'http://localhost', **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers)


async def nothing_behind(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError('no request may get past the front door here')


@pytest.fixture
async def api(rules: Rules) -> AsyncIterator[Api]:
    """The Frontend API of the rules, behind its front door."""
    watcher = Watcher(rules.auth, NoTabs())
    await watcher.start()
    await watcher.swept.wait()  # or a test that writes would wait for it, and it for the test

    async def re_authenticate(page_id: str, socket_id: str, token: object, *, epoch: int, final: bool) -> bool:
        raise LookupError(page_id)

    frontend_api = FrontendApi(rules.auth, watcher, re_authenticate)
    yield Api(rules, Gateway(nothing_behind, sockets=nothing_behind, api=frontend_api, routes={}, watcher=watcher,
                             hosts=rules.auth.settings.hosts, waiting=WaitingPages(rules.auth.settings)))
    await watcher.stop()


async def sign_up(browser: httpx.AsyncClient, email_address: str = 'ann@example.com', **more: str) -> httpx.Response:
    """Sign up on a browser."""
    return await browser.post('/v1/client/sign_ups', data={'email_address': email_address, 'password': PASSWORD} | more)


async def sign_in(browser: httpx.AsyncClient, identifier: str = 'ann@example.com') -> httpx.Response:
    """Sign in on a browser."""
    return await browser.post('/v1/client/sign_ins', data={'identifier': identifier, 'password': PASSWORD})
