"""People who visit a server without a browser: they have a cookie, and send what they like."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import httpx

from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.rules import PASSWORD
from tests.server import Server
from tests.sockets import OpenPage

REVOKED = "UPDATE session SET status = 'revoked' WHERE user_id = (SELECT id FROM user WHERE email_address = ?)"
WITHDRAWN = 'UPDATE user SET is_admin = ? WHERE email_address = ?'

_numbers = itertools.count(1)


@dataclass(eq=False)
class Tab(OpenPage):
    """An open page on which somebody clicks."""

    async def click(self, element: tuple[str, str]) -> None:
        """Send an event of an element, whether it is still there or not."""
        await self.send('event', id=int(element[0]), listener_id=element[1], args=[])

    def handler(self, *, text: str = '', event: str = 'click') -> tuple[str, str]:
        """The ids of an element and its listener, by its text, what it is called, or by the event."""
        return next((element_id, listener['listener_id']) for element_id, element in self.elements.items()
                    for props in [element.get('props') or {}]
                    if not text or text in (element.get('text'), props.get('label'), props.get('aria-label'))
                    for listener in element.get('events', ()) if listener['type'] == event)

    async def sees(self, text: str) -> None:
        """Wait until it is told a text."""
        await until(lambda: text in self.texts())

    async def navigate(self, path: str) -> None:
        """Go to another page without a request for it."""
        await self.click_with(self.handler(event='sub_pages_open'), path)

    async def click_with(self, element: tuple[str, str], argument: str) -> None:
        """Send an event with an argument."""
        await self.send('event', id=int(element[0]), listener_id=element[1], args=[json.dumps(argument)])

    async def heard_all(self) -> None:
        """Wait until the server has handled what was sent before: it answers in order."""
        number = next(_numbers)
        await self.navigate(f'/heard/{number}')
        await self.sees(f'Heard all up to {number}')


@dataclass(eq=False)
class Somebody:
    """One browser, and whoever uses it."""

    server: Server
    web: httpx.AsyncClient
    http: aiohttp.ClientSession
    address: str = ''
    tabs: list[Tab] = field(default_factory=list)

    @classmethod
    def at(cls, server: Server) -> Somebody:
        web = patient_client(base_url=server.url, headers={'origin': server.url})
        return cls(server, web, aiohttp.ClientSession())

    async def sign_up(self, *, administrator: bool = False) -> Somebody:
        """Make an account, and use it."""
        self.address = f'visitor{next(_numbers)}@example.com'
        account = {'email_address': self.address, 'password': PASSWORD}
        while (answer := await self.web.post('/v1/client/sign_ups', data=account)).status_code == 503:
            await asyncio.sleep(0.1)  # it has much to do, and nothing was changed
        assert answer.status_code == 200, answer.text
        if administrator:
            self.server.sql('UPDATE user SET is_admin = ? WHERE email_address = ?', True, self.address)
        return self

    def cookie(self) -> str:
        """The header with which this browser asks."""
        return '; '.join(f'{name}={value}' for name, value in self.web.cookies.items())

    async def get(self, path: str, method: str = 'GET') -> httpx.Response:
        """Knock at the door, and again where the server does not hear its store for a moment."""
        while (answer := await self.web.request(method, path)).status_code == 503 and method in {'GET', 'HEAD'}:
            await asyncio.sleep(0.1)
        return answer

    async def tab(self, path: str, text: str = '') -> Tab:
        """Open a page, and wait until it shows a text."""
        tab = Tab(comes_again=True)
        self.tabs.append(tab)
        await tab.open(self.http, f'{self.server.url}{path}', self.cookie)
        if text:
            await tab.sees(text)
        return tab

    async def close(self) -> None:
        """Leave."""
        for tab in self.tabs:
            await tab.close()
        await self.http.close()
        await self.web.aclose()


NewPerson = Callable[[], Somebody]


@asynccontextmanager
async def visitors_of(server: Server) -> AsyncGenerator[NewPerson]:
    """Makes browsers, which leave at the end."""
    made: list[Somebody] = []

    def make() -> Somebody:
        made.append(Somebody.at(server))
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.01)


def acts(path: Path, *whose: str) -> list[str]:
    """What was done on a server; of timers only if that is asked for."""
    done = path.read_text().splitlines() if path.exists() else []
    return [what for what in done if (what in whose if whose else not what.startswith('timer'))]
