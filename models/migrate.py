"""Bring a database to the newest schema; done at every start, and by ``alembic upgrade head``."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError

from .store import sqlite_path

MIGRATIONS = Path(__file__).parent / 'migrations'
_LOCK_TIMEOUT_SECONDS = 30  # another process may be migrating; it is worth waiting for
_UPGRADE = 'uv run python -m auth database upgrade'


class CannotOpenStore(Exception):
    """The database can't be created or opened; the message says what to do."""


def migrate(url: str) -> None:
    """Create the database if there is none, and apply the migrations it lacks. Blocks; for the time before serving.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: if the folder or the file can't be written, or is no database of ours
    """
    path = sqlite_path(url)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path, timeout=_LOCK_TIMEOUT_SECONDS) as connection:
            connection.execute('PRAGMA journal_mode=WAL')
            connection.execute('BEGIN IMMEDIATE')  # finds out now whether the file can be written
            connection.rollback()
        connection.close()
    except (OSError, sqlite3.Error) as error:
        raise CannotOpenStore(f'The database {path} can not be opened for writing ({error}). '
                              'Check the folder and its permissions, or set DATABASE_URL to another place.') from error
    with _connect(path, to_write=True) as connection:
        config = _config()
        config.attributes['connection'] = connection
        try:
            command.upgrade(config, 'head')
        except CommandError as error:
            raise _newer(path) from error


def check_schema(url: str) -> None:
    """Refuse a database that is not there, or whose schema is another one than the newest; changes nothing. Blocks.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: saying what to do
    """
    path = sqlite_path(url)
    try:
        path.stat()
    except OSError as error:
        raise CannotOpenStore(f'There is no database {path} ({error.strerror}). Make it with: {_UPGRADE}; '
                              'or set DATABASE_URL to where it is.') from error
    with _connect(path, to_write=False) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config())
    if found is not None and found not in {known.revision for known in script.walk_revisions()}:
        raise _newer(path)
    if found != script.get_current_head():
        raise CannotOpenStore(f'The database {path} has not the newest schema. Bring it there with: {_UPGRADE}')


@contextmanager
def _connect(path: Path, *, to_write: bool) -> Generator[Connection]:
    engine = create_engine(URL.create('sqlite', database=str(path)),
                           connect_args={'timeout': _LOCK_TIMEOUT_SECONDS, 'isolation_level': None})
    if to_write:
        event.listen(engine, 'begin', _begin_immediate)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise CannotOpenStore(f'The database {path} can not be used ({error.orig}). It may belong to another program, '
                              'or be locked by one: set DATABASE_URL to another place, or try again.') from error
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option('script_location', str(MIGRATIONS))
    return config


def _newer(path: Path) -> CannotOpenStore:
    return CannotOpenStore(f'The database {path} was made by a newer version of this program. '
                           'Use that version, or set DATABASE_URL to another place.')


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql('BEGIN IMMEDIATE')  # two processes that start at once migrate one after the other
