"""The databases that tests run on, as another program sees them: a SQLite file, or a PostgreSQL database."""

from __future__ import annotations

import atexit
import re
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any, Literal

import psycopg
from psycopg import sql
from sqlalchemy import Connection, make_url

from models import migrate
from tests.patience import PATIENCE_SECONDS
from tests.postgres import ENDED_WITHIN, Postgres
from tests.programs import run_python

Kind = Literal['sqlite', 'postgres']

KINDS: tuple[Kind, ...] = ('sqlite', 'postgres')


class TestDatabase(ABC):
    """A database that belongs to a test."""

    __test__ = False

    url: str

    @abstractmethod
    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as another program would: on a connection of its own, committed at once.

        It is written as for SQLite: with ``?`` for a value, ``user`` for the table, and 0 and 1 for a boolean.
        """

    @abstractmethod
    def rows(self, tables: Sequence[str]) -> list[list[Any]]:
        """All rows of some tables, on one such connection."""

    @abstractmethod
    def sql_elsewhere(self, statement: str) -> None:
        """Do the same in another process, which loads no more than that takes."""

    def written(self, statement: str) -> str:
        """Write a statement in the words of this database."""
        return statement

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Keep others from writing, as another program would that does not end its transaction."""

    @abstractmethod
    def is_being_written(self) -> bool:
        """Whether another program has begun a transaction that keeps others from writing."""

    @abstractmethod
    def held_up(self) -> AbstractContextManager[Callable[[Connection], object]]:
        """Give what a verb calls to wait until the block ends, as long as it may be waited for at all."""

    @abstractmethod
    def away(self) -> AbstractContextManager[None]:
        """Let the database be out of reach."""

    @abstractmethod
    def fail(self, at: str) -> None:
        """Let something that is written from now on fail, with the word "full".

        :param at: such as ``INSERT ON session``
        """

    @abstractmethod
    def drop(self) -> None:
        """Take it away."""


class SqliteFile(TestDatabase):
    """A file in a folder of its own."""

    def __init__(self, path: Path, empty: Path | None = None) -> None:
        self.path = path
        self.url = f'sqlite:///{path}'
        if empty is not None:
            path.parent.mkdir(exist_ok=True)
            shutil.copyfile(empty, path)
            path.chmod(0o600)  # as a server makes it

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Keep the connection for the next statement, where there is a server."""
        with closing(connect_to(self.url)) as connection:
            return connection.execute(statement, values).fetchall()

    def sql_elsewhere(self, statement: str) -> None:
        """Do the same in another process, which loads no more than that takes."""
        run_python('import sqlite3, sys; sqlite3.connect(sys.argv[1], isolation_level=None).execute(sys.argv[2])',
                   [str(self.path), statement])

    def rows(self, tables: Sequence[str]) -> list[list[Any]]:
        """All rows of some tables, on one such connection."""
        with closing(connect_to(self.url)) as connection:
            return [connection.execute(f'SELECT * FROM {table} ORDER BY id').fetchall() for table in tables]

    @contextmanager
    def locked(self) -> Generator[None]:
        """Begin to write on another connection, and do not end."""
        with closing(connect_to(self.url)) as other:
            other.execute('BEGIN IMMEDIATE')
            yield

    def is_being_written(self) -> bool:
        """Try to begin a transaction, or ask the server who has begun one."""
        with closing(connect_to(self.url)) as other:
            other.execute('PRAGMA busy_timeout = 0')
            try:
                other.execute('BEGIN IMMEDIATE')
            except sqlite3.OperationalError:
                return True
            other.execute('ROLLBACK')
            return False

    @contextmanager
    def held_up(self) -> Generator[Callable[[Connection], object]]:
        """Wait in the thread of the verb, or for a lock of the server: there, verbs run on the event loop."""
        go_on = Event()
        try:
            yield lambda _: go_on.wait(PATIENCE_SECONDS)
        finally:
            go_on.set()

    @contextmanager
    def away(self) -> Generator[None]:
        """Move the file, or refuse connections and end those that are open."""
        elsewhere = self.path.with_name('elsewhere.db')
        self.path.rename(elsewhere)
        try:
            yield
        finally:
            elsewhere.rename(self.path)

    def fail(self, at: str) -> None:
        """A trigger raises an error."""
        self.sql(f"CREATE TRIGGER no_more BEFORE {at} BEGIN SELECT raise(ABORT, 'full'); END")

    def drop(self) -> None:
        """Give it back; the folder of a file goes by itself."""


class PostgresDatabase(TestDatabase):
    """A database on the server of the tests.

    :param url: how it is reached; by default it is a new one
    """

    def __init__(self, server: Postgres, url: str = '', *, migrated: bool = True) -> None:
        self.server = server
        self.url = url or server.create_database(migrated=migrated)
        self.unharmed = True
        """Whether nothing was done to it that a store may have to get over."""
        self.still_connected = False
        """Whether a store stays open for whoever is given it next."""
        self.fails = False
        """Whether something that is written fails, see ``fail``."""

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Keep the connection for the next statement, where there is a server."""
        self.unharmed &= not re.search(r'\b(CREATE|ALTER|DROP|TRUNCATE|pg_terminate_backend)\b', statement)
        return self.server.ask(self.url, self.written(statement), values)

    def sql_elsewhere(self, statement: str) -> None:
        """Do the same in another process, which loads no more than that takes."""
        run_python('import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])',
                   [self.url, self.written(statement)])

    def rows(self, tables: Sequence[str]) -> list[list[Any]]:
        """All rows of some tables, on one such connection."""
        return [self.sql(f'SELECT * FROM {table} ORDER BY id') for table in tables]

    def written(self, statement: str) -> str:
        """"user" is a word of PostgreSQL's language, and booleans are no numbers there."""
        statement = re.sub(r'\b(FROM|UPDATE|INTO|JOIN|ON) user\b', r'\1 "user"', statement)
        statement = re.sub(r'\b(disabled|is_admin) = ([01])\b', r"\1 = '\2'", statement)
        return statement.replace('%', '%%').replace('?', '%s')

    @contextmanager
    def locked(self) -> Generator[None]:
        """Begin to write on another connection, and do not end."""
        with connect_to(self.url) as other, other.transaction():
            other.execute('LOCK TABLE "user", client, session, audit_event IN SHARE MODE')
            yield

    def is_being_written(self) -> bool:
        """Try to begin a transaction, or ask the server who has begun one."""
        return self.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND pid != pg_backend_pid() AND state != 'idle' AND backend_type = 'client backend'") != [(0,)]

    @contextmanager
    def held_up(self) -> Generator[Callable[[Connection], object]]:
        """Wait in the thread of the verb, or for a lock of the server: there, verbs run on the event loop."""
        with connect_to(self.url) as other:
            other.execute('SELECT pg_advisory_lock(7)')
            yield lambda db: db.exec_driver_sql('SELECT pg_advisory_xact_lock_shared(7)')

    @contextmanager
    def away(self) -> Generator[None]:
        """Move the file, or refuse connections and end those that are open."""
        self.unharmed = False
        name = make_url(self.url).database
        assert name is not None
        allow = sql.SQL('ALTER DATABASE {} ALLOW_CONNECTIONS {}')
        self.server.run(allow.format(sql.Identifier(name), sql.SQL('false')))
        end_all = sql.SQL('SELECT pg_terminate_backend(pid, {}) FROM pg_stat_activity WHERE datname = {}')
        self.server.run(end_all.format(ENDED_WITHIN, sql.Literal(name)))
        try:
            yield
        finally:
            self.server.run(allow.format(sql.Identifier(name), sql.SQL('true')))

    def fail(self, at: str) -> None:
        """A trigger raises an error."""
        self.fails = True
        self.sql("CREATE FUNCTION no_more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$")
        self.sql(f'CREATE TRIGGER no_more BEFORE {at} FOR EACH ROW EXECUTE FUNCTION no_more()')

    def drop(self) -> None:
        """Give it back; the folder of a file goes by itself."""
        if self.fails:  # without the trigger it is as it was made; to make another one takes longer than many tests
            with suppress(psycopg.Error):
                self.sql('DROP FUNCTION no_more CASCADE')
        self.server.give_back(self.url, still_connected=self.still_connected)


@cache
def empty_file() -> Path:
    """A store with all its tables and no rows. It is copied for each test: to migrate takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix='live-sessions-empty-'))
    atexit.register(shutil.rmtree, folder)
    migrate(f'sqlite:///{folder}/live.db')
    assert [file.name for file in folder.iterdir()] == ['live.db']  # so a copy of the one file is whole
    return folder / 'live.db'


def connect_to(url: str) -> Any:
    """Connect as another program would; each statement is committed at once."""
    if url.startswith('sqlite'):
        return sqlite3.connect(url.removeprefix('sqlite:///'), isolation_level=None, timeout=PATIENCE_SECONDS)
    return psycopg.connect(url, autocommit=True)
