"""A PostgreSQL database as the store, for any number of processes on any number of machines."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from .database import CannotOpenStore, Database, HangUp, in_one_line
from .postgres_feed import PostgresFeed
from .postgres_line import Handle, Line, was_hung_up
from .timing import StoreTiming
from .types import DISTANT_PAST

_MIGRATING = 0x11FE5E55  # the number of the lock that whoever migrates holds; any, but always the same


class PostgresDatabase(Database):
    """A database on a server. It has to exist; its tables are made by the migrations.

    :param url: where it is
    :param timing: how long it waits for what
    """

    writers = 4
    readers = 4  # and one more connection listens

    def __init__(self, url: URL, timing: StoreTiming) -> None:
        self._url = url.set(drivername='postgresql+psycopg')
        self.name = url.render_as_string(hide_password=True)
        self._timing = timing

    def writing(self) -> Engine:
        """Connections whose transactions lock the rows that their statements name."""
        return self._engine(pool_size=self.writers)

    def reading(self) -> Engine:
        """Connections without transactions."""
        return self._engine(pool_size=self.readers, isolation_level='AUTOCOMMIT', pool_reset_on_return=None)

    def way_to_hang_up(self, connection: Connection) -> HangUp | None:
        """The network, or the server, may be gone without a word."""
        return connection.info['handle'].hang_up

    def feed(self) -> PostgresFeed:
        """See the base class."""
        return PostgresFeed(self._listener, self._timing)

    def why_silent(self) -> str:
        """See the base class. One that is being started refuses everybody; whoever else is refused has an answer."""
        arguments = self._arguments()
        try:
            psycopg.connect(**arguments).close()
        except psycopg.OperationalError as error:
            if PGconn.ping(make_conninfo(**arguments).encode()) != Ping.OK:
                return in_one_line(error)
        return ''

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
            {'lock_timeout': _milliseconds(self._timing.migration_lock_seconds), 'timezone': 'UTC'}))
        event.listen(engine, 'connect', _adapt)
        try:
            with engine.begin() as connection:
                if to_write:
                    connection.exec_driver_sql(f'SELECT pg_advisory_xact_lock({_MIGRATING})')
                yield connection
        except DBAPIError as error:
            raise CannotOpenStore(f'The database {self.name} can not be used ({in_one_line(error.orig)}). See that '
                                  'its server runs, that the database exists, and that DATABASE_URL names it and a '
                                  'user who owns it.') from error
        finally:
            engine.dispose()

    def _engine(self, **options: Any) -> Engine:
        timing = self._timing
        settings = {
            'lock_timeout': _milliseconds(timing.lock_seconds),
            'statement_timeout': _milliseconds(timing.statement_seconds),
            'idle_in_transaction_session_timeout': _milliseconds(timing.statement_seconds),
            'default_transaction_isolation': r'read\ committed',  # each verb says which rows it locks
            'timezone': 'UTC',
        }
        engine = create_engine(self._url, max_overflow=0, pool_use_lifo=True, hide_parameters=True,
                               connect_args=self._connect_args(settings), **options)
        event.listen(engine, 'connect', _adapt)
        event.listen(engine, 'connect', _take_handle)
        event.listen(engine, 'checkout', _check)
        event.listen(engine, 'close', _close_handle)
        return engine

    async def _listener(self) -> Line:
        """Open a connection that stays open, to listen on."""
        return await psycopg.AsyncConnection.connect(**self._arguments(), autocommit=True)

    def _arguments(self) -> dict[str, Any]:
        _, arguments = self._url.get_dialect()().create_connect_args(self._url)
        return {**arguments, **self._connect_args({})}

    def _connect_args(self, settings: dict[str, str]) -> dict[str, Any]:
        given = self._url.query.get('options', '')
        ours = ' '.join(f'-c {name}={value}' for name, value in settings.items())
        return {'connect_timeout': max(1, round(self._timing.connect_seconds)),
                'tcp_user_timeout': int(self._timing.answer_seconds * 1000),
                'target_session_attrs': 'read-write', 'application_name': 'live-sessions',
                'options': f'{given} {ours}'.strip()}


def _milliseconds(seconds: float) -> str:
    return f'{seconds * 1000:.0f}ms'


def _take_handle(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info['handle'] = Handle(connection)


def _check(connection: Any, _: ConnectionPoolEntry, __: Any) -> None:
    if was_hung_up(connection):
        raise DisconnectionError


def _close_handle(_: Any, record: ConnectionPoolEntry) -> None:
    record.info.pop('handle').close()


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
