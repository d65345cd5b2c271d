"""The migrations: a store of an earlier version is brought to this one with all that is in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.credentials.tokens import ClientToken, hash_secret, new_secret
from auth.rules.actor import by_command_line
from auth.rules.admin_queries import find_sessions, find_users
from auth.rules.devices import read_devices, revoke
from auth.rules.history import read_history
from auth.rules.sign_in import sign_in
from auth.rules.store import Store
from models import migrate
from models.version import MIGRATIONS
from tests.databases import Kind, PostgresDatabase, SqliteFile
from tests.rules import PASSWORD, PATIENT, PHONE, Clock, Rules

TABLES = ('user', 'client', 'session', 'audit_event', 'change')
CLIENT = 'client_' + 'a' * 24
SECRET = new_secret()


def migrate_to(revision: str, path: Path) -> None:
    """Bring a file to an earlier version."""
    migrate_url_to(revision, f'sqlite:///{path}')


def migrate_url_to(revision: str, url: str) -> None:
    """Bring a database to an earlier version."""
    engine = create_engine(url.replace('postgresql://', 'postgresql+psycopg://'))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option('script_location', str(MIGRATIONS))
        config.attributes['connection'] = connection
        command.upgrade(config, revision)
    engine.dispose()


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database, as another program sees it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """All there is."""
    with opened(path) as connection:
        return {table: [dict(row) for row in connection.execute(f'SELECT * FROM {table} ORDER BY 1')]
                for table in TABLES}


@pytest.fixture(params=['0001', '0002'])
async def old_store(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store of an earlier version with people in it: Ann is signed in, Bob is disabled and was signed out."""
    path = tmp_path / 'live.db'
    migrate_to(request.param, path)
    hasher = Passwords(memory_kib=8, time_cost=1)
    password_hash = await hasher.hash(PASSWORD)
    hasher.close()
    moment, later = '2026-01-01 11:00:00.000000', '2026-01-08 11:00:00.000000'
    with opened(path) as connection:
        for name, disabled in (('ann', 0), ('bob', 1)):
            connection.execute('INSERT INTO user VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)', (
                f'user_{name}', f'{name}@example.com', name.title(), "O'Hara", password_hash, moment, 1 - disabled,
                disabled, moment))
        connection.execute('INSERT INTO client VALUES (?, ?, ?, ?)', (CLIENT, hash_secret(SECRET), 'sess_ann', moment))
        for name, status in (('ann', 'active'), ('bob', 'removed')):
            connection.execute('INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', (
                f'sess_{name}', f'user_{name}', CLIENT, status, moment, moment, later, None, PHONE.user_agent,
                PHONE.ip_address))
            connection.execute('INSERT INTO audit_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)', (
                f'evt_{name}', moment, 'signed_in', f'user_{name}', CLIENT, f'sess_{name}', PHONE.ip_address,
                PHONE.user_agent))
        connection.execute('INSERT INTO audit_event VALUES (?, ?, ?, NULL, NULL, NULL, ?, ?)', (
            'evt_nobody', moment, 'sign_in_failed', '', ''))
    return path


def test_nothing_that_was_in_an_earlier_store_is_lost(old_store: Path) -> None:
    before = rows(old_store)

    migrate(f'sqlite:///{old_store}')

    after = rows(old_store)
    assert len(before['audit_event']) == 3
    new = {'last_user_agent': None, 'last_ip_address': None, 'device_name': '', 'authenticated_at': None,
           'ended_at': None}
    assert after == before | {
        'audit_event': [event | {'actor': '', 'detail': '', 'times': 1} for event in before['audit_event']],
        'session': [session | new | {'kept': session['status'] == 'active'} for session in before['session']],
        'user': [user | {'search_text': f'{user["email_address"]} {user["first_name"]} {user["last_name"]}'.lower(),
                         'password_given_at': None, 'address_confirmed_at': None, 'updated_at': None,
                         'roles': ''}
                 for user in before['user']]}
    with opened(old_store) as connection:
        assert connection.execute('PRAGMA integrity_check').fetchone()[0] == 'ok'
        assert connection.execute('PRAGMA foreign_key_check').fetchall() == []


def test_an_earlier_store_comes_out_like_a_new_one(old_store: Path, tmp_path: Path) -> None:
    new = tmp_path / 'new.db'
    schema = 'SELECT type, name, sql FROM sqlite_master WHERE name NOT IN (?, ?) ORDER BY type, name'

    migrate(f'sqlite:///{old_store}')
    migrate(f'sqlite:///{new}')

    with opened(old_store) as migrated, opened(new) as fresh:
        asked = ('live_sessions_version', 'sqlite_sequence')
        assert [tuple(row) for row in migrated.execute(schema, asked)] == [
            tuple(row) for row in fresh.execute(schema, asked)]
        assert migrated.execute('SELECT * FROM live_sessions_version').fetchall() == fresh.execute(
            'SELECT * FROM live_sessions_version').fetchall()


async def test_in_an_earlier_store_people_are_found_in_any_letters_and_sign_in_by_any_form_of_their_address(
        kind: Kind, tmp_path: Path, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> None:
    database = (SqliteFile(tmp_path / 'live.db') if kind == 'sqlite'
                else PostgresDatabase(request.getfixturevalue('postgres'), migrated=False))
    migrate_url_to('0006', database.url)
    passwords = Passwords(memory_kib=8, time_cost=1)
    password_hash = await passwords.hash(PASSWORD)
    for user_id, address, name in (
            ('user_0', 'ann@example.com', 'Ann'), ('user_1', 'Carol@Example.COM', 'MÜLLER'),
            ('user_2', ' dan@example.com', 'Иван'), ('user_3', 'e\u0308ve@example.com', 'x'),
            ('user_4', 'ANN@example.com', 'Other'), ('user_5', 'fay@xn--mnchen-3ya.de', ''),
            ('user_6', 'CAROL@example.com', '')):
        database.sql('INSERT INTO user (id, email_address, first_name, password_hash, password_changed_at, created_at)'
                     " VALUES (?, ?, ?, ?, '2026-01-01', '2026-01-01')", user_id, address, name, password_hash)

    migrate(database.url)

    auth = Auth(Store(database.url, PATIENT), Settings(database_url=database.url), Clock(), passwords)
    for user_id, address in (('user_1', 'carol@example.com'), ('user_2', 'Dan@example.com'),
                             ('user_3', 'ëve@example.com'), ('user_0', 'ann@example.com'),
                             ('user_5', 'fay@münchen.de')):
        done = await sign_in(auth, None, identifier=address, password=PASSWORD, request_info=PHONE)
        assert done.user_id == user_id
    for words, user_id in (('müller', 'user_1'), ('иван', 'user_2'), ('ËVE', 'user_3'), ('other', 'user_4')):
        assert [row.user.id for row in await auth.read(find_users, by_command_line, words)] == [user_id]
    assert [user_id for user_id in ('user_4', 'user_6') if user_id in caplog.text] == ['user_4', 'user_6']
    assert database.sql('SELECT count(*) FROM user WHERE search_text IS NULL') == [(0,)]
    await auth.close()
    database.drop()


def test_migrating_again_changes_nothing(old_store: Path) -> None:
    migrate(f'sqlite:///{old_store}')
    before = rows(old_store)

    migrate(f'sqlite:///{old_store}')

    assert rows(old_store) == before


async def test_who_was_signed_in_in_an_earlier_store_still_is_and_finds_everything(old_store: Path) -> None:
    url = f'sqlite:///{old_store}'
    migrate(url)
    auth = Auth(Store(url, PATIENT), Settings(database_url=url), Clock(), Passwords(memory_kib=8, time_cost=1))
    rules = Rules(old_store, auth, Clock())

    client = await rules.here(ClientToken(CLIENT, SECRET))
    devices = await auth.read(read_devices, client)
    history = await auth.read(read_history, client)
    users = await auth.read(find_users, by_command_line)
    sessions = await auth.read(find_sessions, by_command_line)
    phone = await sign_in(auth, None, identifier='ann@example.com', password=PASSWORD, request_info=PHONE)
    auth.store.feed.drain()
    await auth.run(revoke, client, phone.session_id, recent=timedelta(days=1))
    changes = auth.store.feed.drain()

    assert [device.session_id for device in devices.devices] == ['sess_ann']
    assert [(event.id, event.by) for event in history.events] == [('evt_ann', '')]
    assert [(row.user.id, row.disabled, row.sessions) for row in users] == [('user_ann', False, 1),
                                                                           ('user_bob', True, 0)]
    assert [row.id for row in sessions] == ['sess_ann']
    assert changes.client_ids == {phone.token.client_id}  # the triggers are there as before
    await auth.close()


def test_what_an_earlier_version_still_writes_beside_this_one_is_done_by_the_person_themselves(old_store: Path) -> None:
    migrate(f'sqlite:///{old_store}')

    with opened(old_store) as connection:
        connection.execute("INSERT INTO audit_event (id, at, action, user_id, client_id, session_id, ip_address,"
                           " user_agent) VALUES ('evt_late', '', 'signed_in', 'user_ann', NULL, NULL, '', '')")

        assert connection.execute("SELECT actor FROM audit_event WHERE id = 'evt_late'").fetchone()['actor'] == ''


@pytest.mark.parametrize(('statement', 'index'), [
    ("SELECT id FROM session WHERE status = 'active' ORDER BY created_at DESC, id DESC LIMIT 25",
     'ix_session_created_at'),
    ("SELECT id FROM audit_event WHERE user_id = 'user_ann' ORDER BY at DESC, id DESC LIMIT 16",
     'ix_audit_event_user_id_at'),
])
def test_the_lists_are_read_in_the_order_of_an_index_and_not_sorted(old_store: Path, statement: str,
                                                                    index: str) -> None:
    migrate(f'sqlite:///{old_store}')

    with opened(old_store) as connection:
        plan = ' '.join(row['detail'] for row in connection.execute(f'EXPLAIN QUERY PLAN {statement}'))

    assert index in plan
    assert 'TEMP B-TREE' not in plan
