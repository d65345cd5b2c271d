"""Finding a client: from memory where the feed vouches for it, and never as it was before a change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection

import pytest

from auth.rules.clients import ClientView
from tests.following import Following, NoTabs
from tests.patience import PATIENCE_SECONDS
from tests.rules import Rules
from tests.running import only_on_sqlite

Query = Callable[..., dict[str, ClientView]]


@pytest.fixture
async def following(rules: Rules) -> AsyncIterator[Following]:
    """What follows the store, with nobody to show it to."""
    following = Following(rules.auth)
    await following.start(NoTabs())
    yield following
    await following.stop()


@only_on_sqlite  # where a feed is not exact, nothing is kept in memory
async def test_a_read_that_a_write_overtakes_is_never_left_in_memory(
        rules: Rules, following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await rules.sign_up()
    clients, client_id = following.clients, done.token.client_id
    under_way: asyncio.Queue[asyncio.Event] = asyncio.Queue()
    read = rules.auth.store.read

    async def read_slowly(query: Query, client_ids: Collection[str]) -> dict[str, ClientView]:
        found = await read(query, client_ids)
        under_way.put_nowait(go_on := asyncio.Event())
        await asyncio.wait_for(go_on.wait(), PATIENCE_SECONDS)
        return found

    monkeypatch.setattr(rules.auth.store, 'read', read_slowly)
    early = asyncio.create_task(clients.find(client_id))
    first = await under_way.get()
    await rules.elsewhere("UPDATE session SET status = 'revoked'")
    late = asyncio.create_task(clients.find(client_id))
    (await under_way.get()).set()
    found = await late
    monkeypatch.undo()
    first.set()
    while not early.done():
        assert await clients.find(client_id) == found
        await asyncio.sleep(0)

    assert found is not None
    assert found.sessions == ()
    assert await clients.find(client_id) == found


async def test_what_was_read_before_a_write_is_forgotten(rules: Rules, following: Following) -> None:
    done = await rules.sign_up()
    before = await following.clients.find(done.token.client_id)

    await rules.elsewhere("UPDATE session SET status = 'revoked'")
    after = await following.clients.find(done.token.client_id)

    assert before is not None
    assert after is not None
    assert (len(before.sessions), len(after.sessions)) == (1, 0)
