"""The triggers: whoever changes what a tab can show, and however, the clients and users concerned are noted."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text

from auth.errors import PasswordIncorrect
from auth.requests.request_info import RequestInfo
from auth.rules.actor import by_command_line
from auth.rules.admin import create_user, revoke_everyone
from auth.rules.device_names import rename_device
from auth.rules.sessions import end_overdue, set_active, sign_out, touch
from auth.rules.sign_in import SignedIn
from tests.databases import connect_to
from tests.patience import PATIENCE_SECONDS
from tests.rules import LAPTOP, PASSWORD, Rules
from tests.running import only_on_postgres, only_on_sqlite


async def concerned(rules: Rules) -> tuple[set[str], set[str]]:
    """Take what the feed has to tell: the clients and the users concerned."""
    changes = await rules.changes()
    assert not changes.missed
    return set(changes.client_ids), set(changes.user_ids)


@pytest.fixture(autouse=True)
async def heard(rules: Rules) -> None:
    """The feed of the store has heard everything so far."""
    assert (await rules.changes()).missed


@pytest.fixture
async def bob(rules: Rules, ann: SignedIn) -> SignedIn:
    """Bob, signed in on a browser of his own; what that had to tell has been told."""
    done = await rules.sign_up('bob@example.com')
    await rules.changes()
    return done


async def test_a_sign_up_concerns_the_client_and_the_user_that_it_makes(rules: Rules) -> None:
    done = await rules.sign_up()

    assert await concerned(rules) == ({done.token.client_id}, {done.user_id})


async def test_every_verb_concerns_its_own_client_only(rules: Rules, bob: SignedIn) -> None:
    carol = await rules.sign_up('carol@example.com', await rules.here(bob.token))
    after_sign_in = await concerned(rules)
    await rules.auth.run(set_active, await rules.here(carol.token), bob.session_id, settings=rules.auth.settings)
    after_switch = await concerned(rules)
    await rules.auth.run(sign_out, await rules.here(carol.token), bob.session_id)
    after_sign_out = await concerned(rules)
    rules.clock.forward(days=8)
    await rules.auth.run(end_overdue)
    after_expiry = await concerned(rules)

    client_id = carol.token.client_id
    assert after_sign_in == ({client_id}, {carol.user_id})
    assert after_switch == ({client_id}, {bob.user_id})
    assert after_sign_out == ({client_id}, {bob.user_id})
    assert client_id in after_expiry[0]


async def test_a_session_that_moves_concerns_both_clients_and_both_users(
        rules: Rules, ann: SignedIn, bob: SignedIn) -> None:
    rules.sql('UPDATE session SET client_id = ?, user_id = ? WHERE id = ?', bob.token.client_id, bob.user_id,
              ann.session_id)

    assert await concerned(rules) == ({ann.token.client_id, bob.token.client_id}, {ann.user_id, bob.user_id})


@pytest.mark.parametrize(('kind', 'table'), [('sqlite', 'client'), ('sqlite', 'session'), ('sqlite', 'user'),
                                             ('postgres', 'session')], indirect=['kind'])
async def test_a_row_that_gets_another_id_concerns_its_client(
        rules: Rules, ann: SignedIn, table: str) -> None:
    rules.sql(f"UPDATE {table} SET id = 'another'")

    clients, _ = await concerned(rules)

    assert ann.token.client_id in clients
    assert await rules.active(ann.token) is None


async def test_a_change_of_many_rows_in_one_statement_concerns_them_all(
        rules: Rules, ann: SignedIn, bob: SignedIn) -> None:
    rules.sql("UPDATE session SET status = 'revoked'")

    assert await concerned(rules) == ({ann.token.client_id, bob.token.client_id}, {ann.user_id, bob.user_id})


async def test_activity_concerns_nobody_where_it_was_and_the_user_alone_where_it_was_not(
        rules: Rules, ann: SignedIn, bob: SignedIn) -> None:
    settings = rules.auth.settings
    rules.sql('UPDATE session SET kept = true')  # its inactivity end moves in hours
    rules.clock.forward(minutes=2)
    await rules.auth.run(touch, ann.token.client_id, ann.session_id, settings=settings, request_info=LAPTOP)
    await concerned(rules)
    moved = RequestInfo('203.0.113.9', LAPTOP.user_agent)
    where = (LAPTOP, LAPTOP, moved, replace(moved, user_agent='Another'), replace(moved, user_agent='Another'))
    told: list[tuple[set[str], set[str]]] = []
    for request_info in where:
        rules.clock.forward(minutes=2)
        await rules.auth.run(touch, ann.token.client_id, ann.session_id, settings=settings, request_info=request_info)
        told.append(await concerned(rules))

    assert told == [(set(), set()), (set(), set()), (set(), {ann.user_id}), (set(), {ann.user_id}), (set(), set())]


async def test_the_name_of_a_device_concerns_its_user_alone(rules: Rules, ann: SignedIn, bob: SignedIn) -> None:
    client = await rules.here(ann.token)
    await rules.auth.run(rename_device, client, ann.session_id, 'Kitchen')
    named = await concerned(rules)
    await rules.auth.run(rename_device, client, ann.session_id, 'Kitchen')
    again = await concerned(rules)
    rules.sql("UPDATE session SET device_name = 'Attic' WHERE id = ?", ann.session_id)

    assert (named, again) == ((set(), {ann.user_id}), (set(), set()))
    assert await concerned(rules) == (set(), {ann.user_id})


async def test_an_upsert_concerns_whom_an_update_would(rules: Rules, ann: SignedIn) -> None:
    rules.sql("INSERT INTO session SELECT * FROM session WHERE true ON CONFLICT (id) DO UPDATE SET status = 'revoked'")

    assert await concerned(rules) == ({ann.token.client_id}, {ann.user_id})


@only_on_sqlite
@pytest.mark.parametrize(('table', 'row'), [
    ('session', "id, user_id, client_id, 'revoked', created_at, last_active_at, expire_at, abandon_at, '', '', NULL, "
                "NULL, '', NULL, false, NULL"),
    ('client', "id, 'another secret', active_session_id, created_at"),
    ('user', 'id, email_address, first_name, last_name, password_hash, password_changed_at, is_admin, 1, created_at, '
             'search_text, password_given_at, address_confirmed_at, roles, updated_at'),
])
async def test_a_row_that_is_replaced_concerns_whom_an_update_would(
        rules: Rules, ann: SignedIn, table: str, row: str) -> None:
    rules.sql(f'REPLACE INTO {table} SELECT {row} FROM {table}')  # deletes the old row without a word

    clients, _ = await concerned(rules)

    assert await rules.active(ann.token) is None
    assert clients == {ann.token.client_id}


@only_on_sqlite
@pytest.mark.parametrize('table', ['client', 'user'])
@pytest.mark.parametrize('foreign_keys', [True, False])
async def test_a_deleted_row_concerns_its_clients_with_foreign_keys_and_without(
        rules: Rules, ann: SignedIn, table: str, foreign_keys: bool) -> None:
    other = sqlite3.connect(rules.path, isolation_level=None)
    other.execute(f'PRAGMA foreign_keys={foreign_keys}')
    other.execute(f'DELETE FROM {table}')
    other.close()

    clients, _ = await concerned(rules)

    assert clients == {ann.token.client_id}
    assert rules.sql('SELECT count(*) FROM session') == [(0 if foreign_keys else 1,)]
    assert await rules.active(ann.token) is None


async def test_a_user_who_is_signed_in_nowhere_is_named_and_no_client(rules: Rules, ann: SignedIn) -> None:
    await rules.auth.run(sign_out, await rules.here(ann.token))
    await rules.changes()

    rules.sql("UPDATE user SET first_name = 'x', disabled = 1")
    after_update = await concerned(rules)
    rules.sql('DELETE FROM user')
    _, after_delete = await concerned(rules)
    made = await create_user(rules.auth, by_command_line, email_address='bob@example.com', password=PASSWORD)
    after_insert = await concerned(rules)

    assert after_update == (set(), {ann.user_id})
    assert after_delete == {ann.user_id}
    assert after_insert == (set(), {made.id})


async def test_what_no_list_of_users_shows_concerns_nobody(rules: Rules, ann: SignedIn) -> None:
    rules.sql("UPDATE user SET password_hash = 'x', first_name = first_name")

    assert await concerned(rules) == (set(), set())


async def test_a_failed_attempt_to_sign_in_concerns_the_user_if_there_is_one(rules: Rules, ann: SignedIn) -> None:
    for address in ('nobody@example.com', 'ann@example.com'):
        with pytest.raises(PasswordIncorrect):
            await rules.sign_in(address, password='wrong horse battery')

    assert await concerned(rules) == (set(), {ann.user_id})


@only_on_sqlite
async def test_a_session_that_ends_leaves_one_note(rules: Rules, ann: SignedIn) -> None:
    (before,), = rules.sql('SELECT count(*) FROM change')

    await revoke_everyone(rules.auth, by_command_line)

    assert rules.sql('SELECT count(*) FROM change') == [(before + 1,)]


def notes_of(listener: Any, rules: Rules) -> list[str]:
    """What a connection that listens is told of all that was committed before: notes come in the order of commits."""
    rules.sql("SELECT pg_notify('live_sessions', '[]')")
    notes: list[str] = []
    for note in listener.notifies(timeout=PATIENCE_SECONDS):
        if note.payload == '[]':
            return notes
        notes.append(note.payload)
    raise AssertionError(f'the last note has not come: {notes}')


@only_on_postgres
async def test_a_session_that_ends_sends_one_note_and_an_earlier_version_can_read_those_of_users(
        rules: Rules, ann: SignedIn) -> None:
    with closing(connect_to(rules.database.url)) as other:
        other.execute('LISTEN live_sessions')
        await revoke_everyone(rules.auth, by_command_line)
        rules.sql("UPDATE user SET first_name = 'x'")
        notes = notes_of(other, rules)

    assert [json.loads(note) for note in notes] == [[[ann.token.client_id, ann.user_id]], [['', ann.user_id]]]


async def test_a_transaction_of_ours_that_fails_concerns_nobody(rules: Rules, ann: SignedIn) -> None:
    def fail(db: Connection) -> None:
        db.execute(text("UPDATE session SET status = 'revoked'"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await rules.auth.store.run(fail)

    assert await concerned(rules) == (set(), set())
    assert rules.status(ann.session_id) == 'active'


async def test_what_is_taken_back_to_a_savepoint_concerns_nobody_and_leaves_no_gap(
        rules: Rules, ann: SignedIn, bob: SignedIn) -> None:
    with closing(connect_to(rules.database.url)) as other:
        for statement in ('BEGIN', 'SAVEPOINT here', "UPDATE session SET status = 'revoked'", 'ROLLBACK TO here',
                          f"UPDATE session SET status = 'revoked' WHERE id = '{bob.session_id}'", 'COMMIT'):
            other.execute(statement)

    assert await concerned(rules) == ({bob.token.client_id}, {bob.user_id})


@only_on_postgres
@pytest.mark.parametrize('table', ['client', 'user'])
async def test_a_deleted_row_takes_its_sessions_with_it_and_concerns_their_clients(
        rules: Rules, ann: SignedIn, table: str) -> None:
    rules.sql(f'DELETE FROM {table}')

    clients, users = await concerned(rules)

    assert (clients, users) == ({ann.token.client_id}, {ann.user_id})
    assert rules.sql('SELECT count(*) FROM session') == [(0,)]


@only_on_postgres
@pytest.mark.parametrize('statement', ['TRUNCATE session', 'TRUNCATE client, session', 'TRUNCATE "user" CASCADE'])
async def test_tables_that_are_emptied_let_everything_be_read_again(
        rules: Rules, ann: SignedIn, statement: str) -> None:
    rules.sql(statement)

    assert (await rules.changes()).missed
    assert await rules.active(ann.token) is None


@only_on_postgres
async def test_a_thousand_ends_are_told_in_a_few_notes_that_name_them_all(rules: Rules, ann: SignedIn) -> None:
    rules.sql("INSERT INTO client SELECT 'client_' || n, 'x', NULL, now() FROM generate_series(1, 1000) AS n")
    rules.sql('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at) '
              "SELECT 'sess_' || n, ?, 'client_' || n, 'active', now(), now(), now() "
              'FROM generate_series(1, 1000) AS n', ann.user_id)
    await rules.changes()

    with closing(connect_to(rules.database.url)) as other:
        other.execute('LISTEN live_sessions')
        other.execute("UPDATE session SET status = 'revoked'")
        notes = notes_of(other, rules)
    clients, users = await concerned(rules)

    assert len(notes) == 11
    assert clients == {ann.token.client_id, *(f'client_{number}' for number in range(1, 1001))}
    assert users == {ann.user_id}


@only_on_postgres
async def test_an_id_that_is_too_long_to_be_told_lets_everything_be_read_again(rules: Rules, ann: SignedIn) -> None:
    rules.sql("INSERT INTO client VALUES (repeat('x', 2000) || md5('x'), 'x', NULL, now())")
    await rules.changes()

    rules.sql("UPDATE client SET id = repeat('y', 9000) WHERE id LIKE 'xx%'")

    assert (await rules.changes()).missed


@only_on_postgres
async def test_what_another_program_says_on_the_channel_lets_everything_be_read_again(rules: Rules) -> None:
    for said in ('hello', '{}', '[1]', '[["a"]]', '[[1, 2]]', 'null', '"x"'):
        rules.sql("SELECT pg_notify('live_sessions', ?)", said)

        assert (await rules.changes()).missed, said


@only_on_sqlite
async def test_the_notes_are_purged_only_when_many_have_been_kept(rules: Rules,
                                                                  ann: SignedIn) -> None:
    rules.sql("UPDATE session SET status = 'revoked'")

    await rules.auth.store.prune()

    assert await concerned(rules) == ({ann.token.client_id}, {ann.user_id})
