"""Devices and tabs: a device is a browser context with cookies of its own, its tabs are pages."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import APIResponse, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

from tests.patience import PATIENCE_SECONDS
from tests.relay import Relay
from tests.rules import PASSWORD
from tests.server import Server

SIGNED_OUT = 'You are signed out'
_numbers = itertools.count(1)

LOOK_EVERY_MS = 20
"""Playwright itself looks with each frame, and Chromium draws the page as often as it can while it loads."""

REFUSED = 'Content Security Policy'
"""What Chromium says whenever the policy of a page refuses something."""

BUSY = re.compile(r'status of 503|WebSocket connection')
"""What it says where a server or the browser has so much to do that one believes for a moment that the other one
or the store is lost. The page gets over it, and what it shows in the end is what tests look at."""

FOLLOW = '''(path) => {
    const link = document.body.appendChild(Object.assign(document.createElement('a'), {href: path}));
    link.click();
    link.remove();
}'''
"""Goes to a page as a link does, in whichever engine."""

# By then, the style sheets are there. It is told how each that is empty came, since nobody will be able to ask again.
_LIVE = '''() => window.did_handshake === true && [
    [...document.querySelectorAll('link[rel=stylesheet][href^="/"]')].filter((link) => !link.sheet?.cssRules.length)
        .map(({href}) => `no style: ${JSON.stringify([href, ...performance.getEntriesByName(href)])}`)
]'''


@dataclass
class Tab:
    """One open page."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    """What the page logged as an error; a test that expects some empties the list."""

    violations: list[str] = field(default_factory=list)
    """What the policy of the page has refused; a test that empties the other list keeps this one."""

    takes_refusals: bool = False
    """Whether a refusal is an answer like any other to the page; the browser tells of each as of an error."""

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the page has complained of."""
        if REFUSED in message.text:
            self.violations.append(message.text)
        elif self.takes_refusals and 'Failed to load resource' in message.text:
            pass
        elif message.type == 'error' and not (  # which the page asks again if its new socket is not known there yet
                'status of 404' in message.text and '/v1/client/tabs' in message.location.get('url', '')):
            self.complaints.append(message.text)

    async def hears_again(self) -> None:
        """Wait until the page hears its server after it was lost, be it the same page or one that was loaded anew."""
        await self.page.wait_for_function("window.did_handshake && !document.querySelector('.ls-away')")

    async def open(self, path: str = '/') -> Tab:
        """Go to a page of the site, and wait until it is live."""
        await self.page.goto(self.url + path)
        await self.live()
        return self

    async def live(self) -> None:
        """Wait until the page has joined its socket; by wait_for_function it would read a script of 180 kB first.

        It complains of a style sheet that has nothing in it, of which Chromium says nothing.
        """
        self.complaints += (await self.value(_LIVE))[0]

    async def follow(self, path: str) -> Tab:
        """Go to a page as a link does, with nothing loaded anew: it costs a tenth of opening the page."""
        await self.page.evaluate(FOLLOW, path)
        await expect(self.page).to_have_url(self.url + path)
        return self

    async def back(self, path: str) -> None:
        """Go back from the page with this path; a page gets its URL only after it is drawn."""
        await expect(self.page).to_have_url(self.url + path)
        await self.page.go_back()

    def see(self, text: str | re.Pattern[str]) -> Locator:
        """Something on the page that reads so."""
        return self.page.get_by_text(text)

    def button(self, name: str = 'Sign out') -> Locator:
        """A button by its name."""
        return self.page.get_by_role('button', name=name, exact=True)

    async def confirm(self, title: str | re.Pattern[str]) -> None:
        """Answer the question with this title with yes."""
        asked = self.page.get_by_role('alertdialog', name=title)
        await expect(self.button('Cancel')).to_be_focused()
        await asked.get_by_role('button').last.click()

    async def fill(self, email_address: str, password: str = PASSWORD) -> None:
        """Fill in the form of signing in or up."""
        await self.page.get_by_label('Email address').fill(email_address)
        await self.page.get_by_label('Password').fill(password)

    async def shows(self, session_id: str) -> None:
        """Wait until the tab shows this active session."""
        await expect(self.see(f'Active Session: {session_id}').first).to_be_visible()

    async def signed_out(self) -> None:
        """Wait until the tab says that nobody is signed in, and shows no session."""
        why = self.page.locator('.ls-why:not(:empty)')  # it stands in place of the words
        await expect(self.see(SIGNED_OUT).or_(why).filter(visible=True).first).to_be_visible()
        await expect(self.see(re.compile('Active Session: '))).to_have_count(0)

    async def press_until(self, is_told: Callable[[], Awaitable[bool]]) -> None:
        """Press a key that does nothing until it is noted: nobody hears it while the tab does not hear its server."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await is_told():
                await self.page.keyboard.press('Shift')
                await asyncio.sleep(0.2)

    async def text(self) -> str:
        """Everything that is in the page, visible or not."""
        return (await self.value('() => document.body && [document.body.textContent]'))[0]

    async def value(self, function: str) -> Any:
        """What a function gives once that is true, also where the page is just being loaded anew."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(Error):
                    return await self.value_once(function)
                await asyncio.sleep(0.05)

    async def value_once(self, function: str, argument: Any = None) -> Any:
        """What a function gives once that is true. The page may be loaded anew right after it, and not before."""
        return await self.page.evaluate('''async (argument) => {
            while (true) {
                const found = (FUNCTION)(argument);
                if (found) return found;
                await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
            }
        }'''.replace('FUNCTION', function).replace('LOOK_EVERY_MS', f'{LOOK_EVERY_MS}'), argument)

    async def note_when_seen(self, selector: str) -> None:
        """Note from now on whether something was on the screen: it may be gone before anybody looks."""
        await self.page.evaluate('''(selector) => {
            const seen = window.seen ??= new Set();
            const look = () => {
                if ([...document.querySelectorAll(selector)].some((one) => one.checkVisibility())) seen.add(selector);
            };
            new MutationObserver(look).observe(document, {subtree: true, childList: true, attributes: true});
        }''', selector)

    async def has_seen(self, selector: str) -> None:
        """Wait until that was on the screen."""
        await self.page.wait_for_function('(selector) => window.seen.has(selector)', arg=selector)

    async def has_complained(self, of: str) -> None:
        """Wait until the page has complained of something, and forgive that: it may be told later than it is seen."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(of in complaint for complaint in self.complaints):
                await asyncio.sleep(0.02)
        self.complaints[:] = [complaint for complaint in self.complaints if of not in complaint]

    def forgive_the_network(self) -> None:
        """Forget what the browser complained of while the network or the server was away on purpose."""
        self.complaints[:] = [complaint for complaint in self.complaints
                              if not re.search(r'net::ERR|WebSocket connection|Failed to (load|fetch)', complaint)]


@dataclass
class Device:
    """One browser on one device."""

    context: BrowserContext
    url: str
    tabs: list[Tab] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._empty_pages = [*self.context.pages]
        """Of a context that is used again."""

    async def tab(self, path: str | None = '/') -> Tab:
        """Open a tab."""
        page = self._empty_pages.pop(0) if self._empty_pages else await self.context.new_page()
        tab = Tab(page, self.url)
        page.on('pageerror', lambda error: tab.complaints.append(f'{error}'))
        page.on('console', tab.hear)
        self.tabs.append(tab)
        return tab if path is None else await tab.open(path)

    async def api(self, method: str, path: str, **fields: str) -> APIResponse:
        """Ask the Frontend API with the cookies of this device, until the server has time for it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await self.ask(method, path, **fields)).status == 503:
                await asyncio.sleep(0.1)  # nothing was changed
        return answer

    async def ask(self, method: str, path: str, **fields: str) -> APIResponse:
        """Ask it once, also if the answer may be that the server cannot do it now."""
        return await self.context.request.fetch(f'{self.url}/v1{path}', method=method, form=fields or None,
                                                max_retries=1)  # for a connection that the server closed meanwhile

    async def sign_up(self, email_address: str = '', **more: str) -> str:
        """Sign up through the API; returns the id of the session."""
        return await self._begin_session('sign_ups', email_address=email_address or a_new_address(), **more)

    async def sign_in(self, email_address: str) -> str:
        """Sign in through the API; returns the id of the session."""
        return await self._begin_session('sign_ins', identifier=email_address)

    async def _begin_session(self, way: str, **fields: str) -> str:
        answer = await self.api('POST', f'/client/{way}', password=PASSWORD, **fields)
        assert answer.ok, await answer.text()
        return (await answer.json())['response']['created_session_id']

    async def cookie(self) -> str | None:
        """The value of the client's cookie."""
        cookies = await self.context.cookies(self.url)
        return next((cookie['value'] for cookie in cookies if cookie['name'] == '__client'), None)


MakeDevice = Callable[..., Awaitable[Device]]
NewServer = Callable[..., Server]
StartServer = Callable[..., Awaitable[Server]]
LayNetwork = Callable[[Server], Awaitable[Relay]]


async def focus(control: Locator) -> None:
    """Put the focus on a control. A page that is hidden for a moment does not take it, and Playwright does not wait."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await control.evaluate('(control) => { control.focus(); return control === document.activeElement }'):
            await asyncio.sleep(LOOK_EVERY_MS / 1000)


def a_new_address() -> str:
    """An address that no other test uses."""
    return f'person{next(_numbers)}@example.com'
