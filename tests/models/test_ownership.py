"""Whose a database is: another program's is told by its tables, never called one of ours, and never written to."""

from __future__ import annotations

import hashlib
import io
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from auth.cli import main
from models import CannotOpenStore, check_schema, copy_store, migrate
from models.ownership import ForeignStore
from tests.databases import PostgresDatabase, SqliteFile, TestDatabase, empty_file
from tests.forks import printed_by
from tests.postgres import Postgres
from tests.programs import ROOT
from tests.running import either_store

FOREIGN = {
    'alembic_version of another': ["CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
                                   "INSERT INTO alembic_version VALUES ('ae1027a6acf')"],
    'alembic_version that looks like ours': ['CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)',
                                             "INSERT INTO alembic_version VALUES ('0001')"],
    'a table called user': ['CREATE TABLE "user" (id INTEGER PRIMARY KEY, login TEXT)'],
    'a table called session': ['CREATE TABLE session (key TEXT, data TEXT)'],
    'all of our names': [f'CREATE TABLE "{name}" (id TEXT)' for name in ('user', 'client', 'session', 'audit_event')],
    'some of our tables': ['CREATE TABLE "user" (id TEXT, email_address TEXT, password_hash TEXT)',
                           'CREATE TABLE client (id TEXT, secret_hash TEXT)'],
    'tables of its own': ['CREATE TABLE moz_places (id INTEGER, url TEXT)', 'CREATE TABLE notes (id INTEGER)'],
    'a view': ['CREATE VIEW "user" AS SELECT 1 AS id'],
    'its version and tables': ['CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)',
                               "INSERT INTO alembic_version VALUES ('0006')", 'CREATE TABLE posts (id INTEGER)'],
    'a version table of another kind': ['CREATE TABLE alembic_version (id INTEGER)',
                                        'CREATE TABLE "user" (id INTEGER)'],
    'a name that does something': ['CREATE TABLE "x\x1b[31m\nFORGED" (id INTEGER)'],
}


@pytest.fixture
def empty(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TestDatabase]:
    """A database with nothing in it."""
    if kind == 'sqlite':
        yield SqliteFile(tmp_path / 'theirs.db')
        return
    postgres: Postgres = request.getfixturevalue('postgres')
    database = PostgresDatabase(postgres, migrated=False)
    yield database
    postgres.drop_database(database.url)


@pytest.fixture
def ours(tmp_path: Path) -> str:
    """The URL of a store of our own."""
    return f'sqlite:///{shutil.copyfile(empty_file(), tmp_path / "ours.db")}'


@pytest.fixture
def migrated(make_database: Callable[[], TestDatabase]) -> TestDatabase:
    """A store of our own, of the kind that the test runs on."""
    return make_database()


def contents(database: TestDatabase) -> object:
    """All of a file, or what is in a database on a server."""
    if isinstance(database, SqliteFile):
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in database.path.parent.iterdir() if path.name.startswith(database.path.name)}
    return [database.sql(f'SELECT count(*) FROM {table}') for table in ('pg_class', 'pg_proc', 'pg_trigger', 'pg_type')]


@pytest.mark.parametrize('statements', FOREIGN.values(), ids=FOREIGN.keys())
def test_a_database_of_another_program_is_told_and_stays_as_it_is(
        empty: TestDatabase, tmp_path: Path, ours: str, statements: list[str]) -> None:
    for statement in statements:
        empty.sql(statement)
    before = contents(empty)

    for act in (lambda: migrate(empty.url), lambda: check_schema(empty.url),
                lambda: copy_store(empty.url, f'sqlite:///{tmp_path}/new.db'),
                lambda: copy_store(ours, empty.url)):
        with pytest.raises(ForeignStore) as refused:
            act()
        told = str(refused.value)
        assert 'belongs to another program' in told
        assert 'Nothing was written' in told
        assert 'newer' not in told
        assert told.isprintable()

    assert contents(empty) == before
    assert not (tmp_path / 'new.db').exists()


@either_store
def test_the_server_tells_it_in_one_sentence(empty: TestDatabase, tmp_path: Path) -> None:
    for statement in FOREIGN['its version and tables']:
        empty.sql(statement)
    before = contents(empty)

    line, = printed_by(ROOT / 'main.py', tmp_path, '--port', '0', database_url=empty.url).splitlines()

    assert "belongs to another program: it holds 'posts'" in line
    assert contents(empty) == before


def test_every_command_tells_it_in_one_sentence(
        empty: TestDatabase, ours: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for statement in FOREIGN['its version and tables']:
        empty.sql(statement)
    before = contents(empty)
    monkeypatch.setenv('DATABASE_URL', empty.url)

    for command in ('users list', 'sessions list', 'audit tail', 'database upgrade', 'users create a@example.com',
                    'users disable a@example.com', f'database copy {ours}'):
        monkeypatch.setattr(sys, 'argv', ['auth', *command.split()])
        monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(b'correct horse battery')))
        with pytest.raises(SystemExit) as end:
            main()
        shown = capsys.readouterr()
        assert (end.value.code, shown.out, len(shown.err.splitlines())) == (1, '', 1), shown.err
        assert "belongs to another program: it holds 'posts'" in shown.err
    assert contents(empty) == before


def test_an_empty_database_becomes_ours(empty: TestDatabase) -> None:
    if isinstance(empty, SqliteFile):
        empty.path.touch()
    else:
        empty.sql('CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)')

    with pytest.raises(CannotOpenStore, match='has not the newest schema'):
        check_schema(empty.url)
    migrate(empty.url)
    check_schema(empty.url)


def test_what_an_author_keeps_beside_our_tables_is_theirs(migrated: TestDatabase) -> None:
    migrated.sql('CREATE TABLE reports (id INTEGER)')

    migrate(migrated.url)
    check_schema(migrated.url)


def test_our_tables_come_beside_those_of_an_app_if_somebody_says_so(
        empty: TestDatabase, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for statement in FOREIGN['its version and tables']:
        empty.sql(statement)
    monkeypatch.setenv('DATABASE_URL', empty.url)
    monkeypatch.setattr(sys, 'argv', ['auth', 'database', 'upgrade', '--beside'])

    for _ in range(2):  # once more does no harm
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 0, capsys.readouterr().err
    migrate(empty.url)  # as every start of a server does
    check_schema(empty.url)

    assert empty.sql('SELECT version_num FROM alembic_version') == [('0006',)]  # theirs, and called like one of ours
    assert empty.sql('SELECT count(*) FROM posts') == [(0,)]


@pytest.mark.parametrize('statement', ['CREATE TABLE "user" (id INTEGER)', 'CREATE TABLE "Mail" (id INTEGER)',
                                       'CREATE VIEW attempts AS SELECT 1 AS one'])
def test_a_name_of_ours_that_is_taken_is_told_and_nothing_is_written(empty: TestDatabase, statement: str) -> None:
    empty.sql('CREATE TABLE posts (id INTEGER)')
    empty.sql(statement)
    before = contents(empty)

    with pytest.raises(ForeignStore, match='has a name of ours'):
        migrate(empty.url, beside=True)

    assert contents(empty) == before


def test_a_version_table_that_another_program_writes_to_as_well_is_told(migrated: TestDatabase) -> None:
    migrated.sql("INSERT INTO live_sessions_version VALUES ('ae1027a6acf')")

    for act in (migrate, check_schema):
        with pytest.raises(CannotOpenStore, match='Another program keeps its version in'):
            act(migrated.url)


@pytest.mark.parametrize('statement', ['DROP TABLE live_sessions_version', 'DELETE FROM live_sessions_version'])
def test_our_own_that_has_lost_its_version_is_not_called_another_programs(
        migrated: TestDatabase, statement: str) -> None:
    migrated.sql(statement)

    with pytest.raises(CannotOpenStore, match='has our tables and has lost its version'):
        migrate(migrated.url)


def test_our_own_of_a_newer_version_is_called_that_and_stays_as_it_is(migrated: TestDatabase) -> None:
    migrated.sql("UPDATE live_sessions_version SET version_num = '9999'")
    migrated.sql('CREATE TABLE from_the_future (id INTEGER)')
    before = contents(migrated)

    for act in (migrate, check_schema):
        with pytest.raises(CannotOpenStore, match='made by a newer version of this program'):
            act(migrated.url)

    assert isinstance(migrated, SqliteFile) or contents(migrated) == before


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A file of another program that keeps a write-ahead log, as browsers do."""
    path = tmp_path / 'theirs' / 'places.sqlite'
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute('PRAGMA journal_mode=WAL')
        connection.execute('CREATE TABLE moz_places (id INTEGER, url TEXT)')
    return path


@pytest.mark.parametrize('act', [migrate, check_schema])
def test_a_file_in_wal_mode_is_left_without_a_trace_in_it_or_beside_it(
        theirs: Path, act: Callable[[str], None]) -> None:
    before = {path.name: path.read_bytes() for path in theirs.parent.iterdir()}

    with pytest.raises(ForeignStore):
        act(f'sqlite:///{theirs}')

    assert {path.name: path.read_bytes() for path in theirs.parent.iterdir()} == before


@pytest.mark.parametrize('act', [migrate, check_schema])
def test_what_only_the_log_of_a_file_holds_is_seen_and_not_written_back(
        theirs: Path, tmp_path: Path, act: Callable[[str], None]) -> None:
    crashed = tmp_path / 'crashed.db'
    with closing(sqlite3.connect(theirs, isolation_level=None)) as connection:
        connection.execute('DROP TABLE moz_places')
        connection.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        connection.execute('CREATE TABLE moz_places (id INTEGER, url TEXT)')
        for end in ('', '-wal'):
            shutil.copyfile(f'{theirs}{end}', f'{crashed}{end}')
    before = [Path(f'{crashed}{end}').read_bytes() for end in ('', '-wal')]

    with pytest.raises(ForeignStore, match='moz_places'):
        act(f'sqlite:///{crashed}')

    assert [Path(f'{crashed}{end}').read_bytes() for end in ('', '-wal')] == before


@pytest.mark.parametrize('content', [b'this is no database', b'SQLite format 3\0' + b'\xff' * 4096, b'\0' * 8192, b'\n',
                                     b'PK\x03\x04' * 100])
@pytest.mark.parametrize('act', [migrate, check_schema])
def test_a_file_that_is_no_database_is_told_and_stays_as_it_is(
        tmp_path: Path, content: bytes, act: Callable[[str], None]) -> None:
    path = tmp_path / 'notes.txt'
    path.write_bytes(content)

    with pytest.raises(CannotOpenStore, match='cannot be'):
        act(f'sqlite:///{path}')

    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ['notes.txt']


def test_tables_of_an_extension_are_nobodys_program(postgres: Postgres) -> None:
    database = PostgresDatabase(postgres, migrated=False)
    try:
        database.sql('CREATE TABLE spatial_ref_sys (srid INTEGER)')
        database.sql("INSERT INTO pg_depend SELECT 'pg_class'::regclass, 'spatial_ref_sys'::regclass, 0, "
                     "'pg_extension'::regclass, oid, 0, 'e' FROM pg_extension WHERE extname = 'plpgsql'")
        migrate(database.url)
        check_schema(database.url)
    finally:
        postgres.drop_database(database.url)


def test_what_is_in_another_schema_is_not_looked_at(postgres: Postgres) -> None:
    database = PostgresDatabase(postgres, migrated=False)
    try:
        database.sql('CREATE TABLE posts (id INTEGER)')
        database.sql('CREATE SCHEMA live')
        url = f'{database.url}?options=-csearch_path%3Dlive'
        migrate(url)
        check_schema(url)
        with pytest.raises(ForeignStore):
            migrate(database.url)
    finally:
        postgres.drop_database(database.url)
