"""What the tests of the rules share: the gateway of the rules, and browsers that use it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from auth import Auth
from auth.changes.clients import Clients
from auth.web.api import FrontendApi
from auth.web.gateway import Gateway
from auth.web.key_set import KeySet
from auth.web.waiting_pages import WaitingPages
from tests.auth.described import check
from tests.following import Following, NoTabs
from tests.rules import PASSWORD, Rules


@dataclass
class Api:
    """The gateway of the rules, and browsers that use it."""

    rules: Rules
    app: Gateway

    def browser(self, base_url: str = 'http://localhost', **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=base_url, headers=headers,
                                 event_hooks={'response': [check]})


async def nothing_behind(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError('no request may get past the gateway here')


def frontend_api_of(auth: Auth, clients: Clients, streams: Any = None) -> FrontendApi:
    """The Frontend API, with no tab behind it."""
    async def re_authenticate(page_id: str, socket_id: str, token: object, *, epoch: int, final: bool) -> bool:
        raise LookupError(page_id)

    @asynccontextmanager
    async def expecting(page_id: str, socket_id: str, client_id: str, secret_hash: str) -> AsyncIterator[None]:
        yield

    return FrontendApi(auth, clients, re_authenticate, expecting, streams)


@asynccontextmanager
async def served_api(rules: Rules) -> AsyncIterator[Api]:
    """The Frontend API of some rules, behind the gateway."""
    following = Following(rules.auth)
    await following.start(NoTabs())
    api = frontend_api_of(rules.auth, following.clients)
    try:
        yield Api(rules, Gateway(nothing_behind, sockets=nothing_behind, api=api, routes={}, clients=following.clients,
                                 hosts=rules.auth.settings.hosts, waiting=WaitingPages(rules.auth.settings),
                                 key_set=KeySet(rules.auth)))
    finally:
        await following.stop()


@pytest.fixture
async def api(rules: Rules) -> AsyncIterator[Api]:
    """The Frontend API of the rules, behind the gateway."""
    async with served_api(rules) as api:
        yield api


def said(answer: httpx.Response) -> tuple[int, Any]:
    """What an answer says: all but the id of its own that each error has."""
    body = answer.json()
    assert re.fullmatch('[0-9a-f]{32}', body.pop('clerk_trace_id'))
    return answer.status_code, json.dumps(body)


async def sign_up(browser: httpx.AsyncClient, email_address: str = 'ann@example.com', **more: str) -> httpx.Response:
    """Sign up on a browser."""
    return await browser.post('/v1/client/sign_ups', data={'email_address': email_address, 'password': PASSWORD} | more)


async def sign_in(browser: httpx.AsyncClient, identifier: str = 'ann@example.com') -> httpx.Response:
    """Sign in on a browser."""
    return await browser.post('/v1/client/sign_ins', data={'identifier': identifier, 'password': PASSWORD})
