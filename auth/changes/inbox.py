"""What the change feed has told and the tabs do not show yet. In place of a set of ids, None is all there are."""

from __future__ import annotations

from collections.abc import Collection

from models import ChangeFeed

from .cache import ClientCache


class Inbox:
    """Drains the change feed for all who need it; what comes out makes the cache forget, and waits for the pump.

    :param feed: tells what was committed
    :param cache: forgets the clients that have changed
    """

    def __init__(self, feed: ChangeFeed, cache: ClientCache) -> None:
        self._feed = feed
        self._cache = cache
        self._client_ids: set[str] | None = set()
        self._user_ids: set[str] | None = set()
        self._since: float | None = None

    def drain(self) -> bool:
        """Let the cache forget what was changed before this call; returns whether that was anything.

        :raises FeedLost: if the feed is out of sync
        """
        changes = self._feed.drain()
        if not (changes.missed or changes.client_ids or changes.user_ids):
            return False
        if changes.missed:
            self._cache.forget_all()
            self._client_ids = self._user_ids = None
            return True
        self._cache.forget(changes.client_ids)
        self.add(changes.client_ids)
        self._since = changes.since if self._since is None else self._since
        if self._user_ids is not None:
            self._user_ids |= changes.user_ids
        return True

    def add(self, client_ids: Collection[str] | None) -> None:
        """The tabs of these clients have to be shown anew; None is those of every client."""
        if client_ids is None:
            self._client_ids = None
        elif self._client_ids is not None:
            self._client_ids.update(client_ids)

    def take_clients(self) -> set[str] | None:
        """Take the clients whose tabs have to be shown anew; whoever can't show them puts them back with ``add``."""
        taken, self._client_ids = self._client_ids, set()
        return taken

    def take_since(self) -> float | None:
        """Take the moment since which the oldest of these clients has waited, if that is known."""
        since, self._since = self._since, None
        return since

    def wait_since(self, since: float | None) -> None:
        """What was taken is not shown yet."""
        self._since = since if self._since is None or (since is not None and since < self._since) else self._since

    def take_users(self) -> set[str] | None:
        """Take the users of whom something changed."""
        taken, self._user_ids = self._user_ids, set()
        return taken
