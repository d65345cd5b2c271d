"""A PostgreSQL database as the store: nobody's commit goes unheard, and what fails comes back by itself."""

from __future__ import annotations

import asyncio
import fcntl
import resource
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, text

from auth.errors import StoreAway
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn
from auth.rules.store import Store
from auth.timing import DEFAULT_TIMING, Timing
from models import BadDatabaseUrl, CannotOpenStore, Changes, FeedLost, migrate
from models.database_url import open_database
from models.postgres_feed import PostgresFeed
from models.postgres_line import Line, was_hung_up
from tests.databases import PostgresDatabase
from tests.forking import Program
from tests.forks import fork
from tests.patience import PATIENCE_SECONDS
from tests.postgres import ENDED_WITHIN, Postgres, postgres_server
from tests.programs import clean_environment
from tests.rules import PATIENT, Rules
from tests.running import only_on_postgres

pytestmark = only_on_postgres

MIGRATE = 'import os, models\nmodels.migrate(os.environ["DATABASE_URL"])\nprint("done")\n'

END_LISTENERS = (f'SELECT pg_terminate_backend(pid, {ENDED_WITHIN}) FROM pg_stat_activity '
                 "WHERE datname = current_database() AND pid != pg_backend_pid() AND query ~ 'LISTEN|pg_notify'")


def one(db: Connection) -> int:
    """See whether the store answers."""
    return db.execute(text('SELECT 1')).scalar_one()


async def changes_of(store: Store) -> Changes:
    """Listen until there is something to tell, through whatever happens."""
    while True:
        try:
            changes = store.feed.drain()
        except FeedLost:
            changes = Changes()
        if changes.client_ids or changes.missed:
            return changes
        await store.feed.wait(0.1)


async def lost(store: Store) -> float:
    """Wait until the feed says that it hears nothing; returns after how many seconds it did."""
    start = time.monotonic()
    while True:
        try:
            store.feed.drain()
        except FeedLost:
            return time.monotonic() - start
        await store.feed.wait(0.05)


@pytest.fixture
async def stores() -> AsyncIterator[Callable[..., Store]]:
    """Opens stores, as other processes would."""
    opened: list[Store] = []

    def opening(url: str, timing: Timing = PATIENT) -> Store:
        opened.append(Store(url, timing))
        return opened[-1]

    yield opening
    for store in opened:
        await store.close()


async def test_what_one_process_commits_is_heard_by_another(
        rules: Rules, ann: SignedIn, stores: Callable[..., Store]) -> None:
    other = stores(rules.database.url)
    await other.feed.open()
    assert other.feed.drain().missed

    await rules.auth.run(sign_out, await rules.here(ann.token))

    assert await asyncio.wait_for(changes_of(other), PATIENCE_SECONDS) == Changes(frozenset({ann.token.client_id}),
                                                             frozenset({ann.user_id}))


async def test_what_was_committed_while_the_listener_was_gone_is_said_to_be_missed(
        rules: Rules, ann: SignedIn) -> None:
    feed = rules.auth.store.feed
    ended_at = time.monotonic()

    assert set(rules.sql(END_LISTENERS)) == {(True,)}  # that of a test before may not have ended yet
    rules.sql("UPDATE session SET status = 'revoked'")
    changes = await asyncio.wait_for(changes_of(rules.auth.store), PATIENCE_SECONDS)

    assert changes.missed
    rules.sql("UPDATE user SET first_name = 'x'")
    rules.sql("UPDATE session SET status = 'active'")
    assert (await asyncio.wait_for(changes_of(rules.auth.store), PATIENCE_SECONDS)).client_ids == {ann.token.client_id}
    assert feed.synced_at > ended_at


def test_a_line_that_was_hung_up_is_found_however_many_a_process_has() -> None:
    high = 1100
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(high + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
                                                resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    here, there = socket.socketpair()
    with here, there, socket.socket(fileno=fcntl.fcntl(here.fileno(), fcntl.F_DUPFD, high)) as far:
        line: Any = SimpleNamespace(closed=False, fileno=far.fileno)
        before = was_hung_up(line)
        there.close()

        assert (before, was_hung_up(line)) == (False, True)


async def test_connections_that_the_server_has_closed_are_used_for_nothing(rules: Rules, ann: SignedIn) -> None:
    await asyncio.gather(*(rules.active(ann.token) for _ in range(4)))
    rules.sql(f'SELECT pg_terminate_backend(pid, {ENDED_WITHIN}) FROM pg_stat_activity '
              'WHERE datname = current_database() AND pid != pg_backend_pid()')

    active = await asyncio.gather(*(rules.active(ann.token) for _ in range(8)))
    await rules.auth.run(sign_out, await rules.here(ann.token))

    assert active == [ann.session_id] * 8
    assert rules.status(ann.session_id) == 'removed'


async def test_a_server_that_restarts_is_heard_again(stores: Callable[..., Store]) -> None:
    with postgres_server() as server:
        url = server.create_database(migrated=True)
        store = stores(url, replace(PATIENT, silence_seconds=600.0))  # the server says so itself
        await store.feed.open()
        assert store.feed.drain().missed

        server.stop()
        await asyncio.wait_for(lost(store), PATIENCE_SECONDS)
        with pytest.raises(StoreAway):
            await store.read(one)
        server.start()
        changes = await asyncio.wait_for(changes_of(store), PATIENCE_SECONDS)
        assert await store.read(one) == 1
        await store.close()

    assert changes.missed


class Pooled(psycopg.AsyncConnection[Any]):
    """A connection through a pooler in transaction mode: each statement may run on another one, and listens there."""

    async def execute(self, query: Any, *rest: Any, **more: Any) -> Any:
        ran = await super().execute(query, *rest, **more)
        if isinstance(query, sql.Composable):
            await super().execute('UNLISTEN *')
        return ran


async def test_a_pooler_through_which_no_note_comes_is_no_silence(rules: Rules) -> None:
    async def connect() -> Line:
        return await Pooled.connect(rules.database.url, autocommit=True)

    feed = PostgresFeed(connect, replace(DEFAULT_TIMING, beat_seconds=0.1, silence_seconds=1.0))
    await asyncio.wait_for(feed.open(), PATIENCE_SECONDS)

    why = ''
    async with asyncio.timeout(PATIENCE_SECONDS):
        while 'pooler in transaction mode' not in why:  # a busy machine may have it lost for its silence first
            with pytest.raises(FeedLost) as told:
                feed.drain()
            why = str(told.value)
            await feed.wait(0.1)
    await feed.close()


@pytest.mark.parametrize(('statement', 'again'), [
    ("INSERT INTO client (id, secret_hash, created_at) SELECT 'client_1', '', now()", True),
    ('ALTER TABLE client ADD COLUMN colour TEXT', False), ('DROP TABLE session', False),
    ('CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$', False)])
def test_a_database_is_given_to_another_test_empty_or_not_at_all(
        postgres: Postgres, statement: str, again: bool) -> None:
    used = PostgresDatabase(postgres)
    used.sql(statement)
    used.drop()

    following = PostgresDatabase(postgres)

    assert (following.url == used.url) == again
    assert following.sql('SELECT count(*) FROM client, session') == [(0,)]
    following.drop()


def test_processes_that_start_at_once_migrate_once(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.create_database()
    (tmp_path / 'migrate.py').write_text(MIGRATE)

    logs = [tmp_path / f'{number}.log' for number in range(2)]
    programs = [fork(Program([str(tmp_path / 'migrate.py')], str(tmp_path), str(log), clean_environment(
        database_url=url), [])) for log in logs]
    for program in programs:
        program.wait(100)

    assert [log.read_text() for log in logs] == ['done\n', 'done\n']
    with psycopg.connect(url) as connection:
        assert connection.execute('SELECT count(*) FROM live_sessions_version').fetchone() == (1,)
    migrate(url)
    postgres.drop_database(url)


@pytest.mark.parametrize('start', ['postgresql', 'postgres', 'postgresql+psycopg'])
async def test_a_url_may_be_written_in_the_ways_that_others_write_it(
        rules: Rules, stores: Callable[..., Store], start: str) -> None:
    store = stores(rules.database.url.replace('postgresql', start, 1))

    assert await store.read(one) == 1


def test_what_cannot_be_reached_is_told_without_the_password(postgres: Postgres) -> None:
    given = postgres.url.set(username='somebody', password='very secret', database='nowhere')

    for url in (given, given.set(host='127.0.0.1', port=1), given.set(host='host.invalid')):
        with pytest.raises(CannotOpenStore, match='DATABASE_URL') as refused:
            migrate(url.render_as_string(hide_password=False))

        assert 'very secret' not in str(refused.value)
        assert len(str(refused.value).splitlines()) == 1


def test_a_url_without_a_database_is_refused() -> None:
    with pytest.raises(BadDatabaseUrl, match='names no database'):
        open_database('postgresql://localhost')


async def test_a_read_only_copy_of_the_store_is_unavailable_and_no_mistake(rules: Rules, ann: SignedIn) -> None:
    def verb(db: Connection) -> None:
        db.execute(text('SET TRANSACTION READ ONLY'))
        db.execute(text("UPDATE session SET status = 'revoked'"))

    with pytest.raises(StoreAway):
        await rules.auth.store.run(verb)

    assert rules.status(ann.session_id) == 'active'
