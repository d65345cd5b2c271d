"""A PostgreSQL database as the store, for any number of processes on any number of machines."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from .database import CannotOpenStore, Database, in_one_line
from .executor import LoopExecutor
from .ownership import check_ownership
from .postgres_backup import dump_into, load_from
from .postgres_feed import PostgresFeed
from .postgres_line import Line, hang_up, was_hung_up
from .timing import StoreTiming
from .types import DISTANT_PAST

CONNECTIONS = 4
"""How many a process opens to write, and as many to read; one more listens."""

_READABLE = {'timezone': 'UTC', 'datestyle': 'ISO'}  # how moments are written, for _MomentLoader
_SECRETS = ('password', 'sslpassword', 'oauth_client_secret')
"""Options of a URL that must not be shown."""

_MIGRATING = 0x11FE5E55  # the number of the lock that whoever migrates holds; any, but always the same


class PostgresDatabase(Database):
    """A database on a server. It has to exist; its tables are made by the migrations.

    :param url: where it is
    :param timing: how long it waits for what
    :raises psycopg.ProgrammingError: if the URL has an option that PostgreSQL does not know; or ``ArgumentError``
    """

    def __init__(self, url: URL, timing: StoreTiming) -> None:
        self._url = url.set(drivername='postgresql+psycopg')
        self.name = url.difference_update_query(_SECRETS).render_as_string(hide_password=True)
        self._timing = timing
        self._arguments()  # finds out now whether it has options that there are not

    def writing(self) -> LoopExecutor:
        """Connections whose transactions lock the rows that their statements name."""
        return LoopExecutor(self._engine(), CONNECTIONS)

    def reading(self) -> LoopExecutor:
        """Connections without transactions."""
        engine = self._engine(isolation_level='AUTOCOMMIT', pool_reset_on_return=None, skip_autocommit_rollback=True)
        return LoopExecutor(engine, CONNECTIONS)

    def feed(self) -> PostgresFeed:
        """Listens on a connection of its own."""
        return PostgresFeed(self._listener, self._timing)

    def back_up(self, target: Path, without: Collection[str]) -> None:
        """Has pg_dump write it."""
        dump_into(target, without, self._arguments())

    def restore(self, source: Path, without: Collection[str]) -> None:
        """Has pg_restore read it."""
        with self.connect(to_write=False) as connection:
            if check_ownership(connection, self.name):
                raise CannotOpenStore(f'There is something in {self.name} already. Nothing was restored: make an empty '
                                      'database, and set DATABASE_URL to it.')
        load_from(source, self._arguments())

    def why_silent(self) -> str:
        """A server that is being started refuses everybody; whoever else is refused has an answer."""
        arguments = self._arguments()
        try:
            psycopg.connect(**arguments).close()
        except psycopg.OperationalError as error:
            if PGconn.ping(make_conninfo(**arguments).encode()) in {Ping.REJECT, Ping.NO_RESPONSE}:
                return in_one_line(error)
        return ''

    def create(self, *, beside: bool = False) -> None:
        """Nothing: a database on a server is made by whoever runs the server."""

    def close_to_others(self) -> None:
        """Nothing: who may use it is up to whoever runs the server."""

    def find(self) -> None:
        """Nothing: whether it is there is found out by connecting to it."""

    @contextmanager
    def connect(self, *, to_write: bool) -> Generator[Connection]:
        """Waits for others that migrate by a lock of the server."""
        engine = create_engine(self._url, connect_args=self._connect_args(
            {'lock_timeout': _milliseconds(self._timing.migration_lock_seconds), **_READABLE}))
        event.listen(engine, 'connect', _adapt)
        try:
            with engine.begin() as connection:
                self._check_encoding(connection)
                if to_write:
                    connection.exec_driver_sql(f'SELECT pg_advisory_xact_lock({_MIGRATING})')
                yield connection
        except DBAPIError as error:
            raise CannotOpenStore(f'The database {self.name} cannot be used ({in_one_line(error.orig)}). See that '
                                  'its server runs, that the database exists, and that DATABASE_URL names it and a '
                                  'user who owns it.') from error
        finally:
            engine.dispose()

    def _check_encoding(self, connection: Connection) -> None:
        """Refuse a database that can't hold every name: its encoding is chosen when it is made, and stays."""
        encoding = connection.exec_driver_sql('SHOW server_encoding').scalar_one()
        if encoding != 'UTF8':
            raise CannotOpenStore(f'The database {self.name} is encoded in {encoding}, which cannot hold every name '
                                  "that people have. Make one in UTF-8 and set DATABASE_URL to it: CREATE DATABASE "
                                  "live_sessions ENCODING 'UTF8' TEMPLATE template0")

    def _engine(self, **options: Any) -> AsyncEngine:
        timing = self._timing
        settings = {
            'lock_timeout': _milliseconds(timing.lock_seconds),
            'statement_timeout': _milliseconds(timing.statement_seconds),
            'idle_in_transaction_session_timeout': _milliseconds(timing.statement_seconds),
            'default_transaction_isolation': r'read\ committed',  # each verb says which rows it locks
            **_READABLE,
        }
        engine = create_async_engine(self._url, pool_size=CONNECTIONS, max_overflow=0, pool_use_lifo=True,
                                     hide_parameters=True, connect_args=self._connect_args(settings), **options)
        event.listen(engine.sync_engine, 'connect', _adapt)
        event.listen(engine.sync_engine, 'checkout', self._expect_back)
        event.listen(engine.sync_engine, 'checkin', _came_back)
        return engine

    async def _listener(self) -> Line:
        """Open a connection that stays open, to listen on."""
        return await psycopg.AsyncConnection.connect(**self._arguments(), autocommit=True)

    def _arguments(self) -> dict[str, Any]:
        _, arguments = self._url.get_dialect()().create_connect_args(self._url)
        found = {**arguments, **self._connect_args({})}
        make_conninfo(**found)
        return found

    def _connect_args(self, settings: dict[str, str]) -> dict[str, Any]:
        given = self._url.query.get('options', '')
        ours = ' '.join(f'-c {name}={value}' for name, value in settings.items())
        return {'connect_timeout': max(1, round(self._timing.connect_seconds)),
                'tcp_user_timeout': int(self._timing.answer_seconds * 1000),
                'target_session_attrs': 'read-write', 'application_name': 'live-sessions',
                'client_encoding': 'UTF8',  # whatever the environment of this process or the server would choose
                'options': f'{given} {ours}'.strip()}

    def _expect_back(self, connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        """Hang up a connection that is not given back in time: to cancel would wait for the server, too."""
        driver: Line = connection.driver_connection
        if was_hung_up(driver):
            raise DisconnectionError
        loop = asyncio.get_running_loop()
        record.info['timer'] = loop.call_later(self._timing.answer_seconds, hang_up, driver)


def _milliseconds(seconds: float) -> str:
    return f'{seconds * 1000:.0f}ms'


def _came_back(_: Any, record: ConnectionPoolEntry) -> None:
    if (timer := record.info.pop('timer', None)) is not None:
        timer.cancel()


def _adapt(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.adapters.register_loader('timestamptz', _MomentLoader)
    connection.adapters.register_dumper(str, _TextDumper)


class _MomentLoader(Loader):
    """Reads what was typed into the store by hand, such as ``infinity``, as long past; see ``Moment``.

    Ten times as fast as the driver's own in Python, which knows other styles of dates.
    """

    def load(self, data: Buffer) -> datetime:
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return DISTANT_PAST


class _TextDumper(StrDumper):
    """Writes text with a NUL, which PostgreSQL can't hold and no row has, so that it is merely not found."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace('\x00', '\N{REPLACEMENT CHARACTER}'))
