"""A real Next.js app, built for production, whose sessions are this server's, in Chromium.

The app asks for nothing but what docs/clients.md says to set. Neither it nor the browser may reach another machine.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, Request, Route, expect

from auth import Settings
from pages.examples.snippets import NEXTJS
from tests.apps import SERVE
from tests.browser.devices import Device, MakeDevice, NewServer, Tab, a_new_address
from tests.conformance.installed import fetch_clients
from tests.conformance.nextjs import SOURCES, NextApp, answering, built_app, new_app, serving, settings_of
from tests.programs import CHEAP_PASSWORDS, run_python
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

pytestmark = [either_store, pytest.mark.timeout(900)]  # the first one waits for npm, and for Next.js to build

MAKE_KEY = 'from auth.cli import main; main()'


@dataclass
class Site:
    """The app, and the server behind it."""

    app: NextApp
    server: Server


@dataclass
class Visitor:
    """A browser that visits the app; it may reach this machine only."""

    device: Device
    app: NextApp
    asked: list[str] = field(default_factory=list)
    """What it has asked for, such as ``GET /__clerk/v1/client``."""
    elsewhere: list[str] = field(default_factory=list)
    """What it has asked other machines for; it got nothing."""

    async def tab(self, path: str = '/') -> Page:
        """Open a page of the app, and wait until Clerk's client has loaded there."""
        tab: Tab = await self.device.tab(None)
        tab.takes_refusals = True
        tab.page.on('request', self._hear)
        await tab.page.goto(self.app.url + path)
        await self.loaded(tab.page)
        return tab.page

    async def loaded(self, page: Page) -> None:
        """Wait until Clerk's client has loaded in a page."""
        await page.wait_for_function('() => window.Clerk?.loaded')

    async def sign_in(self, page: Page, address: str, password: str = PASSWORD) -> None:
        """Fill in the form of the app, and send it."""
        await page.get_by_label('Email address').fill(address)
        await page.get_by_label('Password').fill(password)
        await page.get_by_role('button', name='Sign in', exact=True).click()

    async def cookie(self, name: str) -> str | None:
        """The value of a cookie of the app."""
        return next((one.get('value') for one in await self.device.context.cookies(self.app.url)
                     if one.get('name') == name), None)

    async def forget(self, name: str) -> None:
        """Lose a cookie, and its copies."""
        for one in await self.device.context.cookies(self.app.url):
            if f'{one.get("name")}_'.startswith(f'{name}_'):
                await self.device.context.clear_cookies(name=one.get('name'))

    async def keep_here(self) -> None:
        """Let nothing leave this machine."""
        async def look(route: Route) -> None:
            if urlsplit(route.request.url).hostname in {'localhost', '127.0.0.1'}:
                await route.continue_()
            else:
                self.elsewhere.append(route.request.url)
                await route.abort()

        await self.device.context.route('**/*', look)

    def _hear(self, request: Request) -> None:
        url = urlsplit(request.url)
        self.asked.append(f'{parse_qs(url.query).get("_method", [request.method])[0]} {url.path}')


Visit = Callable[[], Awaitable[Visitor]]


@pytest.fixture(scope='module')
async def site(tmp_path_factory: pytest.TempPathFactory, new_server: NewServer) -> AsyncIterator[Site]:
    """The app and its server, for all tests of this file."""
    built, folder = built_app(), tmp_path_factory.mktemp('nextjs')
    app = new_app(folder)
    server = new_server(folder, {CHEAP_PASSWORDS: 1, 'clients_folder': fetch_clients(), 'allowed_origins': app.url},
                        script=SERVE)
    server.settings['public_url'] = server.url
    await server.start()
    made = run_python(MAKE_KEY, ('keys', 'create', 'the app', '--json'), database_url=server.database.url).stdout
    key = Settings(public_url=server.url).publishable_key
    with ExitStack() as stack:
        stack.enter_context(serving(built, app, settings_of(server, key, json.loads(made)['secret_key'])))
        await answering(app)
        yield Site(app, server)
    server.stop()
    assert 'REFUSED' not in app.log, app.log
    assert 'Traceback' not in server.log, server.log


@pytest.fixture
async def visit(site: Site, device: MakeDevice) -> AsyncIterator[Visit]:
    """Makes visitors."""
    visitors: list[Visitor] = []

    async def make() -> Visitor:
        visitors.append(Visitor(await device(site.server, new=True), site.app))
        await visitors[-1].keep_here()
        return visitors[-1]

    yield make
    for one in visitors:
        assert one.elsewhere == []


@pytest.fixture
async def address(site: Site, device: MakeDevice) -> str:
    """The address of somebody who has an account, and is signed in nowhere."""
    somebody = await device(site.server, new=True)
    await somebody.sign_up(address := a_new_address())
    await somebody.api('DELETE', '/client/sessions')
    return address


def test_the_button_is_the_one_of_the_guide_word_for_word() -> None:
    button = (SOURCES / 'app/components/SignOutButton.tsx').read_text(encoding='utf-8')

    assert button == f"'use client'\n\nimport {{ useClerk }} from '@clerk/nextjs'\n\n{NEXTJS.code}\n"


async def test_a_visitor_signs_in_on_the_way_to_a_protected_page_and_signs_out_with_the_button(
        visit: Visit, site: Site, address: str) -> None:
    laptop = await visit()
    page = await laptop.tab('/')
    await expect(page.locator('#here')).to_have_text('You are signed out')

    await page.goto(f'{site.app.url}/protected')
    assert urlsplit(page.url).path == '/sign-in'
    assert 'redirect_url=' in page.url
    await laptop.loaded(page)
    await laptop.sign_in(page, address, 'a wrong password')
    await expect(page.locator('#problem')).to_contain_text('incorrect')
    await laptop.sign_in(page, address)

    await expect(page.get_by_role('heading', name='Protected')).to_be_visible()
    session_id = await page.locator('#server').inner_text()
    assert session_id.startswith('sess_')
    assert (await page.locator('#user').inner_text()).startswith('user_')
    await expect(page.locator('#here')).to_have_text(f'Active Session: {session_id}')
    other = await laptop.tab('/')
    await expect(other.locator('#here')).to_have_text(f'Active Session: {session_id}')
    nicegui = await laptop.device.tab('/')
    await nicegui.shows(session_id)

    laptop.asked.clear()
    await page.get_by_role('button', name='Sign out', exact=True).click()

    await expect(page).to_have_url(f'{site.app.url}/')
    await expect(page.locator('#here')).to_have_text('You are signed out')
    await expect(other.locator('#here')).to_have_text('You are signed out')
    await nicegui.signed_out()
    assert laptop.asked.count('DELETE /__clerk/v1/client/sessions') == 1
    assert site.server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('removed',)]
    assert await laptop.cookie('__client_uat') == '0'
    assert not await laptop.cookie('__session')
    assert await page.evaluate("fetch('/who').then((answer) => answer.json())") == {'userId': None, 'sessionId': None}

    laptop.asked.clear()
    await page.goto(f'{site.app.url}/protected')
    assert urlsplit(page.url).path == '/sign-in'
    assert not [one for one in laptop.asked if 'handshake' in one]


async def signed_in(visitor: Visitor, address: str, path: str = '/protected') -> tuple[Page, str]:
    """Sign somebody in in the app; returns the page, and the id of the session."""
    page = await visitor.tab(f'/sign-in?redirect_url={path}')
    await visitor.sign_in(page, address)
    await expect(page).to_have_url(visitor.app.url + path)
    here = page.locator('#here')
    await expect(here).to_contain_text('Active Session: ')
    return page, (await here.inner_text()).removeprefix('Active Session: ')


async def test_the_server_of_the_app_asks_who_somebody_is(visit: Visit, address: str) -> None:
    laptop = await visit()

    page, _ = await signed_in(laptop, address, '/me')

    await expect(page.locator('#address')).to_have_text(address)


async def test_a_session_cookie_that_was_lost_comes_back_by_one_handshake(visit: Visit, site: Site, address: str
                                                                         ) -> None:
    laptop = await visit()
    page, session_id = await signed_in(laptop, address)
    await page.goto('about:blank')  # nobody gives it back meanwhile
    await laptop.forget('__session')
    laptop.asked.clear()

    await page.goto(f'{site.app.url}/protected')

    await expect(page.locator('#server')).to_have_text(session_id)
    assert len([one for one in laptop.asked if 'handshake' in one]) == 1
    assert await laptop.cookie('__clerk_handshake') is None
    assert await laptop.cookie('__session')


async def test_a_handshake_undoes_no_sign_out(visit: Visit, site: Site, address: str) -> None:
    laptop = await visit()
    page, _ = await signed_in(laptop, address)
    await page.goto('about:blank')
    await laptop.forget('__session')
    await page.goto(f'{site.app.url}/protected')
    await laptop.loaded(page)

    await page.get_by_role('button', name='Sign out', exact=True).click()
    await expect(page.locator('#here')).to_have_text('You are signed out')

    for _ in range(2):
        await page.goto(f'{site.app.url}/protected')
        assert urlsplit(page.url).path == '/sign-in'
    assert not await laptop.cookie('__session')


async def test_the_server_of_the_app_ends_a_session_and_every_tab_knows_at_once(visit: Visit, site: Site, address: str
                                                                              ) -> None:
    laptop = await visit()
    page, session_id = await signed_in(laptop, address)
    other = await laptop.tab('/')
    await expect(other.locator('#here')).to_have_text(f'Active Session: {session_id}')
    nicegui = await laptop.device.tab('/')
    await nicegui.shows(session_id)

    answer = await page.evaluate("fetch('/revoke', {method: 'POST'}).then((answer) => answer.json())")

    assert answer == {'id': session_id, 'status': 'revoked'}
    await nicegui.signed_out()
    for tab in (page, other):
        await expect(tab.locator('#here')).to_have_text('You are signed out')
    await page.goto(f'{site.app.url}/protected')
    assert urlsplit(page.url).path == '/sign-in'
    assert site.server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('revoked',)]


async def test_a_sign_out_in_a_nicegui_tab_is_seen_by_the_app(visit: Visit, site: Site, address: str) -> None:
    laptop = await visit()
    page, session_id = await signed_in(laptop, address)
    nicegui = await laptop.device.tab('/')
    await nicegui.shows(session_id)

    await nicegui.button().first.click()

    await nicegui.signed_out()
    await expect(page.locator('#here')).to_have_text('You are signed out')
