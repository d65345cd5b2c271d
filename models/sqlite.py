"""A SQLite file as the store: one writer at a time, readers beside it, for all processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, delete, event, func, select
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlmodel import col

from .change import Change
from .database import UPGRADE, CannotOpenStore, Database
from .executor import ThreadExecutor
from .ownership import ForeignStore, check_ownership
from .private_file import close_to_others, make_private
from .sqlite_backup import copy_into, place
from .sqlite_feed import SqliteFeed
from .timing import StoreTiming

KEPT_CHANGES = 10_000
"""How many notes of changes are kept for a process that was held up; one that lacks some reads everything again."""

READERS = 4

_MAGIC = b'SQLite format 3\0'
_IN_WAL_MODE = b'\x02\x02'
_SECOND_LOOK_SECONDS = 0.3
_SCRUB_SECONDS = 0.02  # others wait to write for so long at most, while some read

_PRUNE_CHANGES = delete(Change).where(
    col(Change.seq) <= select(func.max(Change.seq)).scalar_subquery() - KEPT_CHANGES)


class SqliteDatabase(Database):
    """A file. A committed transaction has reached the disk: what ended stays ended after a power cut.

    :param path: where the file is, or will be
    :param timing: how long it waits for what
    """

    pruning = (_PRUNE_CHANGES,)

    def __init__(self, path: str, timing: StoreTiming) -> None:
        self._path = Path(path)
        self._timing = timing
        self.name = path

    def writing(self) -> ThreadExecutor:
        """One connection: SQLite has one writer at a time, and would make others poll for their turn."""
        engine = self._engine(pool_size=1)
        event.listen(engine, 'begin', _begin_immediate)
        return ThreadExecutor(engine, 1)

    def reading(self) -> ThreadExecutor:
        """Connections that read beside the one that writes."""
        engine = self._engine(pool_size=READERS, isolation_level='AUTOCOMMIT', pool_reset_on_return=None)
        return ThreadExecutor(engine, READERS)

    def feed(self) -> SqliteFeed:
        """Looks at the file."""
        return SqliteFeed(self._path, self._timing)

    def why_silent(self) -> str:
        """There is no server that could be silent."""
        return ''

    def create(self, *, beside: bool = False) -> None:
        """Makes the file, for its owner alone, and puts it into WAL mode; one of another program stays as it is."""
        try:
            self._check_that_nobody_elses(beside=beside)
            make_private(self._path)
            with sqlite3.connect(self._path, timeout=self._timing.migration_lock_seconds) as connection:
                connection.execute('PRAGMA journal_mode=WAL')
                connection.execute('BEGIN IMMEDIATE')  # finds out now whether the file can be written
                connection.rollback()
            connection.close()
        except (OSError, sqlite3.Error) as error:
            raise CannotOpenStore(f'The database {self.name} cannot be opened for writing ({error}). '
                                  'Check the folder and its permissions, or set DATABASE_URL to another place.'
                                  ) from error

    def scrub(self) -> None:
        """Writes the log back into the file, where deleted rows are overwritten, and empties it."""
        with suppress(OSError, sqlite3.Error):
            if Path(f'{os.path.realpath(self._path)}-wal').stat().st_size:
                uri = f'{self._path.absolute().as_uri()}?mode=rw'
                with closing(sqlite3.connect(uri, uri=True, timeout=_SCRUB_SECONDS)) as connection:
                    for how in ('PASSIVE', 'TRUNCATE'):  # nobody waits for the first, which has nearly all to do
                        connection.execute(f'PRAGMA wal_checkpoint({how})')

    def back_up(self, target: Path, without: Collection[str]) -> None:
        """Writes another file of the same kind."""
        try:
            copy_into(self._path, target, without)
        except (OSError, sqlite3.Error) as error:
            raise CannotOpenStore(f'The backup {target} cannot be written ({error}). There is none.') from error

    def restore(self, source: Path, without: Collection[str]) -> None:
        """Puts a copy where there is no file yet, or an empty one."""
        if self._path.exists() and self._path.stat().st_size:
            raise CannotOpenStore(f'There is something in {self.name} already. Nothing was restored: stop the servers, '
                                  'and move the file away, with those that are named like it, or set DATABASE_URL to '
                                  'another place.')
        backup = SqliteDatabase(str(source), self._timing)
        try:
            backup.find()
            with backup.connect(to_write=False) as connection:
                if not check_ownership(connection, backup.name):
                    raise ForeignStore(f'The file {source} holds nothing. Name the backup that is to be restored.')
            place(source, self._path, without)
        except (OSError, sqlite3.Error) as error:
            raise CannotOpenStore(f'The backup {source} cannot be restored ({error}). Nothing was changed.') from error

    def close_to_others(self) -> None:
        """Takes the rights of everybody else from the file."""
        close_to_others(self._path)

    def find(self) -> None:
        """Looks whether the file is there."""
        try:
            self._path.stat()
        except OSError as error:
            raise CannotOpenStore(f'There is no database {self.name} ({error.strerror}). Make it with: {UPGRADE}; '
                                  'or set DATABASE_URL to where it is.') from error
        try:
            self._check_that_nobody_elses()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    @contextmanager
    def connect(self, *, to_write: bool) -> Generator[Connection]:
        """Waits for others that migrate by the lock on the file."""
        engine = create_engine(URL.create('sqlite', database=self.name),
                               connect_args={'timeout': self._timing.migration_lock_seconds, 'isolation_level': None})
        if to_write:
            event.listen(engine, 'begin', _begin_immediate)
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise self._unusable(error.orig) from error
        finally:
            engine.dispose()

    def _unusable(self, error: BaseException | None) -> CannotOpenStore:
        return CannotOpenStore(f'The database {self.name} cannot be used ({error}). It may belong to another '
                               'program, or be locked by one: set DATABASE_URL to another place, or try again.')

    def _check_that_nobody_elses(self, *, beside: bool = False) -> None:
        """Refuse a file of another program, without a trace in it or beside it; one that is not there is all right.

        :raises ForeignStore: if it is another program's
        :raises sqlite3.Error: if it is no database
        """
        with suppress(FileNotFoundError):
            try:
                self._look(beside=beside)
            except ForeignStore:
                time.sleep(_SECOND_LOOK_SECONDS)  # another process of ours may have been writing it
                self._look(beside=beside)

    def _look(self, *, beside: bool) -> None:
        with self._path.open('rb') as file:
            header = file.read(20)
        if not header:
            return
        if not header.startswith(_MAGIC):  # SQLite would take a file of a few bytes for an empty one
            raise sqlite3.DatabaseError('file is not a database')
        # To open a file in WAL mode makes others beside it, unless it is said that nobody writes to it.
        is_at_rest = header[18:20] == _IN_WAL_MODE and not Path(f'{os.path.realpath(self._path)}-wal').exists()
        uri = f'{self._path.absolute().as_uri()}?{"immutable=1" if is_at_rest else "mode=ro"}'
        engine = create_engine('sqlite://', poolclass=NullPool, creator=lambda: sqlite3.connect(
            uri, uri=True, timeout=self._timing.migration_lock_seconds, isolation_level=None))
        try:
            with engine.connect() as connection:
                check_ownership(connection, self.name, beside=beside)
        except DBAPIError as error:
            raise error.orig or error from error
        finally:
            engine.dispose()

    def _engine(self, **options: Any) -> Engine:
        url = URL.create('sqlite', database=self._path.absolute().as_uri(),
                         query={'mode': 'rw', 'uri': 'true'})  # "rw": never make an empty file where ours is gone
        engine = create_engine(url, max_overflow=0, hide_parameters=True,
                               connect_args={'timeout': self._timing.lock_seconds, 'isolation_level': None}, **options)
        event.listen(engine, 'connect', _set_pragmas)
        event.listen(engine, 'connect', self._note_file)
        event.listen(engine, 'checkout', self._check_file)
        return engine

    def _note_file(self, _: Any, record: ConnectionPoolEntry) -> None:
        record.info['file'] = self._path.stat()

    def _check_file(self, _: Any, record: ConnectionPoolEntry, __: Any) -> None:
        """Use no connection to a file that is no longer at its path: nobody else would ever see what we commit."""
        if not os.path.samestat(record.info['file'], self._path.stat()):
            raise DisconnectionError


def _set_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute('PRAGMA foreign_keys=ON')
    cursor.execute('PRAGMA synchronous=FULL')
    cursor.execute('PRAGMA secure_delete=ON')  # a deleted account leaves nothing in free pages
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql('BEGIN IMMEDIATE')  # taken at the start, so that no transaction fails half-way
