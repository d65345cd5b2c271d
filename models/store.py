"""Where everything is kept: one database, opened from its URL, with its change feed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, delete, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from .feed import ChangeFeed
from .sqlite_feed import SqliteFeed
from .tables import change

LOCK_TIMEOUT_SECONDS = 2.0
"""How long a write waits for another process's write before the person is told to try again."""

KEPT_CHANGES = 10_000
"""How many notes of changes are kept for a process that was held up."""

_READERS = 4

_PURGE_CHANGES = delete(change).where(change.c.seq <= select(func.max(change.c.seq)).scalar_subquery() - KEPT_CHANGES)


class StoreUnavailable(Exception):
    """The store can't be reached, or did not answer in time. Nothing was changed."""


class BadDatabaseUrl(ValueError):
    """The database URL names no store that can be opened; the message says what to write instead."""


def sqlite_path(url: str) -> Path:
    """Read the path of the SQLite file out of a database URL.

    :param url: ``sqlite:///relative/path`` or ``sqlite:////absolute/path``
    :raises BadDatabaseUrl: if it is anything else
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise BadDatabaseUrl('DATABASE_URL is not a database URL. Write it like sqlite:///data/live-sessions.db'
                             ) from error
    if parsed.drivername != 'sqlite':
        raise BadDatabaseUrl(f'DATABASE_URL starts with "{parsed.drivername}:", which this version does not know. '
                             'Write it like sqlite:///data/live-sessions.db')
    if not parsed.database or parsed.database == ':memory:':
        raise BadDatabaseUrl('DATABASE_URL names no file. Write it like sqlite:///data/live-sessions.db')
    return Path(parsed.database)


class Store:
    """The database: transactions, reads, and the feed of what changes in it.

    Writers queue in this process, because SQLite has one writer at a time and would make them poll for their turn.
    A committed transaction has reached the disk (``synchronous=FULL``): what ended stays ended after a power cut.

    :param url: the database URL; the file must have been migrated before
    """

    def __init__(self, url: str) -> None:
        self._path = sqlite_path(url)
        file_url = URL.create('sqlite+aiosqlite', database=self._path.absolute().as_uri(),
                              query={'mode': 'rw', 'uri': 'true'})  # "rw": never make an empty file where ours is gone
        self._writer = _engine(file_url, pool_size=1, pool_timeout=LOCK_TIMEOUT_SECONDS)
        self._reader = _engine(file_url, pool_size=_READERS, pool_timeout=LOCK_TIMEOUT_SECONDS,
                               isolation_level='AUTOCOMMIT', pool_reset_on_return=None)
        event.listen(self._writer.sync_engine, 'begin', _begin_immediate)
        event.listen(self._writer.sync_engine, 'invalidate', _roll_back)
        for engine in (self._writer, self._reader):
            event.listen(engine.sync_engine, 'connect', self._note_file)
            event.listen(engine.sync_engine, 'checkout', self._check_file)
        self.feed: ChangeFeed = SqliteFeed(self._path)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """Open a session whose changes are committed together when the block ends, or not at all.

        :raises StoreUnavailable: if the store can't be reached or another process keeps it locked
        """
        try:
            async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
        except (DBAPIError, PoolTimeout, DisconnectionError, OSError) as error:
            raise _unavailable(error) from error
        self.feed.poke()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """Open a connection to read with; each statement sees the newest commit.

        :raises StoreUnavailable: if the store can't be reached
        """
        try:
            async with self._reader.connect() as connection:
                yield connection
        except (DBAPIError, PoolTimeout, DisconnectionError, OSError) as error:
            raise _unavailable(error) from error

    async def tidy(self) -> None:
        """Purge the notes of changes that every process has long read; one that has not reads everything again.

        :raises StoreUnavailable: if the store can't be reached
        """
        async with self.transaction() as session:
            await session.execute(_PURGE_CHANGES)

    async def close(self) -> None:
        """Close the connections and the feed."""
        await self.feed.close()
        await self._writer.dispose()
        await self._reader.dispose()

    def _note_file(self, _: Any, record: ConnectionPoolEntry) -> None:
        record.info['file'] = self._path.stat()

    def _check_file(self, _: Any, record: ConnectionPoolEntry, __: Any) -> None:
        """Use no connection to a file that is no longer at its path: nobody else would ever see what we commit."""
        if not os.path.samestat(record.info['file'], self._path.stat()):
            raise DisconnectionError


def _engine(url: URL, **options: Any) -> AsyncEngine:
    engine = create_async_engine(url, max_overflow=0, connect_args={'timeout': LOCK_TIMEOUT_SECONDS,
                                                                    'isolation_level': None}, **options)
    event.listen(engine.sync_engine, 'connect', _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute('PRAGMA foreign_keys=ON')
    cursor.execute('PRAGMA synchronous=FULL')
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql('BEGIN IMMEDIATE')  # taken at the start, so that no transaction fails half-way


def _roll_back(connection: Any, _: ConnectionPoolEntry, __: BaseException | None) -> None:
    """Let go of the lock where a transaction was cancelled: a mere close keeps it while a cursor is held anywhere."""
    with suppress(sqlite3.Error, ValueError):
        connection.rollback()


def _unavailable(error: Exception) -> Exception:
    """Tell a store that can't be reached from a mistake in a statement, which must not be hidden."""
    reachable = isinstance(error, DBAPIError) and type(error).__name__ not in {'OperationalError', 'DatabaseError'}
    return error if reachable else StoreUnavailable(str(error))
