"""The pump: takes what has changed from the inbox, reads the clients concerned, and hands them to the tabs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Protocol

from models import FeedLost

from ..errors import StoreAway
from ..rules.clients import ClientView
from ..rules.context import Auth
from .background import Background
from .clients import Clients
from .deadlines import Deadlines
from .inbox import Inbox
from .sync import Sync
from .trouble import Trouble

log = logging.getLogger('live_sessions')

SHOWN_AT_ONCE = 50
"""Batch size between yields to the event loop: about 5 ms if each client has one tab."""


class Audience(Protocol):
    """Whoever shows clients: the registry of tabs."""

    def shown_clients(self) -> Collection[str]:
        """The ids of the clients that are shown now."""
        ...

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Show these clients as they are now; None is a client that is deleted."""
        ...

    def explain(self) -> None:
        """Begin to say why sessions have ended that are shown no more; nobody waits for it."""
        ...

    def hide(self) -> None:
        """Show nothing protected: what is known may be wrong."""
        ...


class Pump:
    """Keeps the tabs true to the store, in rounds; each begins when the feed has changes, or an end has come.

    :param auth: what the verbs need
    :param clients: reads clients
    :param inbox: what was told and is not shown yet
    :param sync: told how far the tabs have come
    :param deadlines: when sessions end with nobody acting
    :param audience: shows clients
    :param publish: called with the ids of the users of whom something changed; None is any of them
    :param on_end: called when an end has come
    """

    def __init__(self, auth: Auth, clients: Clients, inbox: Inbox, sync: Sync, deadlines: Deadlines, *,
                 audience: Audience, publish: Callable[[Collection[str] | None], None],
                 on_end: Callable[[], None]) -> None:
        self._now = auth.now
        self._timing = auth.timing
        self._feed = auth.store.feed
        self._clients = clients
        self._inbox = inbox
        self._sync = sync
        self._deadlines = deadlines
        self._audience = audience
        self._publish = publish
        self._on_end = on_end
        self._delay = auth.metrics.push_delay
        self._trouble = Trouble()
        self._tasks = Background('pump', auth.timing.sweep_again_seconds / 2)

    async def start(self) -> None:
        """Open the feed and begin. Until it is in sync, nothing protected is shown."""
        await self._feed.open()
        try:
            self._inbox.drain()
            self._sync.synced(self._feed.synced_at)
        except FeedLost as error:
            self._tell_lost(error)
        self._tasks.start(self._run, self._guard)

    async def stop(self) -> None:
        """Finish the round that is under way, and end."""
        await self._tasks.stop(self._feed.wake)

    async def _run(self) -> None:
        while not self._tasks.is_stopping:
            await self._feed.wait(self._deadlines.seconds_to_next(self._now(), at_most=self._timing.round_seconds))
            try:
                await self._round()
                if (seconds := self._trouble.is_over()) is not None:
                    log.warning('in sync with the store again, after %.1f s', seconds, extra={'event': 'in_sync'})
            except FeedLost as error:
                self._tell_lost(error)
                await self._tasks.pause(self._timing.read_again_seconds)
            except StoreAway as error:
                if self._trouble.is_news('store_unreadable'):
                    log.warning('the store cannot be read: %s', error.__cause__, extra={'event': 'store_unreadable'})
                await self._tasks.pause(self._timing.read_again_seconds)

    def _tell_lost(self, error: FeedLost) -> None:
        if self._trouble.is_news('out_of_sync'):
            log.warning('out of sync with the store: %s', error, extra={'event': 'out_of_sync'})

    async def _round(self) -> None:
        self._inbox.drain()
        synced_at = self._feed.synced_at  # a later commit is shown by the next round
        if self._sync.is_out_of_sync:  # the tabs have hidden everything: each needs the newest state
            self._inbox.add(None)
        shown = self._audience.shown_clients()
        self._deadlines.prune(shown)
        due = self._clients.pop_due()
        changed, since = self._inbox.take_clients(), self._inbox.take_since()
        wanted = set(shown) if changed is None else (changed | due).intersection(shown)
        try:
            if wanted:
                found = await self._clients.read(wanted)
                self._sync.synced(synced_at)
                await self._show({client_id: found.get(client_id) for client_id in wanted})
                if since is not None:
                    self._delay.observe(time.monotonic() - since)
        except BaseException:
            self._inbox.add(changed)
            self._inbox.add(due)
            self._inbox.wait_since(since)
            raise
        self._sync.synced(synced_at)
        users = self._inbox.take_users()
        if users is None or users:
            self._publish(users)
        if due:
            self._on_end()

    async def _show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Show a batch at a time: the first are on their way to the browsers while the next are shown."""
        everyone = iter(clients.items())
        while batch := dict(islice(everyone, SHOWN_AT_ONCE)):
            self._audience.show(batch)
            await asyncio.sleep(0)
        self._audience.explain()

    async def _guard(self) -> None:
        """Hide what is protected when no round was finished for too long, whatever holds it up."""
        while not self._tasks.is_stopping:
            await self._tasks.pause(self._timing.sync_check_seconds)
            if self._sync.falls_out():
                self._audience.hide()
                self._inbox.add(None)  # the round under way may be for some tabs only
