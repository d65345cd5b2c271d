"""Moving a store: everything that is in one is in the other, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.rules.actor import by_command_line
from auth.rules.admin_queries import find_users
from auth.rules.session_tokens import published_keys
from auth.rules.sign_in import SignedIn
from auth.rules.signing_keys import replace_key
from auth.rules.store import Store
from models import CannotOpenStore, copy_store, migrate
from tests.auth.keys import keep_key, pair
from tests.databases import Kind, PostgresDatabase, SqliteFile, TestDatabase, connect_to
from tests.postgres import Postgres
from tests.rules import PATIENT, PHONE, TABLES, Rules
from tests.running import only_on_sqlite

OTHER: dict[Kind, Kind] = {'sqlite': 'postgres', 'postgres': 'sqlite'}


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, who is signed in on one device and signed out on another; Bob has odd names."""
    done = await rules.sign_up(first_name='🦊 O\'Hara "x"', last_name='{{a}} <b>')
    phone = await rules.sign_in(request_info=PHONE)
    rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", phone.session_id)
    await rules.sign_up('bob@example.com')
    return done


@pytest.fixture
def target(kind: Kind, postgres: Postgres, tmp_path: Path) -> TestDatabase:
    """An empty database of the other kind."""
    return SqliteFile(tmp_path / 'target.db') if kind == 'postgres' else PostgresDatabase(postgres, migrated=False)


@pytest.fixture
async def moved(rules: Rules, target: TestDatabase) -> Callable[[], Rules]:
    """The rules, on the store that its own was copied into."""

    def moving() -> Rules:
        copy_store(rules.database.url, target.url)
        auth = Auth(Store(target.url, PATIENT), Settings(database_url=target.url), rules.clock,
                    Passwords(memory_kib=8, time_cost=1))
        return Rules(target, auth, rules.clock)

    return moving


def contents(database: TestDatabase) -> dict[str, list[tuple[str, ...]]]:
    """All there is, in words that both kinds of database use."""
    return {table: sorted(tuple('' if value is None else str(value).removesuffix('+00:00').removesuffix('.000000')
                                .replace('True', '1').replace('False', '0') for value in row)
                          for row in database.sql(f'SELECT * FROM {table}')) for table in TABLES}


async def test_everything_is_there_and_who_was_signed_in_still_is(
        rules: Rules, ann: SignedIn, moved: Callable[[], Rules]) -> None:
    before = contents(rules.database)

    there = moved()

    assert contents(there.database) == before == contents(rules.database)
    assert await there.active(ann.token) == ann.session_id
    assert (await there.here(ann.token)).sessions[0].user.first_name == '🦊 O\'Hara "x"'
    assert (await there.sign_in()).user_id == ann.user_id
    await there.auth.close()


async def test_the_keys_of_session_tokens_move_along(rules: Rules, moved: Callable[[], Rules]) -> None:
    await keep_key(rules)
    new_id = await rules.auth.run(replace_key, by_command_line, pair(2))
    before = await published_keys(rules.auth)

    there = moved()

    assert await published_keys(there.auth) == before
    assert [key.id for key in before] == [new_id, pair().id]
    await there.auth.close()


async def test_who_was_found_by_a_word_in_other_letters_still_is(
        rules: Rules, moved: Callable[[], Rules]) -> None:
    ann = await rules.sign_up(first_name='MÜLLER')
    bob = await rules.sign_up('bob@example.com')
    rules.sql("UPDATE user SET first_name = 'Mu\u0308ller' WHERE id = ?", bob.user_id)  # not in form yet

    there = moved()

    for words in ('müller', 'MU\u0308LLER'):
        rows = await there.auth.read(find_users, by_command_line, words)
        assert [row.user.id for row in rows] == [ann.user_id, bob.user_id]
    await there.auth.close()


async def test_what_is_not_empty_is_left_as_it_is(rules: Rules, ann: SignedIn, moved: Callable[[], Rules],
                                                  target: TestDatabase) -> None:
    await moved().auth.close()
    target.sql("UPDATE user SET first_name = 'Other'")
    before = contents(target)

    with pytest.raises(CannotOpenStore, match='already'):
        copy_store(rules.database.url, target.url)

    assert contents(target) == before


async def test_a_copy_that_fails_half_way_leaves_nothing_behind(
        rules: Rules, ann: SignedIn, moved: Callable[[], Rules], target: TestDatabase) -> None:
    await moved().auth.close()
    for table in reversed(TABLES):
        target.sql(f'DELETE FROM {table}')
    target.fail('INSERT ON audit_event')

    with pytest.raises(Exception, match='full'):
        copy_store(rules.database.url, target.url)

    assert contents(target) == {table: [] for table in TABLES}


async def test_nothing_is_written_to_the_source_while_it_is_copied(
        rules: Rules, ann: SignedIn, target: TestDatabase, kind: Kind) -> None:
    refused: list[str] = []

    def meanwhile(table: str, _: int) -> None:
        if table == 'user':
            with closing(connect_to(rules.database.url)) as other:
                other.execute('PRAGMA busy_timeout = 0' if kind == 'sqlite' else 'BEGIN')
                with pytest.raises(Exception, match=r'lock(ed$| on relation)') as error:
                    other.execute('BEGIN IMMEDIATE' if kind == 'sqlite'
                                  else 'LOCK TABLE session IN ROW EXCLUSIVE MODE NOWAIT')
            refused.append(str(error.value))

    copy_store(rules.database.url, target.url, meanwhile)

    assert len(refused) == 1


def test_a_store_is_not_copied_into_itself(rules: Rules) -> None:
    with pytest.raises(CannotOpenStore, match='is where it is already'):
        copy_store(rules.database.url, rules.database.url)


@only_on_sqlite
async def test_what_only_a_file_can_hold_is_brought_into_a_form_that_both_can(
        rules: Rules, ann: SignedIn, target: TestDatabase) -> None:
    rules.sql("UPDATE session SET expire_at = 'tomorrow' WHERE id = ?", ann.session_id)
    rules.sql("UPDATE user SET last_name = ? WHERE id = ?", 'a\x00b', ann.user_id)
    for name in ('ann', 'bob'):
        rules.sql('INSERT INTO mailed_link SELECT ?, ?, id, email_address, created_at, created_at FROM user '
                  'WHERE email_address = ?', name, 'reset_password', f'{name}@example.com')
    rules.sql("DELETE FROM user WHERE email_address = 'bob@example.com'")  # without foreign keys, as other programs do

    copied = {table.table: (table.rows, table.left_out) for table in copy_store(rules.database.url, target.url)}

    assert copied == {'user': (1, 0), 'client': (3, 0), 'session': (2, 1), 'audit_event': (5, 0),
                      'account_value': (0, 0), 'mailed_link': (1, 1), 'invitation': (0, 0), 'mail': (0, 0),
                      'signing_key': (0, 0), 'secret_key': (0, 0)}
    assert target.sql('SELECT last_name FROM user') == [('a\N{REPLACEMENT CHARACTER}b',)]


TODO = ('CREATE TABLE todo (id {number}, user_id VARCHAR REFERENCES "user" (id), parent INTEGER REFERENCES todo (id), '
        'done BOOLEAN NOT NULL, made_at {moment}, day DATE, details JSON, "odd name" VARCHAR)')
TYPES: dict[Kind, dict[str, str]] = {'sqlite': {'number': 'INTEGER PRIMARY KEY', 'moment': 'VARCHAR(32)'},
                                     'postgres': {'number': 'SERIAL PRIMARY KEY', 'moment': 'TIMESTAMP WITH TIME ZONE'}}
VERSIONS = ('CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)',
            "INSERT INTO alembic_version VALUES ('0001')")


def run_authors_migrations(database: TestDatabase, kind: Kind) -> None:
    """Make an author's tables."""
    migrate(database.url)
    for statement in (TODO.format(**TYPES[kind]), *VERSIONS):
        database.sql(statement)


async def test_an_authors_rows_are_copied_too(rules: Rules, ann: SignedIn, target: TestDatabase, kind: Kind) -> None:
    run_authors_migrations(rules.database, kind)
    run_authors_migrations(target, OTHER[kind])
    insert = ('INSERT INTO todo (id, user_id, done, made_at, day, details, "odd name") '
              "VALUES (?, ?, ?, '2026-01-01 11:00:00.5', '2026-01-02', ?, ?)")
    rules.sql(insert, 1, ann.user_id, True, '{"a": [1, null]}', "it's 100 %")
    rules.sql(insert, 7, ann.user_id, False, None, None)
    rules.sql('UPDATE todo SET parent = 7 WHERE id = 1')  # which comes later

    copied = copy_store(rules.database.url, target.url)
    target.sql('INSERT INTO todo (done) VALUES (?)', False)

    assert [(table.table, table.rows) for table in copied][-1] == ('todo', 2)
    first, second, new = target.sql('SELECT id, parent, done, made_at, day, details, "odd name" FROM todo ORDER BY id')
    assert (first[:3], str(first[3])[:21], str(first[4])) == ((1, 7, 1), '2026-01-01 11:00:00.5', '2026-01-02')
    assert (first[5] if isinstance(first[5], dict) else json.loads(first[5]), first[6]) == ({'a': [1, None]},
                                                                                          "it's 100 %")
    assert (second[:3], second[5:]) == ((7, None, 0), (None, None))
    assert new[0] == 8
    assert target.sql('SELECT count(*) FROM todo WHERE details IS NULL') == [(2,)]


@pytest.mark.parametrize(('in_target', 'told'), [
    ('DROP TABLE todo', 'is yours, and is not in the target'),
    ('DROP TABLE alembic_version', 'stand at 0001 here and at none in the target'),
    ("UPDATE alembic_version SET version_num = '0002'", 'stand at 0001 here and at 0002 in the target'),
    ('ALTER TABLE todo DROP COLUMN details', r'has other columns in the target \(details\)'),
    ('INSERT INTO todo (id, done) VALUES (5, ?)', 'something in the table "todo" of the target already'),
])
def test_an_authors_rows_are_never_left_behind_silently(rules: Rules, target: TestDatabase, kind: Kind, in_target: str,
                                                        told: str) -> None:
    run_authors_migrations(rules.database, kind)
    run_authors_migrations(target, OTHER[kind])
    rules.sql('INSERT INTO todo (id, done) VALUES (1, ?)', True)
    target.sql(in_target, *[False] * in_target.count('?'))
    before = contents(target)

    with pytest.raises(CannotOpenStore, match=told):
        copy_store(rules.database.url, target.url)

    assert contents(target) == before


@pytest.mark.parametrize('kind', ['postgres'], indirect=True)
def test_a_type_that_the_other_store_does_not_have_is_told(rules: Rules, target: TestDatabase) -> None:
    rules.sql('CREATE TABLE todo (id INTEGER PRIMARY KEY, tags INTEGER[])')
    rules.sql('INSERT INTO todo VALUES (1, ARRAY[1])')
    migrate(target.url)
    target.sql('CREATE TABLE todo (id INTEGER PRIMARY KEY, tags VARCHAR)')

    with pytest.raises(CannotOpenStore, match='The column "tags" of the table "todo" is ARRAY'):
        copy_store(rules.database.url, target.url)
