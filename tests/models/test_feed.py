"""The change feed of a SQLite file: nobody's commit goes unheard, and what can't be told is said to be missed."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys

import pytest

from auth.rules.store import Store
from models import Changes, FeedLost
from models.timing import DEFAULT_TIMING
from tests.patience import PATIENCE_SECONDS
from tests.programs import run_python
from tests.rules import Rules
from tests.running import only_on_sqlite

pytestmark = only_on_sqlite

REVOKE = ('import contextlib, sqlite3, sys\n'
          'with contextlib.closing(sqlite3.connect(sys.argv[1])) as connection, connection:\n'
          '    connection.execute("UPDATE session SET status = \'revoked\'")')

DIES = ('import os, sqlite3, sys\n'
        'connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n'
        'connection.execute("UPDATE user SET first_name = \'committed\'")\n'
        'connection.execute("BEGIN IMMEDIATE")\n'
        'connection.execute("UPDATE session SET status = \'revoked\'")\n'
        'os.kill(os.getpid(), 9)')


async def changes_of(rules: Rules) -> Changes:
    """Listen until there is something to tell."""
    feed = rules.auth.store.feed
    while not ((changes := feed.drain()).client_ids or changes.missed):
        await feed.wait(60)
    return changes


async def test_a_listener_hears_the_commit_of_another_process_without_a_poke(rules: Rules) -> None:
    ann = await rules.sign_up()
    assert (await changes_of(rules)).missed
    listening = asyncio.create_task(changes_of(rules))

    await asyncio.to_thread(run_python, REVOKE, [str(rules.path)])
    changes = await asyncio.wait_for(listening, PATIENCE_SECONDS)

    assert changes == Changes(frozenset({ann.token.client_id}), frozenset({ann.user_id}))
    assert DEFAULT_TIMING.look_seconds < 0.04  # how late it may be heard


async def test_a_process_that_dies_within_a_transaction_has_only_committed_what_is_heard(rules: Rules) -> None:
    ann = await rules.sign_up()
    assert (await changes_of(rules)).missed

    died = await asyncio.to_thread(subprocess.run, [sys.executable, '-c', DIES, str(rules.path)], check=False)
    changes = rules.auth.store.feed.drain()

    assert died.returncode == -9
    assert changes.client_ids == {ann.token.client_id}
    assert rules.status(ann.session_id) == 'active'
    assert rules.auth.store.feed.drain() == Changes()


async def test_two_processes_worth_of_feeds_hear_the_same_and_neither_takes_it_from_the_other(rules: Rules) -> None:
    ann = await rules.sign_up()
    other = Store(f'sqlite:///{rules.path}')
    feeds = [rules.auth.store.feed, other.feed]
    first = [feed.drain().missed for feed in feeds]

    rules.sql("UPDATE session SET status = 'revoked'")
    heard = [feed.drain() for feed in feeds]
    afterwards = [feed.drain() for feed in feeds]

    await other.close()
    assert first == [True, True]
    assert [set(changes.client_ids) for changes in heard] == [{ann.token.client_id}] * 2
    assert afterwards == [Changes(), Changes()]


async def test_what_was_committed_while_the_feed_was_closed_is_said_to_be_missed(rules: Rules) -> None:
    feed = rules.auth.store.feed
    feed.drain()
    await feed.close()

    rules.sql('CREATE TABLE anything (id)')

    assert feed.drain().missed
    assert not feed.drain().missed


async def test_many_commits_between_two_looks_are_all_told(rules: Rules) -> None:
    people = [await rules.sign_up(f'person{number}@example.com') for number in range(5)]
    feed = rules.auth.store.feed
    feed.drain()

    for one in people:
        rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", one.session_id)

    assert feed.drain() == Changes(frozenset(one.token.client_id for one in people),
                                  frozenset(one.user_id for one in people))


async def test_a_backup_restored_into_the_file_is_heard(rules: Rules) -> None:
    ann = await rules.sign_up()
    feed = rules.auth.store.feed
    rules.sql("UPDATE session SET status = 'revoked'")
    live, backup = sqlite3.connect(rules.path), sqlite3.connect(':memory:')
    live.backup(backup)
    rules.sql("UPDATE session SET status = 'active'")
    rules.sql("UPDATE user SET first_name = 'Ann'")
    feed.drain()

    backup.backup(live)
    changes = feed.drain()

    live.close()
    backup.close()
    assert rules.status(ann.session_id) == 'revoked'
    assert changes.missed or ann.token.client_id in changes.client_ids


async def test_notes_that_are_numbered_from_the_start_again_are_heard(rules: Rules) -> None:
    ann = await rules.sign_up()
    feed = rules.auth.store.feed
    feed.drain()

    rules.sql('DELETE FROM change')
    rules.sql('DELETE FROM sqlite_sequence')
    rules.sql("UPDATE session SET status = 'revoked'")
    changes = feed.drain()

    assert changes.missed or ann.token.client_id in changes.client_ids


async def test_a_file_that_becomes_no_database_is_lost_and_not_taken_for_silence(rules: Rules) -> None:
    feed = rules.auth.store.feed
    feed.drain()

    rules.sql('DROP TABLE change')
    rules.sql('CREATE TABLE anything (id)')

    with pytest.raises(FeedLost):
        feed.drain()


async def test_a_wait_ends_when_its_time_is_up_and_at_the_next_look_otherwise(rules: Rules) -> None:
    feed = rules.auth.store.feed

    await asyncio.wait_for(feed.wait(0), PATIENCE_SECONDS)
    await asyncio.wait_for(feed.wait(3600), PATIENCE_SECONDS)
    feed.wake()
    feed.wake()
    await asyncio.wait_for(feed.wait(3600), PATIENCE_SECONDS)

    assert feed.drain().missed  # nobody had asked before
