"""A store that can be read and not written: a full disk, a file or a server that is read-only, a lock that stays."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection

from auth.errors import StoreAway, StoreNotWritable
from auth.rules.sessions import end_overdue, sign_out
from tests.following import Following, NoTabs
from tests.patience import PATIENCE_SECONDS
from tests.postgres import ENDED_WITHIN
from tests.rules import FAST, Rules
from tests.running import only_on_postgres, only_on_sqlite

FULL, READ_ONLY = 'PRAGMA max_page_count=1', 'PRAGMA query_only=ON'
AGAIN = {FULL: 'PRAGMA max_page_count=1000000', READ_ONLY: 'PRAGMA query_only=OFF'}
"""SQLite says of the connection what it says of a full disk and of a file that may not be written."""


def pragma(rules: Rules, statement: str) -> None:
    """Run it on the one connection that writes, outside of a transaction."""
    writing: Any = rules.auth.store._writing
    connection = writing._engine.raw_connection()
    connection.cursor().execute(statement)
    connection.close()


def sign_out_and_fill(db: Connection, now: Any, client: Any) -> None:
    """Sign out in a transaction that needs more of the disk than there is."""
    sign_out(db, now, client)
    db.exec_driver_sql("INSERT INTO audit_event (id, at, action, ip_address, user_agent, actor) "
                       "VALUES ('evt_large', '2026', 'signed_out', '', printf('%.*c', 200000, 'x'), '')")


@only_on_sqlite
@pytest.mark.parametrize('fault', [FULL, READ_ONLY])
async def test_a_file_that_cannot_be_written_changes_nothing_says_so_is_read_and_works_again_by_itself(
        rules: Rules, fault: str) -> None:
    laptop = await rules.sign_up()
    client = await rules.here(laptop.token)
    before = rules.everything()

    pragma(rules, fault)
    with pytest.raises(StoreNotWritable) as refused:
        await rules.auth.run(sign_out_and_fill, client)
    meanwhile, read = rules.everything(), await rules.active(laptop.token)
    pragma(rules, AGAIN[fault])
    await rules.auth.run(sign_out, client)

    assert str(refused.value) == ('The server cannot save anything right now. Nothing was changed. '
                                  'Try again in a moment.')
    assert meanwhile == before
    assert read == laptop.session_id
    assert rules.status(laptop.session_id) == 'removed'


def read_only(rules: Rules, how: str) -> None:
    """Say what new connections of a PostgreSQL server may do, and end the others, as when it becomes a copy."""
    (name,), = rules.sql('SELECT current_database()')
    rules.sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {how}')
    rules.sql(f'SELECT pg_terminate_backend(pid, {ENDED_WITHIN}) FROM pg_stat_activity WHERE pid != pg_backend_pid() '
              'AND datname = current_database()')


async def persistently(rules: Rules, until: type[StoreAway] | None, verb: Any, *given: Any) -> None:
    """Try again until it is done, or refused in this way: connections that were ended have to be found out."""
    while True:
        try:
            await rules.auth.run(verb, *given)
        except StoreAway as error:
            if type(error) is until:
                return
            await asyncio.sleep(0.05)
        else:
            assert until is None
            return


@only_on_postgres
async def test_a_server_that_is_read_only_counts_as_away_since_a_copy_may_be_behind_and_works_again_by_itself(
        rules: Rules) -> None:
    laptop = await rules.sign_up()
    client = await rules.here(laptop.token)

    read_only(rules, 'on')
    await persistently(rules, StoreAway, sign_out, client)
    with pytest.raises(StoreAway):
        await rules.active(laptop.token)
    read_only(rules, 'off')
    await persistently(rules, None, sign_out, client)

    assert rules.status(laptop.session_id) == 'removed'


@only_on_sqlite
async def test_what_ends_by_time_while_nothing_can_be_written_is_ended_all_the_same_and_marked_later(
        rules: Rules) -> None:
    laptop = await rules.sign_up()

    pragma(rules, READ_ONLY)
    rules.clock.forward(days=400)
    with pytest.raises(StoreNotWritable):
        await rules.auth.run(end_overdue)
    meanwhile = (await rules.active(laptop.token), rules.status(laptop.session_id))
    pragma(rules, AGAIN[READ_ONLY])
    await rules.auth.run(end_overdue)

    assert meanwhile == (None, 'active')
    assert rules.status(laptop.session_id) == 'expired'


@only_on_sqlite
@pytest.mark.parametrize('timing', [FAST])
async def test_while_a_file_is_locked_for_long_it_is_read_and_followed_and_only_writers_are_sent_away(
        rules: Rules) -> None:
    laptop = await rules.sign_up()
    client = await rules.here(laptop.token)
    following = Following(rules.auth)
    await following.start(NoTabs())

    with rules.database.locked():
        for _ in range(3):  # each waits its time, which together is longer than a process may be behind the store
            with pytest.raises(StoreAway):
                await rules.auth.run(sign_out, client)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while following.sync.is_out_of_sync:  # which a busy machine may be at fault for, but not until this ends
                await asyncio.sleep(0.01)
        found = await following.clients.find(laptop.token.client_id)
    await persistently(rules, None, sign_out, client)  # the sweeper may be at it
    await following.stop()

    assert found is not None
    assert rules.status(laptop.session_id) == 'removed'
