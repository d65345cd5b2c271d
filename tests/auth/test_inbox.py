"""What the change feed has told and the tabs do not show yet."""

from __future__ import annotations

from datetime import UTC, datetime

from auth.changes.cache import ClientCache
from auth.changes.inbox import Inbox
from auth.rules.clients import ClientView
from models import ChangeFeed, Changes

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Feed(ChangeFeed):
    """A feed that tells what the test puts into it."""

    exact = True

    def __init__(self) -> None:
        self.changes = Changes()

    async def open(self) -> None:
        pass

    def drain(self) -> Changes:
        drained, self.changes = self.changes, Changes()
        return drained

    async def wait(self, timeout_seconds: float) -> None:
        pass

    def wake(self) -> None:
        pass

    def committed(self) -> None:
        pass

    async def close(self) -> None:
        pass


def inbox_with(*client_ids: str) -> tuple[Inbox, Feed, ClientCache]:
    """An inbox, its feed, and a cache that knows these clients."""
    feed, cache = Feed(), ClientCache()
    with cache.reading(client_ids) as reading:
        pass
    cache.remember(reading, {one: ClientView(one, 'hash', None, NOW, ()) for one in client_ids})
    return Inbox(feed, cache), feed, cache


def test_what_has_changed_is_forgotten_at_once_and_waits_to_be_shown() -> None:
    inbox, feed, cache = inbox_with('laptop', 'phone')
    feed.changes = Changes(frozenset({'laptop'}), frozenset({'user_ann'}))

    drained, again = inbox.drain(), inbox.drain()

    assert (drained, again) == (True, False)
    assert cache.get('laptop') is None
    assert cache.get('phone') is not None
    assert (inbox.take_clients(), inbox.take_users()) == ({'laptop'}, {'user_ann'})
    assert (inbox.take_clients(), inbox.take_users()) == (set(), set())


def test_what_several_drains_have_told_waits_together() -> None:
    inbox, feed, _ = inbox_with()
    for client_id, user_id in (('laptop', 'user_ann'), ('phone', 'user_bob')):
        feed.changes = Changes(frozenset({client_id}), frozenset({user_id}))
        inbox.drain()

    assert inbox.take_clients() == {'laptop', 'phone'}
    assert inbox.take_users() == {'user_ann', 'user_bob'}


def test_missed_changes_concern_everybody_whatever_is_told_afterwards() -> None:
    inbox, feed, cache = inbox_with('laptop')
    feed.changes = Changes(missed=True)
    inbox.drain()
    feed.changes = Changes(frozenset({'phone'}), frozenset({'user_ann'}))
    inbox.drain()

    assert len(cache) == 0
    assert (inbox.take_clients(), inbox.take_users()) == (None, None)


def test_what_could_not_be_shown_is_put_back() -> None:
    inbox, feed, _ = inbox_with()
    feed.changes = Changes(frozenset({'laptop'}))
    inbox.drain()
    taken = inbox.take_clients()
    feed.changes = Changes(frozenset({'phone'}))
    inbox.drain()

    inbox.add(taken)

    assert inbox.take_clients() == {'laptop', 'phone'}


def test_everybody_who_is_put_back_stays_everybody() -> None:
    inbox, _, _ = inbox_with()

    inbox.add(None)
    inbox.add({'laptop'})

    assert inbox.take_clients() is None
