"""The clients as they are in the store now: who sends a request, and what a tab may show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from models import FeedLost

from ..credentials.tokens import ClientToken
from ..errors import StoreAway
from ..rules.clients import ClientView, authenticate, read_clients
from ..rules.context import Auth
from .cache import ClientCache, Reading
from .deadlines import Deadlines
from .inbox import Inbox
from .sync import Sync


class Clients:
    """Finds clients, from memory where the change feed vouches for it.

    :param auth: what the verbs need
    :param cache: the clients that were read before
    :param inbox: makes the cache forget what was changed before a call
    :param sync: while this process is out of sync nothing is found from memory
    :param deadlines: told when the sessions of a client end
    """

    def __init__(self, auth: Auth, cache: ClientCache, inbox: Inbox, sync: Sync, deadlines: Deadlines) -> None:
        self._auth = auth
        self._feed = auth.store.feed
        self._cache = cache
        self._inbox = inbox
        self._sync = sync
        self._deadlines = deadlines

    def now(self) -> datetime:
        """The moment by which lifetimes are judged."""
        return self._auth.now()

    async def authenticate(self, *tokens: ClientToken) -> ClientView | None:
        """Find the client of the first token that is right, as it is in the store now; see ``tokens_of``.

        :raises StoreAway: if the store can't be reached
        """
        for token in tokens:
            if client := authenticate(token, await self.find(token.client_id)):
                return client
        return None

    async def find(self, client_id: str) -> ClientView | None:
        """Return a client as it is in the store now.

        :raises StoreAway: if the store can't be reached
        """
        try:
            if self._inbox.drain():
                self._feed.wake()  # the pump shows it
        except FeedLost as error:
            if self._feed.exact:
                raise StoreAway from error
        known = None if self._sync.is_out_of_sync else self._cache.get(client_id)
        if known is not None:
            return known
        while True:
            found, reading = await self._read([client_id])
            if not reading.overtaken:
                return found.get(client_id)

    async def find_after_act(self, client_id: str) -> ClientView | None:
        """Find a client after a commit; None if the store went away then, which undoes nothing."""
        try:
            return await self.find(client_id)
        except StoreAway:
            return None

    def pop_due(self) -> set[str]:
        """Return the clients of which a session has just ended with nobody acting."""
        now = self.now()
        due = self._deadlines.pop_due(now)
        for client_id in due:
            if (known := self._cache.get(client_id)) is not None:
                self._deadlines.expect(known, now)
        return due

    async def read(self, client_ids: Collection[str]) -> dict[str, ClientView]:
        """Read clients from the store; ids that are no client's are left out.

        :raises StoreAway: if the store can't be reached
        """
        found, _ = await self._read(client_ids)
        return found

    async def _read(self, client_ids: Collection[str]) -> tuple[dict[str, ClientView], Reading]:
        with self._cache.reading(client_ids) as reading:
            found = await read_clients(self._auth, client_ids)
        self._cache.remember(reading, found)
        now = self.now()
        for client in found.values():
            self._deadlines.expect(client, now)
        return found, reading
