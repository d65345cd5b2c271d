"""A network that fails between a process and its PostgreSQL: nobody waits for long, and nobody is told an untruth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, text

from auth.errors import OutcomeUnknown, StoreAway
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn
from auth.rules.store import Store
from auth.timing import DEFAULT_TIMING, Timing
from tests.patience import PATIENCE_SECONDS
from tests.relay import Relay, relay_to
from tests.rules import Rules
from tests.running import only_on_postgres

from .test_postgres import changes_of, lost, one, stores

__all__ = ['stores']

pytestmark = only_on_postgres


async def answer(store: Store, way: Callable[..., Awaitable[int]]) -> None:
    """Ask until it answers: a busy machine may take longer than it waits where nothing is at fault."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(StoreAway):
                assert await way(one) == 1
                return


async def cut_off(relay: Relay, store: Store, verb: Callable[[Connection], object]) -> StoreAway:
    """Run what cuts the network off; returns how that ends. A busy machine may take several attempts to get there."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with pytest.raises(StoreAway) as told:
                await store.run(verb)
            if relay.is_cut:
                return told.value


@asynccontextmanager
async def lateness() -> AsyncIterator[list[float]]:
    """Note by how much the event loop of a busy machine is late while something else is timed on it."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            due = time.monotonic() + 0.05
            await asyncio.sleep(0.05)
            late.append(time.monotonic() - due)

    watching = asyncio.create_task(watch())
    try:
        yield late
    finally:
        watching.cancel()


@pytest.fixture
def far_timing() -> Timing:
    """How long a store waits that is far; a test is parametrized with it."""
    return DEFAULT_TIMING


@pytest.fixture
async def far(rules: Rules, stores: Callable[..., Store], far_timing: Timing) -> AsyncIterator[tuple[Relay, Store]]:
    """The store of the rules, at the other end of a network that a test owns."""
    url = make_url(rules.database.url)
    assert url.port is not None
    async with relay_to(url.port) as relay:
        store = stores(url.set(port=relay.port).render_as_string(hide_password=False), far_timing)
        await store.feed.open()
        yield relay, store
        relay.mend()
        await store.close()


async def test_nobody_waits_long_for_a_network_that_is_gone_and_all_is_well_when_it_is_back(
        rules: Rules, ann: SignedIn, far: tuple[Relay, Store]) -> None:
    relay, store = far
    assert (await asyncio.wait_for(changes_of(store), PATIENCE_SECONDS)).missed
    await answer(store, store.run)

    async def refused_after(way: Callable[..., Awaitable[Any]]) -> float:
        start = time.monotonic()
        with pytest.raises(StoreAway):
            await way(one)
        return time.monotonic() - start

    relay.cut()
    # To write there is a connection already; to read it has to be made.
    async with lateness() as late:
        lost_after, *waited = await asyncio.gather(lost(store), refused_after(store.run),
                                                   refused_after(store.read))
    rules.sql("UPDATE session SET status = 'revoked'")
    relay.mend()
    changes = await asyncio.wait_for(changes_of(store), PATIENCE_SECONDS)

    enough = 1.5 + sum(late)
    assert lost_after < DEFAULT_TIMING.silence_seconds + enough
    assert max(waited) < max(DEFAULT_TIMING.answer_seconds, DEFAULT_TIMING.connect_seconds) + enough
    assert changes.missed or changes.client_ids == {ann.token.client_id}
    rules.sql("UPDATE session SET status = 'active'")
    assert (await asyncio.wait_for(changes_of(store), PATIENCE_SECONDS)).client_ids == {ann.token.client_id}
    for way in (store.run, store.read):
        await answer(store, way)


@pytest.mark.parametrize('far_timing', [replace(DEFAULT_TIMING, answer_seconds=1.5)])
async def test_nobody_is_told_that_nothing_happened_when_the_commit_was_cut_off(
        rules: Rules, far: tuple[Relay, Store]) -> None:
    relay, store = far

    def verb(db: Connection) -> None:
        db.execute(text("UPDATE session SET status = 'revoked'"))
        relay.cut()

    told = await cut_off(relay, store, verb)
    relay.mend()

    assert isinstance(told, OutcomeUnknown)
    assert 'Nothing was changed' not in told.message


@pytest.mark.parametrize('far_timing', [replace(DEFAULT_TIMING, answer_seconds=1.5, statement_seconds=2.0)])
async def test_a_transaction_that_was_cut_off_is_rolled_back_and_keeps_nothing_locked(
        rules: Rules, ann: SignedIn, far: tuple[Relay, Store]) -> None:
    relay, store = far

    def verb(db: Connection) -> None:
        db.execute(text("UPDATE session SET status = 'revoked'"))
        relay.cut()
        one(db)

    await cut_off(relay, store, verb)
    after = rules.status(ann.session_id)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:  # the server still waits for the rest, for some seconds
            with suppress(StoreAway):
                await rules.auth.run(sign_out, await rules.here(ann.token))
                break

    assert after == 'active'
    assert rules.status(ann.session_id) == 'removed'
