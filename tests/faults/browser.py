"""A simulated browser: a cookie, two tabs at two processes, and a person who does one thing after the other."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp

from auth.timing import DEFAULT_TIMING, Timing
from tests.rules import PASSWORD
from tests.server import Server

from .ledger import Ledger, Sweep
from .tab import Answer, SimulatedTab

ACCOUNTS = 3
"""How many accounts a browser has at most."""

_THINK_SECONDS = 1.0
_TIMEOUT = aiohttp.ClientTimeout(total=20)


@dataclass(eq=False)
class Browser:
    """One browser. What its person does, and which process is asked, is chosen by chance."""

    http: aiohttp.ClientSession
    servers: Sequence[Server]
    people: Sequence[str]
    ledger: Ledger
    chance: random.Random
    cookie: str = ''
    timing: Timing = DEFAULT_TIMING
    accounts: dict[str, str] = field(default_factory=dict)
    """The person of each session here, as it was last answered."""
    active: str | None = None
    tabs: list[SimulatedTab] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tabs = [SimulatedTab(self.http, server, self._post, lambda: self.cookie, self.timing)
                     for server in self.servers]

    @property
    def client_id(self) -> str:
        """What the cookie says."""
        return self.cookie.removeprefix('__client=').partition('.')[0]

    async def use(self, until: asyncio.Event) -> None:
        """Do things for so long."""
        while not until.is_set():
            await asyncio.sleep(self.chance.uniform(0, _THINK_SECONDS))
            act = self._choose_act()
            answer = await act()
            self.ledger.answers[f'{act.__name__} {answer.status or "unanswered"}'] += 1
            if not answer.ok:
                await self._refresh()

    def _choose_act(self) -> Callable[[], Awaitable[Answer]]:
        if not self.accounts:
            return self.sign_in
        acts = {self.sign_in: 30 if len(self.accounts) < ACCOUNTS else 0, self.switch: 15, self.sign_out: 15,
                self.sign_out_twice: 10, self.sign_out_of_all: 8, self.revoke: 17, self.revoke_others: 5}
        return self.chance.choices(list(acts), list(acts.values()))[0]

    async def sign_in(self) -> Answer:
        """Sign somebody in who is not signed in here, and tell the tabs, as the form does."""
        person = self.chance.choice([one for one in self.people if one not in self.accounts.values()])
        answer = await self._act('POST', '/client/sign_ins', identifier=person, password=PASSWORD)
        if answer.ok:
            session_id = answer.body['response']['created_session_id']
            self.accounts[session_id] = person
            self.ledger.note_sign_in(session_id, person, self.client_id)
            for tab in self.tabs:
                tab.re_authenticate()
        elif not answer.status:
            self.ledger.unanswered_sign_ins[person] += 1
        return answer

    async def switch(self) -> Answer:
        """Use another account."""
        return await self._act('POST', f'/client/sessions/{self._any_account()}/touch')

    async def sign_out(self) -> Answer:
        """Sign one account out."""
        return await self._end(self._any_account(), self.chance.choice(self.servers))

    async def sign_out_twice(self) -> Answer:
        """Sign one account out at both processes at one moment."""
        session_id = self._any_account()
        answers = await asyncio.gather(*(self._end(session_id, server) for server in self.servers))
        return max(answers, key=lambda answer: answer.ok)

    async def sign_out_of_all(self) -> Answer:
        """Sign out of this browser."""
        known, client_id = list(self.accounts), self.client_id
        self.ledger.asked_to_end.update(known)
        answer = await self._act('DELETE', '/client/sessions')
        if answer.ok and answer.body['response'] is not None:  # else the cookie was nobody's: it has been renewed
            self.ledger.note_end(*(one for one in known if self.ledger.signed_in[one].client_id == client_id))
        return answer

    async def revoke(self) -> Answer:
        """Sign out of one of the devices of whoever is active, which may be this one."""
        devices = await self.ask('GET', '/me/sessions/active')
        if not devices.ok:
            return devices
        session_id = self.chance.choice(devices.body)['id']
        self.ledger.asked_to_end.add(session_id)
        answer = await self._act('POST', f'/me/sessions/{session_id}/revoke')
        if answer.ok:
            self.ledger.note_end(session_id)
        return answer

    async def revoke_others(self) -> Answer:
        """Sign out of all other devices of whoever is active."""
        if self.active is None:
            return await self.switch()
        sweep = Sweep(self.accounts[self.active], time.time())
        self.ledger.sweeps.append(sweep)
        # As a tab does, it says for whom it asks: what it was last answered may be out of date.
        answer = await self._act('POST', f'/me/sessions/revoke_others?_clerk_session_id={self.active}')
        if answer.ok:
            self.ledger.note_sweep(sweep, self.client_id)
        return answer

    async def ask(self, method: str, path: str, server: Server | None = None, **fields: str) -> Answer:
        """Ask the Frontend API of a server, with the cookie; a server that was killed gives no answer."""
        url = f'{(server or self.chance.choice(self.servers)).url}/v1{path}'
        headers = {'Cookie': self.cookie} if self.cookie else {}
        asked_at = time.monotonic()
        with suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self.http.request(method, url, data=fields, headers=headers, timeout=_TIMEOUT) as answer:
                done = Answer(answer.status, await answer.json())
                self.ledger.slowest = max(self.ledger.slowest, time.monotonic() - asked_at)
                for given in answer.headers.getall('set-cookie', []):
                    self.cookie = given.partition(';')[0] if given.startswith('__client=') else self.cookie
                return done
        return Answer()

    async def _post(self, server: Server, path: str, **fields: str) -> Answer:
        return await self.ask('POST', path, server, **fields)

    async def _act(self, method: str, path: str, server: Server | None = None, **fields: str) -> Answer:
        answer = await self.ask(method, path, server, **fields)
        if answer.ok and answer.body['client'] is not None:
            self._learn(answer.body['client'])
        elif answer.ok:  # it was done, and the store could not be read any more
            await self._refresh()
        return answer

    async def _end(self, session_id: str, server: Server) -> Answer:
        self.ledger.asked_to_end.add(session_id)
        answer = await self._act('POST', f'/client/sessions/{session_id}/remove', server)
        if answer.ok:
            self.ledger.note_end(session_id)
        return answer

    async def _refresh(self) -> None:
        answer = await self.ask('GET', '/client')
        if answer.ok:
            self._learn(answer.body['response'])

    def _learn(self, client: dict | None) -> None:
        sessions = client['sessions'] if client else []
        self.accounts = {one['id']: one['public_user_data']['identifier'] for one in sessions}
        self.active = client['last_active_session_id'] if client else None

    def _any_account(self) -> str:
        return self.chance.choice(list(self.accounts))
