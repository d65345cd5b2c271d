"""A proxy that changes what it passes on: the log says what to set, and with that set everything works."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trustme
from playwright.async_api import Browser, expect

from tests.browser.devices import BUSY, Device, a_new_address
from tests.patience import PATIENCE_SECONDS
from tests.running import either_store
from tests.server import Server

from .nginx import Nginx

pytestmark = either_store


class Careless(Nginx):
    """nginx as very many set it up: it sends the name of its upstream, and says nothing of TLS or of the visitor."""

    def _shipped_with_our_names(self) -> str:
        return re.sub(r'proxy_set_header (?:Host|X-Forwarded-Proto|X-Forwarded-For) .*', '',
                      super()._shipped_with_our_names())


Behind = Callable[..., Awaitable[tuple[Nginx, Server]]]


@pytest.fixture
async def behind(tmp_path: Path, authority: trustme.CA, kind: str) -> AsyncIterator[Behind]:
    """Starts a server of its own behind such a proxy, with or without its address in PUBLIC_URL."""
    async with AsyncExitStack() as ends:

        async def start(*, told: bool, **settings: str) -> tuple[Nginx, Server]:
            folder = tmp_path / 'nginx'
            folder.mkdir()
            server = Server(tmp_path, dict(settings))
            nginx = Careless(folder, (server.port, server.port))
            nginx.certify(authority)
            if told:
                server.settings['public_url'] = nginx.url
            await server.start()
            ends.callback(server.stop)
            await nginx.start()
            ends.callback(nginx.stop)
            return nginx, server

        yield start


async def visit(browser: Browser, nginx: Nginx) -> Device:
    context = await browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(1000 * PATIENCE_SECONDS)
    return Device(context, nginx.url)


async def test_with_its_address_in_public_url_a_site_works_behind_a_proxy_that_changes_everything(
        behind: Behind, browser: Browser) -> None:
    nginx, server = await behind(told=True)
    laptop = await visit(browser, nginx)
    left, right = await laptop.tab('/sign-up?redirect_url=/account'), await laptop.tab('/')

    await left.fill(a_new_address())
    await left.button('Sign up').click()
    await expect(left.page).to_have_url(f'{nginx.url}/account')
    await expect(right.see('Active Session: sess_').first).to_be_visible()
    cookie, = [one for one in await laptop.context.cookies() if one['name'].endswith('client')]
    await left.button().click()
    await right.signed_out()
    await laptop.context.close()

    assert (cookie['name'], cookie['secure']) == ('__Host-client', True)
    assert 'refused' not in server.log
    assert [one for one in left.complaints + right.complaints if not BUSY.search(one)] == []


async def test_without_it_the_log_names_both_and_what_to_set(behind: Behind, browser: Browser) -> None:
    nginx, server = await behind(told=False, allowed_hosts='live_sessions')
    laptop = await visit(browser, nginx)
    tab = await laptop.tab(None)
    await tab.page.goto(f'{nginx.url}/sign-up')  # its socket is refused as well

    await tab.fill(a_new_address())
    await tab.button('Sign up').click()
    await expect(tab.see('This request came from another site.')).to_be_visible()
    await laptop.context.close()

    lines = [line for line in server.log.splitlines() if 'refused a request of a page' in line]
    assert lines
    assert all(f"page of '{nginx.url}', because it came to 'http://live_sessions'" in line for line in lines)
    assert all(f'set PUBLIC_URL={nginx.url}' in line for line in lines)


async def test_a_name_that_is_not_known_is_told_with_what_to_set(behind: Behind, browser: Browser) -> None:
    nginx, server = await behind(told=False)
    laptop = await visit(browser, nginx)
    page = await laptop.context.new_page()

    answer = await page.goto(nginx.url)
    await laptop.context.close()

    assert answer
    assert answer.status == 421
    assert "refused a request by the name 'live_sessions'" in server.log
    assert 'set PUBLIC_URL' in server.log
