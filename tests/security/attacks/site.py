"""The site under attack, the people on it, and the list of attacks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tests.http import patient_client

PASSWORD = 'lantern kiosk vapour 7319'
Attack = Callable[['Site'], Awaitable[str | None]]
ATTACKS: dict[str, Attack] = {}
"""What an attacker does, in words, and how."""


def attack(title: str) -> Callable[[Attack], Attack]:
    """Put an attack on the list."""
    def keep(played: Attack) -> Attack:
        ATTACKS[title] = played
        return played

    return keep


@dataclass
class Person:
    """Somebody with an account and a browser."""

    http: httpx.AsyncClient
    address: str
    session_id: str = ''
    cookies: list[str] = field(default_factory=list)
    """Every value that their cookie had."""

    @property
    def cookie(self) -> str:
        """The header with which they ask."""
        return '; '.join(f'{name}={value}' for name, value in self.http.cookies.items())

    async def sign_in(self, password: str = PASSWORD) -> httpx.Response:
        """Sign in."""
        return self.kept(await self.http.post('/v1/client/sign_ins', data={'identifier': self.address,
                                                                           'password': password}))

    def kept(self, answer: httpx.Response) -> httpx.Response:
        """Remember the cookie."""
        self.cookies.append(self.cookie)
        return answer


@dataclass
class Site:
    """A running server."""

    url: str
    opened: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A browser that holds nothing."""
        self.opened.append(patient_client(base_url=self.url, headers=headers, timeout=20))
        return self.opened[-1]

    async def somebody(self, browser: httpx.AsyncClient | None = None, **more: str) -> Person:
        """Sign somebody up.

        :raises RuntimeError: if that is refused, so that no attack can be played
        """
        address = f'{uuid4().hex}@example.com'
        person = Person(browser or self.browser(), address)
        answer = person.kept(await person.http.post('/v1/client/sign_ups', data={
            'email_address': address, 'password': PASSWORD, **more}))
        if answer.status_code != 200:
            raise RuntimeError(f'nobody can sign up here: {answer.text[:300]}')
        person.session_id = answer.json()['response']['created_session_id']
        return person

    async def who(self, cookie: str) -> str | None:
        """Whom the server takes somebody for who sends this cookie."""
        answer = await self.browser(cookie=cookie).get('/v1/client')
        if answer.status_code != 200:
            return None
        sessions = (answer.json()['response'] or {}).get('sessions') or []
        return sessions[0]['user']['email_addresses'][0]['email_address'] if sessions else None

    async def raw(self, sent: bytes, seconds: float = 3) -> bytes:
        """Send bytes as they are; returns what comes back until the server hangs up, or some time has passed."""
        parts = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        heard = b''
        try:
            writer.write(sent)
            async with asyncio.timeout(seconds):
                while more := await reader.read(65536):
                    heard += more
        except (TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()
        return heard

    async def close(self) -> None:
        """Close what was opened."""
        for http in self.opened:
            await http.aclose()


def won(**what: Any) -> str | None:
    """Tell what of this is true; None if nothing is."""
    return ', '.join(name.replace('_', ' ') for name, true in what.items() if true) or None
