"""What this process knows of clients, and when that may be believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auth.changes.cache import ClientCache
from auth.rules.clients import ClientView
from tests.running import both_stores

pytestmark = both_stores

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def client(client_id: str) -> ClientView:
    """A client with nobody signed in."""
    return ClientView(client_id, 'hash', None, NOW, ())


def read(cache: ClientCache, *clients: ClientView) -> None:
    """Read these clients with nothing happening meanwhile."""
    found = {one.id: one for one in clients}
    with cache.reading(found) as reading:
        pass
    cache.remember(reading, found)


def test_what_was_read_is_known_until_it_changes() -> None:
    cache, laptop, phone = ClientCache(), client('laptop'), client('phone')
    read(cache, laptop, phone)
    before = cache.get('laptop')

    cache.forget(['laptop', 'of somebody else'])

    assert before is laptop
    assert cache.get('laptop') is None
    assert cache.get('phone') is phone


def test_nothing_is_known_once_anything_may_have_changed() -> None:
    cache = ClientCache()
    read(cache, client('laptop'), client('phone'))

    cache.forget_all()

    assert len(cache) == 0


def test_what_a_change_overtakes_is_not_remembered_and_the_rest_of_that_read_is() -> None:
    cache, found = ClientCache(), {name: client(name) for name in ('laptop', 'phone')}

    with cache.reading(found) as reading:
        cache.forget(['laptop'])
    cache.remember(reading, found)

    assert reading.overtaken == {'laptop'}
    assert cache.get('laptop') is None
    assert cache.get('phone') is found['phone']


def test_every_read_under_way_is_overtaken_when_changes_were_missed() -> None:
    cache, found = ClientCache(), {'laptop': client('laptop')}

    with cache.reading(['laptop']) as first, cache.reading(['phone']) as second:
        cache.forget_all()
    cache.remember(first, found)

    assert (first.overtaken, second.overtaken) == ({'laptop'}, {'phone'})
    assert len(cache) == 0


def test_a_change_after_a_read_does_not_overtake_it() -> None:
    cache = ClientCache()

    with cache.reading(['laptop']) as reading:
        pass
    cache.forget(['laptop'])

    assert not reading.overtaken


def test_a_read_that_fails_leaves_nothing_behind() -> None:
    cache = ClientCache()

    with pytest.raises(TimeoutError), cache.reading(['laptop']) as reading:
        raise TimeoutError
    cache.forget(['laptop'])

    assert not reading.overtaken


def test_those_used_least_recently_are_dropped_first() -> None:
    cache = ClientCache(limit=2)
    read(cache, client('laptop'))
    read(cache, client('phone'))
    cache.get('laptop')

    read(cache, client('tablet'))

    assert len(cache) == 2
    assert cache.get('phone') is None


def test_nothing_is_kept_where_changes_are_told_too_late() -> None:
    cache = ClientCache(keeps=False)

    read(cache, client('laptop'))

    assert cache.get('laptop') is None
