"""The triggers: whoever changes what a tab can show, and however, the clients and users concerned are noted."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text

from auth.accounts import SignedIn
from auth.sessions import end_overdue, set_active, sign_out
from models import ChangeFeed
from tests.conftest import House


def concerned(feed: ChangeFeed) -> tuple[set[str], set[str]]:
    """Take what the feed has to tell: the clients and the users concerned."""
    changes = feed.take()
    assert not changes.missed
    return set(changes.client_ids), set(changes.user_ids)


@pytest.fixture
async def feed(house: House) -> ChangeFeed:
    """The feed of the store, which has heard everything so far."""
    house.auth.store.feed.take()
    return house.auth.store.feed


@pytest.fixture
async def ann(house: House, feed: ChangeFeed) -> SignedIn:
    """Ann, signed in; what that had to tell has been told."""
    done = await house.sign_up()
    feed.take()
    return done


@pytest.fixture
async def bob(house: House, ann: SignedIn, feed: ChangeFeed) -> SignedIn:
    """Bob, signed in on a browser of his own; what that had to tell has been told."""
    done = await house.sign_up('bob@example.com')
    feed.take()
    return done


async def test_a_sign_up_concerns_the_client_and_the_user_that_it_makes(house: House, feed: ChangeFeed) -> None:
    done = await house.sign_up()

    assert concerned(feed) == ({done.token.client_id}, {done.user_id})


async def test_every_verb_concerns_its_own_client_only(house: House, feed: ChangeFeed, bob: SignedIn) -> None:
    carol = await house.sign_up('carol@example.com', await house.here(bob.token))
    after_sign_in = concerned(feed)
    await set_active(house.auth, await house.here(carol.token), bob.session_id)
    after_switch = concerned(feed)
    await sign_out(house.auth, await house.here(carol.token), bob.session_id)
    after_sign_out = concerned(feed)
    house.clock.forward(days=8)
    await end_overdue(house.auth)
    after_expiry = concerned(feed)

    client_id = carol.token.client_id
    assert after_sign_in == ({client_id}, {carol.user_id})
    assert after_switch == ({client_id}, set())
    assert after_sign_out == ({client_id}, {bob.user_id})
    assert client_id in after_expiry[0]


async def test_a_session_that_moves_concerns_both_clients_and_both_users(
        house: House, feed: ChangeFeed, ann: SignedIn, bob: SignedIn) -> None:
    house.sql('UPDATE session SET client_id = ?, user_id = ? WHERE id = ?', bob.token.client_id, bob.user_id,
              ann.session_id)

    assert concerned(feed) == ({ann.token.client_id, bob.token.client_id}, {ann.user_id, bob.user_id})


@pytest.mark.parametrize('table', ['client', 'session', 'user'])
async def test_a_row_that_gets_another_id_concerns_its_client(
        house: House, feed: ChangeFeed, ann: SignedIn, table: str) -> None:
    house.sql(f"UPDATE {table} SET id = 'another'")

    clients, _ = concerned(feed)

    assert ann.token.client_id in clients
    assert await house.active(ann.token) is None


async def test_a_change_of_many_rows_in_one_statement_concerns_them_all(
        house: House, feed: ChangeFeed, ann: SignedIn, bob: SignedIn) -> None:
    house.sql("UPDATE session SET status = 'revoked'")

    assert concerned(feed) == ({ann.token.client_id, bob.token.client_id}, {ann.user_id, bob.user_id})


async def test_an_upsert_concerns_whom_an_update_would(house: House, feed: ChangeFeed, ann: SignedIn) -> None:
    house.sql("INSERT INTO session SELECT * FROM session WHERE true ON CONFLICT (id) DO UPDATE SET status = 'revoked'")

    assert concerned(feed) == ({ann.token.client_id}, {ann.user_id})


@pytest.mark.parametrize(('table', 'row'), [
    ('session', "id, user_id, client_id, 'revoked', created_at, last_active_at, expire_at, abandon_at, '', ''"),
    ('client', "id, 'another secret', active_session_id, created_at"),
    ('user', 'id, email_address, first_name, last_name, password_hash, password_changed_at, is_admin, 1, created_at'),
])
async def test_a_row_that_is_replaced_concerns_whom_an_update_would(
        house: House, feed: ChangeFeed, ann: SignedIn, table: str, row: str) -> None:
    house.sql(f'REPLACE INTO {table} SELECT {row} FROM {table}')  # deletes the old row without a word

    clients, _ = concerned(feed)

    assert await house.active(ann.token) is None
    assert clients == {ann.token.client_id}


@pytest.mark.parametrize('table', ['client', 'user'])
@pytest.mark.parametrize('foreign_keys', [True, False])
async def test_a_deleted_row_concerns_its_clients_with_foreign_keys_and_without(
        house: House, feed: ChangeFeed, ann: SignedIn, table: str, foreign_keys: bool) -> None:
    other = sqlite3.connect(house.path, isolation_level=None)
    other.execute(f'PRAGMA foreign_keys={foreign_keys}')
    other.execute(f'DELETE FROM {table}')
    other.close()

    clients, _ = concerned(feed)

    assert clients == {ann.token.client_id}
    assert house.sql('SELECT count(*) FROM session') == [(0 if foreign_keys else 1,)]
    assert await house.active(ann.token) is None


async def test_a_user_who_is_signed_in_nowhere_concerns_nobody(house: House, feed: ChangeFeed, ann: SignedIn) -> None:
    await sign_out(house.auth, await house.here(ann.token))
    feed.take()

    house.sql("UPDATE user SET first_name = 'x', disabled = 1")

    assert concerned(feed) == (set(), set())


async def test_a_transaction_of_ours_that_fails_concerns_nobody(house: House, feed: ChangeFeed, ann: SignedIn) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012 (the error has to come from within the block)
        async with house.auth.store.transaction() as session:
            await session.execute(text("UPDATE session SET status = 'revoked'"))
            raise RuntimeError

    assert concerned(feed) == (set(), set())
    assert house.status(ann.session_id) == 'active'


async def test_what_is_taken_back_to_a_savepoint_concerns_nobody_and_leaves_no_gap(
        house: House, feed: ChangeFeed, ann: SignedIn, bob: SignedIn) -> None:
    other = sqlite3.connect(house.path, isolation_level=None)
    other.execute('BEGIN')
    other.execute('SAVEPOINT here')
    other.execute("UPDATE session SET status = 'revoked'")
    other.execute('ROLLBACK TO here')
    other.execute("UPDATE session SET status = 'revoked' WHERE id = ?", (bob.session_id,))
    other.execute('COMMIT')
    other.close()

    assert concerned(feed) == ({bob.token.client_id}, {bob.user_id})


async def test_the_notes_are_purged_only_when_many_have_been_kept(house: House, feed: ChangeFeed,
                                                                  ann: SignedIn) -> None:
    house.sql("UPDATE session SET status = 'revoked'")

    await house.auth.store.tidy()

    assert concerned(feed) == ({ann.token.client_id}, {ann.user_id})
