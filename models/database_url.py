"""Which database a URL names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from .database import Database
from .env_file import ENV_FILE, check_env_file
from .postgres import PostgresDatabase
from .sqlite import SqliteDatabase
from .timing import DEFAULT_TIMING, StoreTiming

_LIKE = ('Write it like sqlite:///data/live-sessions.db '
         'or postgresql://name:password@host/database')

_ONE_AT = re.compile(r'[^:/@]+://(?:(?:[^:/@]*@)?[^:/@]*(?::[^@]*)?@)?[^@]*')
"""After the name and the password comes the only "@"; a name may have one if a password follows, as some hosters do.

With another one in the password, the rest of the password would be taken for the host, and printed.
"""

_POSTGRES = {'postgresql', 'postgres', 'postgresql+psycopg'}


class DatabaseSettings(BaseSettings):
    """Where the store is, as the environment or a ``.env`` file says.

    :raises BadEnvFile: if there is such a file that can't be read
    """

    model_config = SettingsConfigDict(env_file=ENV_FILE, env_file_encoding='utf-8-sig', extra='ignore',
                                      hide_input_in_errors=True)

    database_url: str = Field(default='sqlite:///data/live-sessions.db', repr=False)
    """``sqlite:///relative/path``, ``sqlite:////absolute/path`` or ``postgresql://name:password@host/database``."""

    def __init__(self, **given: Any) -> None:
        check_env_file(Path(ENV_FILE))
        super().__init__(**given)

    @field_validator('*', mode='before')
    @classmethod
    def _check_white_space(cls, value: Any) -> Any:
        """Refuse what nobody means and nobody sees, such as the line break at the end of a file with a secret."""
        if isinstance(value, str) and not value.isprintable():
            raise ValueError('it holds a line break or another character that is not printed; write it without')
        if isinstance(value, str) and value != value.strip() and ',' not in value:
            raise ValueError('it begins or ends with a space; write it without')
        return value


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
        return _open_postgres(parsed, timing)
    if parsed.drivername != 'sqlite':
        raise BadDatabaseUrl(f'DATABASE_URL starts with "{parsed.drivername}:", which this version does not know. '
                             f'{_LIKE}')
    return SqliteDatabase(_path_of(parsed), timing)


def shown(url: str) -> str:
    """A URL as it may be printed: without its password.

    :raises BadDatabaseUrl: if it names no store
    """
    database = open_database(url)
    return f'sqlite:///{database.name}' if isinstance(database, SqliteDatabase) else database.name


def _open_postgres(parsed: URL, timing: StoreTiming) -> PostgresDatabase:
    if not parsed.database:
        raise BadDatabaseUrl(f'DATABASE_URL names no database on its server. {_LIKE}')
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise BadDatabaseUrl(f'DATABASE_URL has a port that there is not: it is between 1 and 65535. {_LIKE}')
    try:
        return PostgresDatabase(parsed, timing)
    except (ArgumentError, psycopg.Error, ValueError, TypeError):
        # What is wrong may be a part of the password, so nothing of it is told, and no other error hangs on this one.
        raise BadDatabaseUrl(f'DATABASE_URL has an option that PostgreSQL does not know. {_LIKE}') from None


def _path_of(parsed: URL) -> str:
    """The file that a URL names, which is no other one than it seems to be."""
    if parsed.host or parsed.username or parsed.password or parsed.port:
        raise BadDatabaseUrl('DATABASE_URL has two slashes before the path of its file, and there have to be three: '
                             f'sqlite:///relative/path, or sqlite:////absolute/path. {_LIKE}')
    if parsed.query:
        raise BadDatabaseUrl(f'DATABASE_URL has a "?" in it, and a file takes no options. {_LIKE}')
    path = parsed.database
    if not path or path == ':memory:':
        raise BadDatabaseUrl(f'DATABASE_URL names no file. {_LIKE}')
    if path.startswith('file:'):
        raise BadDatabaseUrl(f'DATABASE_URL names its file by another URL. {_LIKE}')
    parts = [part for part in Path(path).parts if part != '/']
    if any(part.startswith('$') for part in parts) or (parts[:1] and parts[0].startswith('~')):
        raise BadDatabaseUrl('DATABASE_URL has a path with "~" or "$" in it, which only a shell replaces. '
                             'Write the whole path, like sqlite:////home/name/live-sessions.db')
    return path


def _parse(url: str) -> URL:
    if not url.isprintable() or url != url.strip():
        raise BadDatabaseUrl(f'DATABASE_URL has white space around it, or what is not printed in it. {_LIKE}')
    if url.startswith('postgres') and not _ONE_AT.fullmatch(url):
        raise BadDatabaseUrl('DATABASE_URL has an "@" in its password, or in another part. Write it as %40; and in a '
                             f'password : as %3A, / as %2F, ? as %3F, # as %23 and % as %25. {_LIKE}')
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl(f'DATABASE_URL is not a database URL. {_LIKE}') from None  # theirs show parts of it
    if any('\0' in part for part in (parsed.username, parsed.password, parsed.host, parsed.database) if part):
        raise BadDatabaseUrl(f'DATABASE_URL has a zero byte in it. {_LIKE}')
    return parsed
