"""The watcher: keeps what this process knows of clients true to the store, and tells whoever shows them.

There is one in a process. It takes what the change feed tells, forgets the clients concerned, reads those that open
tabs show, and hands them to the tabs. It also acts when a lifetime passes, and says so when the store can't be heard.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from models import FeedLost

from ..credentials.tokens import ClientToken
from ..errors import StoreAway
from ..rules.clients import ClientView, authenticate, read_clients
from ..rules.context import Auth
from ..rules.sessions import end_overdue

log = logging.getLogger('live_sessions')

KNOWN_CLIENTS = 20_000
"""How many clients are kept in memory; about 1 KiB each."""

ENDS_KEPT = 10_000
"""How many ends are kept in memory before those of clients that nobody shows any more are dropped."""

SHOWN_AT_ONCE = 50
"""How many clients are shown before whatever else waits has its turn: 5 ms if each has a tab."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Audience(Protocol):
    """Whoever shows clients: the registry of tabs."""

    def shown_clients(self) -> Collection[str]:
        """The ids of the clients that are shown now."""
        ...

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Show these clients as they are now; None is a client that is no more."""
        ...

    def news(self, user_ids: Collection[str] | None) -> None:
        """Something of these users changed, such as where they are signed in; None is "of anybody"."""
        ...

    def hide(self) -> None:
        """Show nothing protected: what is known may be wrong."""
        ...


@dataclass(eq=False)
class _Reading:
    """A read of clients that is under way, or done."""

    wanted: frozenset[str]
    overtaken: set[str] = field(default_factory=set[str])
    """Those of whom a change was heard before the read was done: what it found may be the state before the change."""
    found: dict[str, ClientView] = field(default_factory=dict[str, ClientView])


class Watcher:
    """What this process knows of clients; see the module.

    :param auth: what the verbs need
    :param audience: whoever shows clients
    """

    def __init__(self, auth: Auth, audience: Audience) -> None:
        self._auth = auth
        self._timing = auth.timing
        self._feed = auth.store.feed
        self._audience = audience
        self._known: OrderedDict[str, ClientView] = OrderedDict()
        self._readings: list[_Reading] = []
        self._pending: set[str] = set()
        self._pending_users: set[str] | None = set()
        self._ends: list[tuple[datetime, str]] = []  # a heap; of a client, only the end in _expected counts
        self._expected: dict[str, datetime] = {}
        self._heard_at = time.monotonic()
        self._blind = True
        self._waiting: list[asyncio.Future[None]] = []
        self._overdue = asyncio.Event()
        self.swept = asyncio.Event()
        """Set when what was overdue at the start is marked in the store."""
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def blind(self) -> bool:
        """Whether the store can't be heard, so that nothing protected may be shown."""
        return self._blind

    @property
    def ends_kept(self) -> int:
        """How many ends are kept in memory."""
        return len(self._ends)

    def now(self) -> datetime:
        """The moment by which lifetimes are judged."""
        return self._auth.now()

    async def start(self) -> None:
        """Begin to watch. While the store can't be heard, nothing protected is shown."""
        await self._feed.open()
        try:
            self._catch_up()
            self._heard(self._feed.heard_at)
        except FeedLost as error:
            log.warning('the store can not be heard: %s', error)
        self._tasks = [asyncio.create_task(self._forever(job), name=f'watcher: {job.__name__}')
                       for job in (self._watch, self._guard_against_silence, self._sweep)]

    async def stop(self) -> None:
        """End the tasks, each where it has finished what it was doing."""
        self._stopping.set()
        self._overdue.set()
        self._feed.wake()
        await asyncio.gather(*self._tasks)

    async def authenticate(self, *tokens: ClientToken) -> ClientView | None:
        """Find the client of the first token that is right, as it is in the store now; see ``tokens_of``.

        :raises StoreAway: if the store can't be reached
        """
        for token in tokens:
            if client := authenticate(token, await self.client(token.client_id)):
                return client
        return None

    async def client(self, client_id: str) -> ClientView | None:
        """Return a client as it is in the store now, from memory where the feed can vouch for it.

        :raises StoreAway: if the store can't be reached
        """
        try:
            if self._catch_up():
                self._feed.wake()  # for the tabs
        except FeedLost as error:
            if self._feed.exact:
                raise StoreAway from error
        if self._feed.exact and not self._blind and (known := self._known.get(client_id)) is not None:
            self._known.move_to_end(client_id)
            return known
        while True:
            reading = await self._read([client_id])
            if not reading.overtaken:
                return reading.found.get(client_id)

    async def after_act(self, client_id: str) -> ClientView | None:
        """Return a client after something was committed; None if the store went away then, which calls nothing off."""
        try:
            return await self.client(client_id)
        except StoreAway:
            return None

    async def caught_up(self) -> None:
        """Wait until the tabs show what was committed before; not for long, since nothing depends on it."""
        shown: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(shown)
        self._feed.committed()
        await asyncio.wait([shown], timeout=self._timing.catch_up_seconds)

    def _catch_up(self) -> bool:
        """Take what the feed has to tell; returns whether that was anything."""
        changes = self._feed.take()
        if changes.missed:
            self._known.clear()
            for reading in self._readings:
                reading.overtaken.update(reading.wanted)
            self._pending.update(self._audience.shown_clients())
            self._pending_users = None
        elif changes.client_ids or changes.user_ids:
            self._forget(changes.client_ids)
            self._pending.update(changes.client_ids)
            if self._pending_users is not None:
                self._pending_users |= changes.user_ids
        return changes.missed or bool(changes.client_ids or changes.user_ids)

    def _forget(self, client_ids: Iterable[str]) -> None:
        for client_id in client_ids:
            self._known.pop(client_id, None)
        for reading in self._readings:
            reading.overtaken.update(reading.wanted.intersection(client_ids))

    async def _read(self, client_ids: Collection[str]) -> _Reading:
        reading = _Reading(frozenset(client_ids))
        self._readings.append(reading)
        try:
            reading.found = await read_clients(self._auth, client_ids)
        finally:
            self._readings.remove(reading)
        for client in reading.found.values():
            self.expect_end(client)
        if self._feed.exact:
            self._known.update((client_id, client) for client_id, client in reading.found.items()
                               if client_id not in reading.overtaken)
            while len(self._known) > KNOWN_CLIENTS:
                self._known.popitem(last=False)
        return reading

    async def _watch(self) -> None:
        while not self._stopping.is_set():
            await self._feed.wait(self._seconds_to_next_end())
            waiting, self._waiting = self._waiting, []
            try:
                await self._round()
            except FeedLost as error:
                log.warning('the store can not be heard: %s', error)
                await self._pause(self._timing.read_again_seconds)
            except StoreAway as error:
                log.warning('the store can not be read: %s', error.__cause__)
                await self._pause(self._timing.read_again_seconds)
            finally:
                for shown in waiting:
                    if not shown.done():
                        shown.set_result(None)

    async def _round(self) -> None:
        self._catch_up()
        heard_at = self._feed.heard_at  # what is heard after this moment, the next round will show
        if self._blind:  # heard again: what the tabs hid has to be shown from the newest state
            self._pending.update(self._audience.shown_clients())
        due = self._take_due()
        wanted = self._pending
        self._pending = set()
        try:
            shown = (wanted | due).intersection(self._audience.shown_clients())
            if shown:
                clients = (await self._read(shown)).found
                self._heard(heard_at)
                await self._show({client_id: clients.get(client_id) for client_id in shown})
        except BaseException:
            self._pending |= wanted | due
            raise
        self._heard(heard_at)
        self._tell_news()
        if due:
            self._overdue.set()

    async def _show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Show some at a time: the first are sent while the next are shown, and nobody else waits for all."""
        everyone = iter(clients.items())
        while some := dict(islice(everyone, SHOWN_AT_ONCE)):
            self._audience.show(some)
            await asyncio.sleep(0)

    def _tell_news(self) -> None:
        news, self._pending_users = self._pending_users, set()
        if news is None or news:
            self._audience.news(news)

    def _heard(self, at: float) -> None:
        self._heard_at = at
        if time.monotonic() - at <= self._timing.blind_after_seconds:
            self._blind = False

    def expect_end(self, client: ClientView) -> None:
        """Take care that whoever shows this client is told when the next of its sessions ends by itself."""
        end = client.next_end(self._auth.now())
        if end is not None and end < self._expected.get(client.id, _NEVER):
            self._expected[client.id] = end
            heapq.heappush(self._ends, (end, client.id))
            if len(self._ends) > max(ENDS_KEPT, 2 * len(shown := self._audience.shown_clients())):
                self._expected = {client_id: end for client_id, end in self._expected.items() if client_id in shown}
                self._ends = [(end, client_id) for client_id, end in self._expected.items()]
                heapq.heapify(self._ends)

    def _take_due(self) -> set[str]:
        now = self._auth.now()
        due: set[str] = set()
        while self._ends and self._ends[0][0] <= now:
            end, client_id = heapq.heappop(self._ends)
            if self._expected.get(client_id) == end:
                del self._expected[client_id]
                due.add(client_id)
                if (client := self._known.get(client_id)) is not None:
                    self.expect_end(client)
        return due

    def _seconds_to_next_end(self) -> float:
        if not self._ends:
            return self._timing.round_seconds
        return min(self._timing.round_seconds, max(0.0, (self._ends[0][0] - self._auth.now()).total_seconds()))

    async def _guard_against_silence(self) -> None:
        """Hide what is protected when the watching task has not managed a round for too long, whatever holds it up."""
        while not self._stopping.is_set():
            await self._pause(self._timing.blind_check_seconds)
            if not self._blind and time.monotonic() - self._heard_at > self._timing.blind_after_seconds:
                self._blind = True
                self._audience.hide()
                self._pending.update(self._audience.shown_clients())  # a round for only some may be under way

    async def _sweep(self) -> None:
        while not self._stopping.is_set():
            self._overdue.clear()
            try:
                while await self._auth.run(end_overdue):
                    pass
                await self._auth.store.prune()
                self.swept.set()
            except StoreAway as error:
                log.warning('overdue sessions can not be marked: %s', error.__cause__ or error)
                await self._pause(self._timing.sweep_again_seconds)
                self._overdue.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._overdue.wait(), self._timing.sweep_seconds)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _forever(self, job: Callable[[], Awaitable[None]]) -> None:
        """Go on after a mistake of ours: a watcher that died would leave tabs showing what has ended."""
        while not self._stopping.is_set():
            try:
                await job()
            except Exception:
                log.exception('the watcher stumbled and goes on')
                await self._pause(self._timing.sweep_again_seconds / 2)
