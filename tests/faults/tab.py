"""A simulated tab, which does what static/live/connection.js does in a real one, and notes what it shows."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio.exceptions

from auth.timing import Timing
from tests.server import Server
from tests.sockets import OpenPage

AWAY = 'away'
"""What a tab shows that has lost the server: nothing but that."""

_LABEL = re.compile(r'Active Session: (?P<session_id>sess_\w+)|You are signed out|Loading…')
_RETRY_AFTER_SECONDS = (0, 0.1, 0.3, 1)
"""Those of static/live/authenticate.js, which are the same whatever the times of the server are."""
_PAUSE_SECONDS, _LASTED_SECONDS, _JOIN_SECONDS = 0.2, 5, 10
"""Before a tab comes again that has lost the server. One that the server could not keep has more patience each time,
as a browser's has, or a crowd of them would keep a slow machine busy for ever."""
_NO_SERVER = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, socketio.exceptions.ConnectionError, OSError,
              TimeoutError)


@dataclass(frozen=True)
class Answer:
    """What a server answered; a status of 0 is no answer at all."""

    status: int = 0
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return self.status == 200


@dataclass
class Glimpse:
    """A session was shown for a while."""

    session_id: str
    since: float
    until: float = float('inf')


@dataclass(eq=False)
class SimulatedTab:
    """One tab at one server. It reloads when it has lost the server, and re-authenticates when it is asked to.

    :param post: posts to the Frontend API of a server, with the cookie that the browser has then
    :param cookie: gives that cookie
    :param timing: that of the server
    """

    http: aiohttp.ClientSession
    server: Server
    post: Callable[..., Awaitable[Answer]]
    cookie: Callable[[], str]
    timing: Timing
    shows: str = AWAY
    """What the label reads."""
    glimpses: list[Glimpse] = field(default_factory=list)
    page: OpenPage = field(default_factory=OpenPage)
    _authenticating: asyncio.Task[None] | None = None
    _asked_again: bool = False
    _put_off: bool = False
    _hidden: bool = False
    _goes_deaf: asyncio.Handle = field(default_factory=lambda: asyncio.get_running_loop().call_soon(lambda: None))

    async def stay_open(self) -> None:
        """Be open, until cancelled."""
        pause = _PAUSE_SECONDS
        try:
            while True:
                opened_at = time.monotonic()
                await self._visit()
                cut_off = self.page.elements and time.monotonic() - opened_at < _LASTED_SECONDS
                pause = min(2 * pause, _LASTED_SECONDS) if cut_off else _PAUSE_SECONDS
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
        finally:
            self._goes_deaf.cancel()
            if self._authenticating is not None:
                self._authenticating.cancel()
                await asyncio.gather(self._authenticating, return_exceptions=True)

    async def _visit(self) -> None:
        lost = asyncio.Event()
        page = self.page = OpenPage(on_load=self._loaded, on_update=lambda _: self._updated(), on_script=self._run,
                                    on_lost=lost.set, join_seconds=_JOIN_SECONDS)
        try:
            with suppress(*_NO_SERVER):
                await page.open(self.http, f'{self.server.url}/', self.cookie)
                if self._put_off:
                    self._put_off = False
                    self.re_authenticate()
                if page.socket_id is not None:  # else it was lost while it joined
                    await lost.wait()
            if page.elements:
                self._hide_when_deaf()
        except aiohttp.ClientResponseError as error:
            self._show(f'error page {error.status}')
            await page.close()
            again = (error.headers or {}).get('refresh')
            await asyncio.sleep(float(again or 'inf'))  # one that does not come by itself stays
        finally:
            await page.close()

    def re_authenticate(self) -> None:
        """Show the server the cookie; see static/live/authenticate.js."""
        self._asked_again = self._authenticating is not None
        if self._authenticating is None:
            self._authenticating = asyncio.create_task(self._authenticate())
            self._authenticating.add_done_callback(self._authenticated)

    def _authenticated(self, task: asyncio.Task[None]) -> None:
        self._authenticating = None
        if not task.cancelled() and self._asked_again:
            self.re_authenticate()

    async def _authenticate(self) -> None:
        while True:
            for wait in _RETRY_AFTER_SECONDS:
                await asyncio.sleep(wait)
                socket_id = self.page.socket_id
                if socket_id is None:
                    self._put_off = True
                    return
                answer = await self.post(self.server, '/client/tabs', tab=self.page.page_id, socket=socket_id,
                                         epoch='0', final='1' if wait == 1 else '')
                if answer.status == 404 or (answer.ok and answer.body['response']['settled']):
                    return
            await asyncio.sleep(1)

    def _updated(self) -> None:
        self._heard()
        self._look()

    def _heard(self) -> None:
        self._goes_deaf.cancel()  # from now on there are pings
        if self._hidden:
            self.re_authenticate()

    def _run(self, script: str) -> None:
        self._heard()
        if 'reAuthenticate()' in script:
            self.re_authenticate()
        elif 'currentAsOf(' in script:
            self._hidden = False
            self._look()

    def _loaded(self) -> None:
        self._hidden = False
        self._look()
        self._hide_when_deaf()

    def _hide_when_deaf(self) -> None:
        """Hide in time, unless the server is heard of; the moment counts, however late this machine comes to it."""
        deaf_at = self.page.last_heard() + self.timing.deaf_after_seconds

        def hide() -> None:
            self._hidden = True
            self._show(AWAY, deaf_at)

        self._goes_deaf.cancel()
        self._goes_deaf = asyncio.get_running_loop().call_later(max(0, deaf_at - time.time()), hide)

    def _look(self) -> None:
        if self._hidden:
            return  # until the server says that what it has sent is the newest state
        labels = [text for text in self.page.texts() if _LABEL.fullmatch(text)]
        self._show(labels[0] if len(labels) == 1 else f'no single label: {labels}')

    def _show(self, text: str, at: float | None = None) -> None:
        if text == self.shows:
            return
        now = at or time.time()
        if self.glimpses:
            self.glimpses[-1].until = min(self.glimpses[-1].until, now)
        if (match := _LABEL.fullmatch(text)) and match['session_id']:
            self.glimpses.append(Glimpse(match['session_id'], now))
        self.shows = text
