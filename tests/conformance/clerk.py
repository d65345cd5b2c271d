"""A tab in which Clerk's own clerk-js runs, and what a program does with it there."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from playwright.async_api import Request

from tests.browser.devices import Device, Tab, a_new_address
from tests.rules import PASSWORD

MASK = "Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})"

_SHOWN = '() => window.Clerk?.session === undefined ? "undefined" : Clerk.session && Clerk.session.id'

_SIGN_UP = '''async ([emailAddress, password]) => {
    const done = await Clerk.client.signUp.create({emailAddress, password})
    if (done.createdSessionId) await Clerk.setActive({session: done.createdSessionId})
    return done.createdSessionId
}'''
_SIGN_IN = '''async ([identifier, password]) => {
    const done = await Clerk.client.signIn.create({identifier, password})
    await Clerk.setActive({session: done.createdSessionId})
    return done.createdSessionId
}'''
_SETTLED = '''async ([code, given]) => {
    try {
        return {value: await (0, eval)(`(async (given) => { ${code} })`)(given) ?? null}
    } catch (error) {
        return {error: {message: error.message, code: error.code, status: error.status,
                        errors: error.errors?.map(({code, message, longMessage, meta}) =>
                            ({code, message, longMessage, param: meta?.paramName}))}}
    }
}'''


@dataclass
class Clerk:
    """A tab with clerk-js."""

    device: Device
    tab: Tab
    asked: list[str] = field(default_factory=list)
    """What it has asked the Frontend API, such as ``DELETE /client/sessions``."""

    def __post_init__(self) -> None:
        self.tab.takes_refusals = True

    async def load(self, path: str = '/clerk', **options: Any) -> None:
        """Load a page with clerk-js, and wait until that is ready."""
        if not self.asked:
            self.tab.page.on('request', self._hear)
        query = f'?options={quote(json.dumps(options))}' if options else ''
        await self.tab.page.goto(self.tab.url + path + query)
        await self.ready()

    def _hear(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.path.startswith('/v1/'):
            method = parse_qs(url.query).get('_method', [request.method])[0]
            self.asked.append(f'{method} {url.path[3:]}')

    async def ready(self) -> None:
        """Wait until clerk-js is ready."""
        await self.tab.page.wait_for_function('window.ready')
        await self.tab.page.evaluate('window.ready')

    async def run(self, code: str, given: Any = None) -> Any:
        """Run what stands in a function of its own, and give what it returns."""
        done = await self.settle(code, given)
        assert 'error' not in done, done
        return done['value']

    async def settle(self, code: str, given: Any = None) -> dict[str, Any]:
        """The same; gives a ``value`` or an ``error``."""
        return await self.tab.page.evaluate(_SETTLED, [code, given])

    async def sign_up(self, address: str = '', password: str = PASSWORD) -> str:
        """Sign up; returns the id of the session."""
        return await self.tab.page.evaluate(_SIGN_UP, [address or a_new_address(), password])

    async def sign_in(self, address: str, password: str = PASSWORD) -> str:
        """Sign in; returns the id of the session."""
        return await self.tab.page.evaluate(_SIGN_IN, [address, password])

    async def session(self) -> str | None:
        """The session that it shows now: its id, None for signed out, or ``undefined`` while it is not known."""
        return await self.tab.page.evaluate(_SHOWN)

    async def shows(self, session_id: str | None) -> None:
        """Wait until it shows a session, or None: that nobody is signed in."""
        await self.tab.page.wait_for_function(f'(wanted) => ({_SHOWN})() === wanted', arg=session_id)

    async def accounts(self) -> list[str]:
        """The sessions that are signed in in its browser, as it knows them."""
        return await self.run('return Clerk.client.signedInSessions.map((session) => session.id)')

    async def seen(self) -> list[str | None]:
        """What listeners were told, in this order."""
        return await self.tab.page.evaluate('window.seen')

    async def focus(self) -> None:
        """Come back to the tab, as clerk-js understands it."""
        await self.tab.page.evaluate("window.dispatchEvent(new Event('focus'))")

    async def cookie(self, name: str) -> str:
        """A cookie that scripts may read; '' if there is none."""
        found = await self.tab.page.evaluate('document.cookie')
        match = re.search(rf'(?:^|; ){re.escape(name)}=([^;]*)', found)
        return match[1] if match else ''

    @asynccontextmanager
    async def answering(self, status: int, path: str = '**/v1/client/**') -> AsyncIterator[None]:
        """Within the block, its changes are answered with an error of the server, which never gets them."""
        body = json.dumps({'errors': [{'code': 'internal_clerk_error', 'message': 'Oops', 'long_message': 'Oops!'}]})

        async def answer(route: Any) -> None:
            await route.fulfill(status=status, content_type='application/json', body=body)

        await self.tab.page.route(path, answer)
        yield
        await self.tab.page.unroute(path, answer)

