"""The parts of a process that follow the store, as ``auth.protect`` wires them, for an audience of a test."""

from __future__ import annotations

from collections.abc import Callable, Collection

from auth import Auth
from auth.changes.cache import ClientCache
from auth.changes.clients import Clients
from auth.changes.deadlines import Deadlines
from auth.changes.inbox import Inbox
from auth.changes.pump import Audience, Pump
from auth.changes.sweeper import Sweeper
from auth.changes.sync import Sync


class Following:
    """Follows the store of a test.

    :param auth: the rules of the test
    """

    def __init__(self, auth: Auth) -> None:
        self.auth = auth
        self.cache = ClientCache(keeps=auth.store.feed.exact)
        self.inbox = Inbox(auth.store.feed, self.cache)
        self.sync = Sync(auth.timing.out_of_sync_after_seconds)
        self.deadlines = Deadlines()
        self.sweeper = Sweeper(auth)
        self.clients = Clients(auth, self.cache, self.inbox, self.sync, self.deadlines)

    async def start(self, audience: Audience,
                    publish: Callable[[Collection[str] | None], None] = lambda _: None) -> None:
        """Begin, and wait for the first sweep: a test that writes would wait for it, and it for the test."""
        self.pump = Pump(self.auth, self.clients, self.inbox, self.sync, self.deadlines, audience=audience,
                         publish=publish, on_end=self.sweeper.sweep_soon)
        await self.pump.start()
        await self.sweeper.start()
        await self.sweeper.swept.wait()

    async def stop(self) -> None:
        """Let the tasks end."""
        await self.pump.stop()
        await self.sweeper.stop()


class NoTabs:
    """An audience that shows nothing."""

    def shown_clients(self) -> set[str]:
        return set()

    def show(self, clients: object) -> None:
        raise AssertionError('there is nobody to show it to')

    def explain(self) -> None:
        pass

    def hide(self) -> None:
        pass
