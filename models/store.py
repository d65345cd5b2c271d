"""Where everything is kept: one database, opened from its URL, with its change feed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from .database_url import open_database
from .feed import ChangeFeed
from .timing import DEFAULT_TIMING, StoreTiming

_MISTAKE = 1  # SQLite's SQLITE_ERROR, such as of a table that does not exist; the driver has no class of its own for it
_UNREACHABLE = {'OperationalError', 'InterfaceError', 'DatabaseError'}
_READ_ONLY = '25006'  # PostgreSQL, of a server that has become another one's copy


class StoreUnavailable(Exception):
    """The store can't be reached, or did not answer in time. Nothing was changed."""


class CommitUnknown(StoreUnavailable):
    """The store went away while it was told to commit: all was changed, or nothing."""


class Store:
    """The database: transactions, reads, and the feed of what changes in it.

    :param url: the database URL; it must have been migrated before
    :param timing: how long it waits for what
    :raises BadDatabaseUrl: if the URL names no store
    """

    def __init__(self, url: str, timing: StoreTiming = DEFAULT_TIMING) -> None:
        database = open_database(url, timing)
        self._writer = database.writer()
        self._reader = database.reader()
        self._tidying = database.tidying
        self.feed: ChangeFeed = database.feed()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncSession]:
        """Open a session whose changes are committed together when the block ends, or not at all.

        :raises StoreUnavailable: if the store can't be reached or another process keeps it locked
        :raises CommitUnknown: if it went away at the very end
        """
        committing = False
        try:
            async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
                committing = True
        except (DBAPIError, PoolTimeout, DisconnectionError, OSError) as error:
            raise _unavailable(error, committing=committing) from error
        self.feed.committed()

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
        """Purge what nobody needs any more.

        :raises StoreUnavailable: if the store can't be reached
        """
        if self._tidying:
            async with self.transaction() as session:
                for statement in self._tidying:
                    await session.execute(statement)

    async def close(self) -> None:
        """Close the connections and the feed."""
        await self.feed.close()
        await self._writer.dispose()
        await self._reader.dispose()


def _unavailable(error: Exception, *, committing: bool = False) -> Exception:
    """Tell a store that can't be reached from a mistake in a statement, which must not be hidden."""
    if isinstance(error, DBAPIError) and not error.connection_invalidated \
            and getattr(error.orig, 'sqlstate', None) != _READ_ONLY \
            and (type(error).__name__ not in _UNREACHABLE or getattr(error.orig, 'sqlite_errorcode', None) == _MISTAKE):
        return error
    return CommitUnknown(str(error)) if committing else StoreUnavailable(str(error))
