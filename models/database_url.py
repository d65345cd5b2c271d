"""Which database a URL names."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .database import Database
from .postgres import PostgresDatabase
from .sqlite import SqliteDatabase
from .timing import DEFAULT_TIMING, StoreTiming

_LIKE = ('Write it like sqlite:///data/live-sessions.db '
         'or postgresql://name:password@host/database')

_POSTGRES = {'postgresql', 'postgres', 'postgresql+psycopg'}


class DatabaseSettings(BaseSettings):
    """Where the store is, as the environment or a ``.env`` file says."""

    model_config = SettingsConfigDict(env_file='.env', extra='ignore')

    database_url: str = 'sqlite:///data/live-sessions.db'
    """``sqlite:///relative/path``, ``sqlite:////absolute/path`` or ``postgresql://name:password@host/database``."""


class BadDatabaseUrl(ValueError):
    """The database URL names no store that can be opened; the message says what to write instead."""


def open_database(url: str, timing: StoreTiming = DEFAULT_TIMING) -> Database:
    """Find the database that a URL names; nothing is opened or made yet.

    :param url: written as ``DatabaseSettings`` says
    :param timing: how long it waits for what
    :raises BadDatabaseUrl: if it is anything else
    """
    parsed = _parse(url)
    if parsed.drivername in _POSTGRES:
        if not parsed.database:
            raise BadDatabaseUrl(f'DATABASE_URL names no database on its server. {_LIKE}')
        return PostgresDatabase(parsed, timing)
    if parsed.drivername != 'sqlite':
        raise BadDatabaseUrl(f'DATABASE_URL starts with "{parsed.drivername}:", which this version does not know. '
                             f'{_LIKE}')
    if not parsed.database or parsed.database == ':memory:':
        raise BadDatabaseUrl(f'DATABASE_URL names no file. {_LIKE}')
    return SqliteDatabase(parsed.database, timing)


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise BadDatabaseUrl(f'DATABASE_URL is not a database URL. {_LIKE}') from error
