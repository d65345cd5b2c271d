"""The store, its triggers, and its change feed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from auth.errors import StoreAway
from auth.rules.store import Store
from models import BadDatabaseUrl, CannotOpenStore, FeedLost, migrate
from models.database_url import open_database
from models.sqlite import KEPT_CHANGES
from tests.databases import connect_to
from tests.forks import printed_at_once
from tests.patience import PATIENCE_SECONDS
from tests.programs import run_python
from tests.rules import Rules
from tests.running import only_on_sqlite

MIGRATE = 'import os, models; models.migrate(os.environ["DATABASE_URL"]); print("Migrated.")'


def one(db: Connection) -> int:
    """See whether the store answers."""
    return db.execute(text('SELECT 1')).scalar_one()


async def concerned(rules: Rules) -> tuple[set[str], set[str]]:
    """Take what the feed has to tell: the clients and the users concerned."""
    changes = await rules.changes()
    assert not changes.missed
    return set(changes.client_ids), set(changes.user_ids)


async def test_a_transaction_is_committed_whole_or_not_at_all(rules: Rules) -> None:
    def fail(db: Connection) -> None:
        db.execute(text("INSERT INTO audit_event (id, at, action) VALUES ('x', '2026-01-01', 'x')"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await rules.auth.store.run(fail)

    assert rules.sql('SELECT count(*) FROM audit_event') == [(0,)]


@only_on_sqlite
async def test_a_store_whose_file_is_gone_is_unavailable_and_makes_no_empty_one(rules: Rules) -> None:
    assert await rules.auth.store.run(one) == 1
    elsewhere = rules.path.with_name('elsewhere.db')
    rules.path.rename(elsewhere)

    for way in (rules.auth.store.run, rules.auth.store.read):
        with pytest.raises(StoreAway):
            await way(one)

    assert not rules.path.exists()
    elsewhere.rename(rules.path)
    assert await rules.auth.store.run(one) == 1


async def test_a_mistake_in_a_statement_is_not_hidden_as_unavailable(rules: Rules, ann) -> None:
    with pytest.raises(Exception, match=r'(?i)unique'):
        await rules.auth.store.run(lambda db: db.execute(text('INSERT INTO "user" SELECT * FROM "user"')))


@only_on_sqlite
async def test_what_ends_a_session_is_on_the_disk_when_it_is_committed(rules: Rules) -> None:
    def pragmas(db: Connection) -> list[object]:
        return [db.scalar(text(f'PRAGMA {name}')) for name in ('synchronous', 'foreign_keys', 'journal_mode')]

    assert await rules.auth.store.run(pragmas) == [2, 1, 'wal']


@pytest.mark.parametrize('statement', [
    "UPDATE session SET status = 'revoked'", "UPDATE session SET expire_at = '2020-01-01'",
    "UPDATE session SET abandon_at = '2020-01-01'",
    'DELETE FROM session',
])
async def test_a_change_of_a_session_concerns_its_client_and_its_user(rules: Rules, ann, statement: str) -> None:
    rules.sql(statement)

    assert await concerned(rules) == ({ann.token.client_id}, {ann.user_id})


@pytest.mark.parametrize('statement', ["UPDATE client SET secret_hash = 'x'",
                                       "UPDATE client SET active_session_id = 'x'",
                                       'UPDATE client SET active_session_id = NULL'])
async def test_a_change_of_a_client_concerns_it(rules: Rules, ann, statement: str) -> None:
    rules.sql(statement)

    assert await concerned(rules) == ({ann.token.client_id}, set())


@pytest.mark.parametrize('statement', [
    "UPDATE user SET first_name = 'x'", "UPDATE user SET last_name = 'x'", "UPDATE user SET email_address = 'x'",
    'UPDATE user SET disabled = 1', 'UPDATE user SET is_admin = 1',
    "UPDATE user SET password_changed_at = '2020-01-01'", 'DELETE FROM user',
])
async def test_a_change_of_a_user_concerns_every_client_they_are_signed_in_on(
        rules: Rules, ann, statement: str) -> None:
    phone = await rules.sign_in()
    await rules.sign_up('bob@example.com')
    await concerned(rules)

    rules.sql(f"{statement} WHERE id = '{ann.user_id}'")

    assert await concerned(rules) == ({ann.token.client_id, phone.token.client_id}, {ann.user_id})


@pytest.mark.parametrize('statement', [
    "UPDATE session SET last_active_at = '2020-01-01'", "UPDATE session SET ip_address = 'x', user_agent = 'y'",
    'UPDATE session SET status = status', "UPDATE user SET password_hash = 'x'",
    "UPDATE client SET created_at = '2020-01-01'",
    "INSERT INTO audit_event (id, at, action) VALUES ('a', '2020-01-01', 'c')",
])
async def test_what_no_tab_can_show_concerns_nobody(rules: Rules, ann, statement: str) -> None:
    rules.sql(statement)

    assert await concerned(rules) == (set(), set())


async def test_a_change_that_is_rolled_back_concerns_nobody(rules: Rules, ann) -> None:
    with closing(connect_to(rules.database.url)) as other:
        other.execute('BEGIN')
        other.execute("UPDATE session SET status = 'revoked'")
        before = await concerned(rules)
        other.execute('ROLLBACK')

    assert before == await concerned(rules) == (set(), set())


@only_on_sqlite
async def test_the_commit_of_another_process_is_heard(rules: Rules, ann) -> None:
    feed = rules.auth.store.feed

    run_python('import sqlite3, sys\n'
               'sqlite3.connect(sys.argv[1], isolation_level=None).execute("UPDATE session SET status = \'revoked\'")',
               [str(rules.path)])

    assert set(feed.drain().client_ids) == {ann.token.client_id}
    assert not feed.drain().client_ids


@only_on_sqlite
async def test_a_wake_ends_the_wait_at_once(rules: Rules) -> None:
    feed = rules.auth.store.feed
    feed.wake()

    await asyncio.wait_for(feed.wait(60), PATIENCE_SECONDS)


@only_on_sqlite
async def test_a_feed_that_was_held_up_until_changes_were_purged_says_that_it_missed_some(rules: Rules, ann) -> None:
    connection = sqlite3.connect(rules.path)
    with connection:
        connection.executemany('INSERT INTO change (client_id) VALUES (?)', [('client_x',)] * (KEPT_CHANGES + 50))
    connection.close()

    await rules.auth.store.prune()

    assert rules.sql('SELECT count(*) FROM change') == [(KEPT_CHANGES,)]
    assert rules.auth.store.feed.drain().missed
    assert not rules.auth.store.feed.drain().missed


@only_on_sqlite
async def test_a_feed_loses_a_file_that_is_gone_and_finds_the_one_that_comes(rules: Rules, ann) -> None:
    feed = rules.auth.store.feed
    elsewhere = rules.path.with_name('elsewhere.db')

    rules.path.rename(elsewhere)
    with pytest.raises(FeedLost):  # noqa: PT012 (the file is looked for twice a second)
        while True:
            feed.drain()
            await asyncio.sleep(0.01)
    with pytest.raises(FeedLost):
        feed.drain()
    elsewhere.rename(rules.path)

    assert feed.drain().missed
    rules.sql("UPDATE session SET status = 'revoked'")
    assert set(feed.drain().client_ids) == {ann.token.client_id}


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    url = f'sqlite:///{tmp_path}/new/folder/live.db'

    migrate(url)
    first = sqlite3.connect(tmp_path / 'new/folder/live.db')
    before = first.execute('SELECT name, sql FROM sqlite_master ORDER BY name').fetchall()
    migrate(url)

    assert first.execute('SELECT name, sql FROM sqlite_master ORDER BY name').fetchall() == before
    assert {'user', 'client', 'session', 'audit_event', 'change'} <= {name for name, _ in before}
    first.close()


async def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    url = f'sqlite:///{tmp_path}/live.db'

    assert printed_at_once(MIGRATE, tmp_path, database_url=url) == ['Migrated.\n'] * 2
    await Store(url).close()


@pytest.mark.parametrize('url', ['', 'x', 'sqlite:', 'sqlite://', 'sqlite:///:memory:', 'mysql://x/y',
                                 'postgresql://host', 'file:///x', '://'])
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=r'sqlite:///data/live-sessions\.db'):
        open_database(url)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    letter = tmp_path / 'letter.txt'
    letter.write_text('Dear Ann, ' * 500)

    with pytest.raises(CannotOpenStore, match=r'letter\.txt'):
        migrate(f'sqlite:///{letter}')

    assert letter.read_text().startswith('Dear Ann')
