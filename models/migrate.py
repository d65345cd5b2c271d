"""Bring a database to the newest schema; done at every start, and by ``alembic upgrade head``."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, create_engine, event

from .store import sqlite_path

MIGRATIONS = Path(__file__).parent / 'migrations'
_LOCK_TIMEOUT_SECONDS = 30  # another process may be migrating; it is worth waiting for


class CannotOpenStore(Exception):
    """The database can't be created or opened; the message says what to do."""


def migrate(url: str) -> None:
    """Create the database if there is none, and apply the migrations it lacks. Blocks; for the time before serving.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: if the folder or the file can't be written, or is no database
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
    engine = create_engine(URL.create('sqlite', database=str(path)),
                           connect_args={'timeout': _LOCK_TIMEOUT_SECONDS, 'isolation_level': None})
    event.listen(engine, 'begin', _begin_immediate)
    try:
        with engine.begin() as connection:
            config = Config()
            config.set_main_option('script_location', str(MIGRATIONS))
            config.attributes['connection'] = connection
            command.upgrade(config, 'head')
    finally:
        engine.dispose()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql('BEGIN IMMEDIATE')  # two processes that start at once migrate one after the other
