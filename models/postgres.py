"""A PostgreSQL database as the store, for any number of processes on any number of machines."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from .database import LOCK_TIMEOUT_SECONDS, MIGRATION_LOCK_SECONDS, CannotOpenStore, Database
from .postgres_feed import PostgresFeed
from .postgres_line import Line, hang_up, was_hung_up
from .types import DISTANT_PAST

CONNECTIONS = 4
"""How many a process opens to write, and as many to read; one more listens."""

ANSWER_SECONDS = 3.0
"""A connection that was not given back in this time is hung up: the network or the server is gone."""

_CONNECT_SECONDS = 3  # libpq knows whole seconds

_MIGRATING = 0x11FE5E55  # the number of the lock that whoever migrates holds; any, but always the same

_SETTINGS = {
    'lock_timeout': f'{LOCK_TIMEOUT_SECONDS:.0f}s',
    # A process that can't be reached any more must not keep rows locked:
    'statement_timeout': '5s',
    'idle_in_transaction_session_timeout': '5s',
    'default_transaction_isolation': r'read\ committed',  # each verb says which rows it locks
    'timezone': 'UTC',
}


class PostgresDatabase(Database):
    """A database on a server. It has to exist; its tables are made by the migrations.

    :param url: where it is
    """

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername='postgresql+psycopg')
        self.name = url.render_as_string(hide_password=True)

    def writer(self) -> AsyncEngine:
        """See the base class."""
        return self._engine()

    def reader(self) -> AsyncEngine:
        """See the base class."""
        return self._engine(isolation_level='AUTOCOMMIT', pool_reset_on_return=None)

    def feed(self) -> PostgresFeed:
        """See the base class."""
        return PostgresFeed(self._listener)

    def create(self) -> None:
        """See the base class. A database on a server is made by whoever runs the server."""

    def close_to_others(self) -> None:
        """See the base class. Who may use it is up to whoever runs the server."""

    def find(self) -> None:
        """See the base class. Whether it is there is found out by connecting to it."""

    @contextmanager
    def connect(self, *, to_write: bool) -> Generator[Connection]:
        """See the base class."""
        engine = create_engine(self._url, connect_args=self._connect_args(
            {'lock_timeout': f'{MIGRATION_LOCK_SECONDS}s', 'timezone': 'UTC'}))
        event.listen(engine, 'connect', _adapt)
        try:
            with engine.begin() as connection:
                if to_write:
                    connection.exec_driver_sql(f'SELECT pg_advisory_xact_lock({_MIGRATING})')
                yield connection
        except DBAPIError as error:
            told = ' '.join(str(error.orig).split())
            raise CannotOpenStore(f'The database {self.name} can not be used ({told}). See that its server runs, that '
                                  'the database exists, and that DATABASE_URL names it and a user who owns it.'
                                  ) from error
        finally:
            engine.dispose()

    def _engine(self, **options: Any) -> AsyncEngine:
        engine = create_async_engine(self._url, pool_size=CONNECTIONS, max_overflow=0,
                                     pool_timeout=LOCK_TIMEOUT_SECONDS, pool_use_lifo=True, hide_parameters=True,
                                     connect_args=self._connect_args(_SETTINGS), **options)
        event.listen(engine.sync_engine, 'connect', _adapt)
        event.listen(engine.sync_engine, 'checkout', _expect_back)
        event.listen(engine.sync_engine, 'checkin', _came_back)
        return engine

    async def _listener(self) -> Line:
        """Open a connection that stays open, to listen on."""
        _, arguments = self._url.get_dialect()().create_connect_args(self._url)
        return await psycopg.AsyncConnection.connect(**{**arguments, **self._connect_args({})}, autocommit=True)

    def _connect_args(self, settings: dict[str, str]) -> dict[str, Any]:
        given = self._url.query.get('options', '')
        ours = ' '.join(f'-c {name}={value}' for name, value in settings.items())
        return {'connect_timeout': _CONNECT_SECONDS, 'tcp_user_timeout': int(ANSWER_SECONDS * 1000),
                'target_session_attrs': 'read-write', 'application_name': 'live-sessions',
                'options': f'{given} {ours}'.strip()}


def _expect_back(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    driver: Line = connection.driver_connection
    if was_hung_up(driver):
        raise DisconnectionError
    record.info['timer'] = asyncio.get_running_loop().call_later(ANSWER_SECONDS, hang_up, driver)


def _came_back(_: Any, record: ConnectionPoolEntry) -> None:
    if (timer := record.info.pop('timer', None)) is not None:
        timer.cancel()


def _adapt(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.adapters.register_loader('timestamptz', _MomentLoader)
    connection.adapters.register_dumper(str, _TextDumper)


class _MomentLoader(TimestamptzLoader):
    """Reads what was typed into the store by hand, such as ``infinity``, as long past; see ``Moment``."""

    def load(self, data: Buffer) -> datetime:
        try:
            return super().load(data)
        except psycopg.DataError:
            return DISTANT_PAST


class _TextDumper(StrDumper):
    """Writes text with a NUL, which PostgreSQL can't hold and no row has, so that it is merely not found."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace('\x00', '\N{REPLACEMENT CHARACTER}'))
