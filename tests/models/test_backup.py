"""A backup is made while people work, restored into an empty database, and brings nobody's session back to life."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from auth import Auth
from auth.credentials.tokens import ClientToken
from auth.rules.clients import authenticate, read_clients
from auth.rules.sessions import sign_out
from auth.rules.sign_in import sign_in
from auth.rules.store import Store
from models import METADATA, CannotOpenStore, back_up, migrate, restore
from models.backup import of_the_moment
from tests.auth.keys import keep_key
from tests.databases import Kind, PostgresDatabase, SqliteFile, TestDatabase
from tests.postgres import Postgres, programs
from tests.rules import LAPTOP, PASSWORD, PATIENT, Rules
from tests.running import only_on_sqlite

Empty = Callable[[], TestDatabase]


@pytest.fixture
def empty(kind: Kind, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Empty:
    """Gives empty databases to restore into."""
    if kind == 'sqlite':
        return lambda: SqliteFile(tmp_path / f'restored-{len(os.listdir(tmp_path))}.db')
    server: Postgres = request.getfixturevalue('postgres')
    monkeypatch.setenv('PATH', f'{programs()}:{os.environ["PATH"]}')
    return lambda: PostgresDatabase(server, migrated=False)


async def is_let_in(rules: Rules, database: TestDatabase, token: ClientToken) -> bool:
    """Whether a cookie still means anything to a server on this database."""
    auth = Auth(Store(database.url, PATIENT), rules.auth.settings, rules.clock, rules.auth.passwords)
    try:
        return authenticate(token, (await read_clients(auth, [token.client_id])).get(token.client_id)) is not None
    finally:
        await auth.store.close()


async def test_what_was_there_when_it_was_made_comes_back_and_no_session_does(
        rules: Rules, tmp_path: Path, empty: Empty) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    file = tmp_path / 'backup'
    await asyncio.to_thread(back_up, rules.database.url, file)
    await rules.auth.run(sign_out, await rules.here(ann.token))  # after the backup: it must not come to life again
    await rules.sign_up('carol@example.com')
    target = empty()

    await asyncio.to_thread(restore, target.url, file)

    assert target.sql('SELECT email_address FROM user ORDER BY 1') == [('ann@example.com',), ('bob@example.com',)]
    assert target.sql("SELECT count(*) FROM audit_event WHERE action = 'signed_in'") == [(2,)]
    for token in (ann.token, bob.token):
        assert not await is_let_in(rules, target, token)
    again = Auth(Store(target.url, PATIENT), rules.auth.settings, rules.clock, rules.auth.passwords)
    await sign_in(again, None, identifier='ann@example.com', password=PASSWORD, request_info=LAPTOP)
    await again.store.close()
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


async def test_it_is_of_one_moment_while_people_go_on_signing_up(
        rules_with: Callable[..., Rules], tmp_path: Path, empty: Empty) -> None:
    rules, going = rules_with(sign_ups_per_address=1_000_000), True

    async def people() -> int:
        count = 0
        while going:
            await rules.sign_up(f'{count}@example.com')
            count += 1
        return count

    signing_up = asyncio.create_task(people())
    files = [tmp_path / f'backup-{number}' for number in range(3)]
    for file in files:
        await asyncio.sleep(0)
        await asyncio.to_thread(back_up, rules.database.url, file)
    going = False
    count = await signing_up

    for file in files:
        target = empty()
        await asyncio.to_thread(restore, target.url, file)
        users, = target.sql('SELECT count(*) FROM user')[0]
        events, = target.sql("SELECT count(*) FROM audit_event WHERE action = 'signed_up'")[0]
        assert users == events <= count  # a sign-up is there with its event, or not at all


async def test_one_that_was_made_in_another_way_brings_no_session_back_either(
        rules: Rules, tmp_path: Path, empty: Empty, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await rules.sign_up()
    file = tmp_path / 'backup'
    monkeypatch.setattr('models.backup.of_the_moment', lambda: [])  # as plain pg_dump, or .backup in sqlite3, do it
    await asyncio.to_thread(back_up, rules.database.url, file)
    monkeypatch.setattr('models.backup.of_the_moment', of_the_moment)
    target = empty()

    await asyncio.to_thread(restore, target.url, file)

    assert target.sql('SELECT count(*) FROM session') == target.sql('SELECT count(*) FROM client') == [(0,)]
    assert not await is_let_in(rules, target, ann.token)


async def test_the_key_of_session_tokens_is_in_no_backup(rules: Rules, tmp_path: Path, empty: Empty) -> None:
    made, file = await keep_key(rules), tmp_path / 'backup'
    secret = made.private_key.splitlines()[5].encode()
    await asyncio.to_thread(back_up, rules.database.url, file)
    target = empty()

    await asyncio.to_thread(restore, target.url, file)

    assert secret not in file.read_bytes()
    assert target.sql('SELECT count(*) FROM signing_key') == [(0,)]


@pytest.mark.usefixtures('empty')
async def test_nothing_is_written_over(rules: Rules, tmp_path: Path) -> None:
    await rules.sign_up()
    file = tmp_path / 'backup'
    await asyncio.to_thread(back_up, rules.database.url, file)

    with pytest.raises(CannotOpenStore, match='There is a file'):
        await asyncio.to_thread(back_up, rules.database.url, file)
    with pytest.raises(CannotOpenStore, match='There is something in'):
        await asyncio.to_thread(restore, rules.database.url, file)

    assert rules.sql('SELECT count(*) FROM session') == [(1,)]


async def test_what_is_no_backup_is_refused_and_leaves_nothing(tmp_path: Path, empty: Empty) -> None:
    nonsense, other = tmp_path / 'nonsense', tmp_path / 'other.db'
    nonsense.write_bytes(b'no database' * 1000)
    with sqlite3.connect(other) as connection:
        connection.execute('CREATE TABLE notes (text)')
    connection.close()
    target = empty()

    for file in (nonsense, other, tmp_path / 'not-there'):
        with pytest.raises(CannotOpenStore):
            await asyncio.to_thread(restore, target.url, file)

    migrate(target.url)
    assert target.sql('SELECT count(*) FROM user') == [(0,)]


@only_on_sqlite
async def test_one_that_was_killed_half_way_stands_in_nobodys_way(rules: Rules, tmp_path: Path) -> None:
    ann = await rules.sign_up()
    file = tmp_path / 'backup'
    (tmp_path / 'backup.part').write_bytes(b'half')

    back_up(rules.database.url, file)

    held = file.read_bytes()
    assert not (tmp_path / 'backup.part').exists()
    assert b'ann@example.com' in held
    assert ann.token.secret.encode() not in held


def test_every_table_of_the_moment_is_named_and_accounts_are_not() -> None:
    names = {table.name for table in METADATA.sorted_tables}

    assert names - set(of_the_moment()) == {'user', 'account_value', 'audit_event', 'attempts',
                                                   'policy_violation'}
    assert list(of_the_moment()).index('session') < list(of_the_moment()).index('client')
