"""What these tests share: the front door of the rules, and a site that is served over https."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.auth import conftest as of_the_rules
from tests.browser import conftest as of_browsers
from tests.http import patient_client
from tests.server import Server

api = of_the_rules.api
browser, browsers = of_browsers.browser, of_browsers.browsers
device = of_browsers.device
new_server = of_browsers.new_server
own_server = of_browsers.own_server

SITE = 'https://site.example'


@pytest.fixture(scope='module')
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A site that is found over https, behind a proxy that ends TLS."""
    settings = {'public_url': SITE, 'trusted_proxies': '127.0.0.1', 'hsts_subdomains': True}
    server = await Server(tmp_path_factory.mktemp('site'), settings).start()
    yield server
    server.stop()


@pytest.fixture
async def visitor(site: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who visits the site, as the proxy passes it on."""
    passed_on = {'host': 'site.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7'}
    async with patient_client(base_url=site.url, headers=passed_on) as http:
        yield http


async def sign_up_over_https(visitor: httpx.AsyncClient, email_address: str) -> None:
    """Sign up, and send the cookie from then on: to the client, the way to the server itself is no https."""
    answer = await of_the_rules.sign_up(visitor, email_address)
    visitor.headers['cookie'] = answer.headers['set-cookie'].partition(';')[0]
