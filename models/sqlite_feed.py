"""The change feed of a SQLite file: triggers write rows into ``change``, ``PRAGMA data_version`` tells of commits."""

from __future__ import annotations

import asyncio
import contextlib
import math
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

from .feed import ChangeFeed, Changes, FeedLost
from .timing import StoreTiming

_NO_CHANGES = Changes()


class SqliteFeed(ChangeFeed):
    """Sees the commits of every connection of every process to one SQLite file.

    It reads on the event loop: a look is a few microseconds of shared memory, and the rows are read by primary key.
    It never waits for a lock, because readers of a WAL file don't.
    """

    exact = True

    def __init__(self, path: Path, timing: StoreTiming) -> None:
        self._path = path
        self._timing = timing
        self._changed = asyncio.Event()
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._version = -1
        self._seen = 0
        self._file_checked_at = 0.0
        self._looked_at = -math.inf
        self._committed_at: float | None = None
        self.synced_at = -math.inf

    async def open(self) -> None:
        """Nothing to do: the first ``drain`` opens the file, and so does the first after it was lost."""

    def drain(self) -> Changes:
        now = time.monotonic()
        committed_at, self._committed_at = self._committed_at, None
        try:
            changes = self._drain()
        except (sqlite3.Error, OSError) as error:
            self._close()
            raise FeedLost(str(error)) from error
        if changes is not _NO_CHANGES and not changes.missed:
            # Another process committed after the last look that found nothing.
            changes = replace(changes, since=max(self._looked_at, self.synced_at) if committed_at is None
                              else committed_at)
        self.synced_at = now
        return changes

    async def wait(self, timeout_seconds: float) -> None:
        """A look that finds nothing is a mere callback: it wakes no task."""
        loop = asyncio.get_running_loop()
        self._look_later(loop, loop.time() + timeout_seconds)
        try:
            await self._changed.wait()
        finally:
            self._next_look.cancel()
        self._changed.clear()

    def wake(self) -> None:
        self._changed.set()

    def committed(self) -> None:
        """No look is needed for a commit of this process."""
        if self._committed_at is None:
            self._committed_at = time.monotonic()
        self._changed.set()

    async def close(self) -> None:
        self._close()

    def _drain(self) -> Changes:
        if self._connection is None:
            return self._open()
        self._check_file()
        (version,) = self._connection.execute('PRAGMA data_version').fetchone()
        if version == self._version:
            return _NO_CHANGES
        changes = self._read(self._connection)
        self._version = version  # only after the rows were read: a failed read is tried again
        return changes

    def _look_later(self, loop: asyncio.AbstractEventLoop, until: float) -> None:
        self._next_look = loop.call_later(min(self._timing.look_seconds, until - loop.time()), self._look, loop, until)

    def _look(self, loop: asyncio.AbstractEventLoop, until: float) -> None:
        if loop.time() >= until or self._has_changed():
            self._changed.set()
        else:
            self._look_later(loop, until)

    def _has_changed(self) -> bool:
        """Whether ``drain`` would return changes, or raise."""
        if self._connection is None:
            return True
        try:
            self._check_file()
            (version,) = self._connection.execute('PRAGMA data_version').fetchone()
        except (sqlite3.Error, OSError):
            return True
        if version != self._version:
            return True
        self._looked_at = time.monotonic()
        return False

    def _open(self) -> Changes:
        connection = sqlite3.connect(f'{self._path.absolute().as_uri()}?mode=ro', uri=True, timeout=0)
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(connection.close)
            connection.isolation_level = None
            (self._version,) = connection.execute('PRAGMA data_version').fetchone()
            self._seen = _last_number(connection)
            self._inode = self._path.stat().st_ino
            on_failure.pop_all()
        self._connection = connection
        return Changes(missed=True)

    def _check_file(self) -> None:
        now = time.monotonic()
        if now - self._file_checked_at >= self._timing.file_check_seconds:
            if self._path.stat().st_ino != self._inode:
                raise OSError(f'{self._path} is not the file that was opened')
            self._file_checked_at = now

    def _read(self, connection: sqlite3.Connection) -> Changes:
        last = _last_number(connection)
        if last == self._seen:
            return _NO_CHANGES
        rows = connection.execute('SELECT seq, client_id, user_id FROM change WHERE seq > ? ORDER BY seq',
                                  (self._seen,)).fetchall()
        # Numbers are given without gaps: a gap is rows purged before we came, and a lower one is a restored backup.
        missed = last < self._seen or not rows or rows[0][0] != self._seen + 1
        self._seen = rows[-1][0] if rows else last
        return Changes(client_ids=frozenset(row[1] for row in rows if row[1]),
                       user_ids=frozenset(row[2] for row in rows if row[2]),
                       missed=missed)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _last_number(connection: sqlite3.Connection) -> int:
    (last,) = connection.execute('SELECT coalesce(max(seq), 0) FROM change').fetchone()
    return last
