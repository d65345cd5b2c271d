"""Transactions when things go wrong around them: cancelled, crowded, locked out, and files that come and go."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from auth.errors import SessionNotFound, StoreAway
from auth.rules.sessions import sign_out
from auth.rules.store import Store
from models import CannotOpenStore, migrate
from models.postgres import CONNECTIONS
from tests.databases import connect_to
from tests.patience import PATIENCE_SECONDS
from tests.rules import PATIENT, Rules
from tests.running import only_on_postgres, only_on_sqlite

HOLD_THE_LOCK = ('import sqlite3, sys\n'
                 'connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n'
                 'connection.execute("BEGIN IMMEDIATE")\n'
                 'print("locked", flush=True)\n'
                 'sys.stdin.read()\n'
                 'connection.close()')


WRITE = text("INSERT INTO client (id, secret_hash, created_at) VALUES (:id, 'x', '2026-01-01 12:00:00.000000')")


async def write_something(store: Store, client_id: str = 'client_x') -> None:
    await store.run(lambda db: db.execute(WRITE, {'id': client_id}))


async def test_a_verb_that_is_cancelled_at_any_moment_did_everything_or_nothing(rules: Rules) -> None:
    await rules.sign_up()

    for turns in range(0, 120, 3):
        done = await rules.sign_in()
        client = await rules.here(done.token)
        leaving = asyncio.create_task(rules.auth.run(sign_out, client))
        for _ in range(turns):
            await asyncio.sleep(0)
        leaving.cancel()
        with suppress(asyncio.CancelledError):
            await leaving

        told = rules.sql("SELECT status, (SELECT count(*) FROM audit_event WHERE action = 'signed_out' "
                         'AND session_id = session.id) FROM session WHERE id = ?', done.session_id)
        assert told in [[('active', 0)], [('removed', 1)]]
    done = await rules.sign_in()
    await asyncio.wait_for(rules.auth.run(sign_out, await rules.here(done.token)), PATIENCE_SECONDS)

    assert rules.status(done.session_id) == 'removed'


async def test_a_verb_whose_caller_has_gone_is_finished_and_the_feed_hears_of_it(rules: Rules) -> None:
    done = await rules.sign_up()
    await rules.changes()
    began: list[str] = []

    with rules.database.held_up() as wait:
        def verb(db: Connection) -> None:
            db.execute(text("UPDATE session SET status = 'revoked'"))
            began.append('once')
            wait(db)

        leaving = asyncio.create_task(rules.auth.store.run(verb))
        while not began:
            await asyncio.sleep(0.01)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        before = rules.status(done.session_id)
    await rules.auth.run(sign_out, await rules.here(done.token))  # after it: both are signed out of nothing

    assert (before, rules.status(done.session_id)) == ('active', 'revoked')
    assert done.token.client_id in (await rules.changes()).client_ids


async def test_a_verb_that_waits_for_its_turn_is_not_begun_when_its_caller_has_gone(rules: Rules) -> None:
    begun: list[Connection] = []
    with rules.database.held_up() as wait:
        holding = [asyncio.create_task(rules.auth.store.run(wait)) for _ in range(CONNECTIONS)]
        await asyncio.sleep(0.1)
        leaving = asyncio.create_task(rules.auth.store.run(begun.append))
        await asyncio.sleep(0.1)

        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
    await asyncio.gather(*holding)
    await write_something(rules.auth.store)

    assert begun == []


class Page:
    """Something large that a caller holds."""


async def test_a_verb_that_refuses_leaves_its_caller_to_be_freed_without_the_garbage_collector(rules: Rules) -> None:
    def refuse(_: Connection) -> None:
        raise SessionNotFound

    async def call(way: Callable[..., Awaitable[None]]) -> weakref.ref[Page]:
        page = Page()
        with suppress(SessionNotFound):
            await way(refuse)
        return weakref.ref(page)

    gc.collect()
    gc.disable()
    try:
        pages = [await call(way) for way in (rules.auth.store.run, rules.auth.store.read)]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(page() for page in pages):  # the thread may still be at the end of its work
                await asyncio.sleep(0.01)
    finally:
        gc.enable()


@only_on_postgres
async def test_of_two_verbs_that_wait_for_each_other_both_are_done(rules: Rules) -> None:
    ids = [(await rules.sign_up(f'{name}@example.com')).session_id for name in ('ann', 'bob')]
    locked: list[str] = []

    def end(db: Connection, first: str, second: str) -> None:
        for session_id in (first, second):
            db.execute(text("UPDATE session SET user_agent = user_agent || 'x' WHERE id = :id"), {'id': session_id})
            if session_id == first:
                locked.append(first)
                while len(locked) < 2:  # until the other one has the other row
                    db.execute(text('SELECT pg_sleep(0.01)'))

    await asyncio.gather(rules.auth.store.run(end, *ids), rules.auth.store.run(end, *reversed(ids)))

    assert len(locked) > 2  # one of them at least was called off, and came again
    assert rules.sql('SELECT user_agent FROM session') == [('Laptopxx',), ('Laptopxx',)]


async def test_a_read_that_is_cancelled_leaves_the_others_their_connections(rules: Rules) -> None:
    done = await rules.sign_up()

    for turns in range(40):
        reading = asyncio.create_task(rules.client(done.token))
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading

    assert await asyncio.wait_for(rules.active(done.token), PATIENCE_SECONDS) == done.session_id


async def test_writers_that_come_at_once_wait_for_their_turn(rules: Rules) -> None:
    await asyncio.gather(*(write_something(rules.auth.store, f'client_{number}') for number in range(30)))

    assert rules.sql('SELECT count(*) FROM client') == [(30,)]


@pytest.mark.parametrize('timing', [replace(PATIENT, lock_seconds=0.5)])
async def test_a_process_that_keeps_the_store_locked_holds_up_writers_only(rules: Rules) -> None:
    done = await rules.sign_up()

    with rules.database.locked():
        active = await rules.active(done.token)
        with pytest.raises(StoreAway):
            await write_something(rules.auth.store)
    await write_something(rules.auth.store)

    assert active == done.session_id
    assert rules.sql("SELECT count(*) FROM client WHERE id = 'client_x'") == [(1,)]


@only_on_sqlite
async def test_a_process_that_is_killed_while_it_keeps_the_store_locked_lets_go_of_it(rules: Rules) -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, '-c', HOLD_THE_LOCK, str(rules.path),
                                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b'locked\n'

    holder.kill()
    await holder.communicate()

    assert (await rules.sign_up()).session_id


async def test_what_is_read_is_the_newest_commit_also_on_a_connection_that_stays_open(rules: Rules) -> None:
    count = text('SELECT count(*) FROM client')

    def query(db: Connection) -> tuple[int, int]:
        before = db.execute(count).scalar_one()
        with closing(connect_to(rules.database.url)) as other:
            other.execute(str(WRITE).replace(':id', "'client_x'"))
        return before, db.execute(count).scalar_one()

    assert await rules.auth.store.read(query) == (0, 1)


async def test_nothing_can_be_written_to_rows_that_belong_to_nobody(rules: Rules) -> None:
    done = await rules.sign_up()

    with pytest.raises(Exception, match=r'(?i)foreign key'):
        await rules.auth.store.run(lambda db: db.execute(text("UPDATE session SET user_id = 'user_of_nobody'")))

    assert rules.sql('SELECT user_id FROM session') == [(done.user_id,)]


@pytest.mark.parametrize('statement', ['SELECT nothing FROM nowhere', 'UPDATE session SET colour = 1', 'SELECT FROM'])
async def test_a_mistake_in_a_statement_is_not_taken_for_a_store_that_is_away(rules: Rules, statement: str) -> None:
    with pytest.raises(DBAPIError):
        await rules.auth.store.run(lambda db: db.execute(text(statement)))


async def test_errors_of_the_store_show_nobodys_data(rules: Rules) -> None:
    with pytest.raises(DBAPIError) as error:
        await rules.auth.store.run(
            lambda db: db.execute(text('INSERT INTO nowhere VALUES (:secret)'), {'secret': 'ann@example.com'}))

    assert 'ann@example.com' not in str(error.value)


@only_on_sqlite
async def test_a_folder_that_goes_and_comes_back_makes_no_file_and_loses_nothing(rules: Rules) -> None:
    done = await rules.sign_up()
    folder = rules.path.parent
    elsewhere = folder.with_name('elsewhere')

    folder.rename(elsewhere)
    with pytest.raises(StoreAway):
        await write_something(rules.auth.store)
    with pytest.raises(StoreAway):
        await rules.active(done.token)
    nothing_made = not folder.exists()
    elsewhere.rename(folder)

    assert nothing_made
    assert await rules.active(done.token) == done.session_id
    await rules.auth.run(sign_out, await rules.here(done.token))
    assert rules.status(done.session_id) == 'removed'


async def test_a_store_that_was_never_made_is_unavailable_and_stays_unmade(tmp_path: Path) -> None:
    store = Store(f'sqlite:///{tmp_path}/never.db')

    with pytest.raises(StoreAway):
        await write_something(store)

    await store.close()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize('name', ['with spaces', 'größe', 'a#b', '100%41', "quote's", '🦊', 'semi;colon&co'])
async def test_a_store_may_be_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    url = f'sqlite:///{tmp_path}/{quote(name)}/live.db'

    migrate(url)
    store = Store(url, PATIENT)
    assert store.feed.drain().missed
    await write_something(store)
    await store.close()
    assert os.listdir(tmp_path) == [name]
    assert 'live.db' in os.listdir(tmp_path / name)


@pytest.mark.parametrize('path', ['a-file/live.db', 'a-folder', '/proc/nowhere/live.db', '/proc/version',
                                  '/dev/null/x'])
def test_what_cannot_be_a_store_is_refused_with_its_name(tmp_path: Path, path: str) -> None:
    (tmp_path / 'a-file').write_text('a file')
    (tmp_path / 'a-folder').mkdir()

    with pytest.raises(CannotOpenStore, match='DATABASE_URL') as refused:
        migrate(f'sqlite:///{tmp_path / path}')

    assert str(tmp_path / path) in str(refused.value)
    assert (tmp_path / 'a-file').read_text() == 'a file'


def test_a_copy_of_a_store_at_rest_is_a_store(tmp_path: Path) -> None:
    migrate(f'sqlite:///{tmp_path}/live.db')

    shutil.copy(tmp_path / 'live.db', tmp_path / 'copy.db')
    migrate(f'sqlite:///{tmp_path}/copy.db')

    assert (tmp_path / 'copy.db').stat().st_size == (tmp_path / 'live.db').stat().st_size
