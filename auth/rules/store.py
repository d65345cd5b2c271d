"""The store: runs verbs and queries on the database, each as one plain function on a thread of its own.

To go to a thread and back takes 0.1 ms, so an act goes there once and not for each statement. Here is all that can
happen to an act: it waits for its turn, it is called off, the store is away, or goes away while it commits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models import ChangeFeed, StoreTiming
from models.database import Database, HangUp
from models.database_url import open_database

from ..errors import OutcomeUnknown, StoreAway
from ..timing import DEFAULT_TIMING

P = ParamSpec('P')
T = TypeVar('T')

RUNS = 3
"""How often an act is run that the database calls off in favour of another one, as it does where two wait for each
other."""

_MISTAKE = 1  # SQLite's SQLITE_ERROR, such as of a table that does not exist; the driver has no class of its own for it
_UNREACHABLE = {'OperationalError', 'InterfaceError', 'DatabaseError'}
_READ_ONLY = '25006'  # PostgreSQL, of a server that has become another one's copy
_CALLED_OFF = {'40P01', '40001'}  # PostgreSQL, of one of two that wait for each other


class Store:
    """The database, opened from its URL: transactions, reads, and the feed of what changes.

    :param url: the database URL; it must have been migrated before
    :param timing: how long it waits for what
    :raises BadDatabaseUrl: if the URL names no store
    """

    def __init__(self, url: str, timing: StoreTiming = DEFAULT_TIMING) -> None:
        database = open_database(url, timing)
        self._writing = _Threads(database, database.writing(), database.writers, timing)
        self._reading = _Threads(database, database.reading(), database.readers, timing)
        self._pruning = database.pruning
        self.feed: ChangeFeed = database.feed()

    async def run(self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb in a transaction of its own: what it writes is committed together, or not at all.

        A verb that has begun is finished, also when nobody waits for it any more.

        :param verb: a plain function; it is given the open transaction, and what it returns or raises comes from here
        :raises StoreAway: if the store can't be reached, or others keep it locked; then nothing was changed
        :raises OutcomeUnknown: if it went away while it was told to commit
        """
        return await self._writing.run(lambda db: verb(db, *args, **kwargs), then=self.feed.committed)

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query, beside whoever writes; each of its statements sees the newest commit.

        :raises StoreAway: if the store can't be reached
        """
        return await self._reading.run(lambda db: query(db, *args, **kwargs))

    async def prune(self) -> None:
        """Delete what nobody needs any more.

        :raises StoreAway: if the store can't be reached
        """
        def verb(db: Connection) -> None:
            for statement in self._pruning:
                db.execute(statement)

        if self._pruning:
            await self.run(verb)

    async def close(self) -> None:
        """Finish what has begun, then close the connections and the feed."""
        await self.feed.close()
        await self._writing.close()
        await self._reading.close()


class _Threads:
    """A bounded pool of connections, each used by one thread at a time."""

    def __init__(self, database: Database, engine: Engine, count: int, timing: StoreTiming) -> None:
        self._database = database
        self._engine = engine
        self._timing = timing
        self._free = asyncio.Semaphore(count)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix='store')

    async def run(self, work: Callable[[Connection], T], then: Callable[[], None] | None = None) -> T:
        """Do something in the next thread that is free.

        :param then: called if it was done, whether somebody still waits for it or not
        """
        await self._take_turn()
        loop = asyncio.get_running_loop()
        act = _Act(self._database, self._engine, work)
        act.expect_answer(loop, self._timing.answer_seconds)
        done = loop.run_in_executor(self._threads, act)

        def over(ended: asyncio.Future[T]) -> None:
            act.timer.cancel()
            self._free.release()
            if then is not None and not ended.cancelled() and ended.exception() is None:
                then()

        done.add_done_callback(over)
        try:
            return await asyncio.shield(done)
        finally:
            del done  # an error holds this frame and those of its callers, and what is done holds the error: a circle

    async def close(self) -> None:
        """Finish what has begun."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    async def _take_turn(self) -> None:
        if not self._free.locked():
            await self._free.acquire()  # at once
            return
        try:
            async with asyncio.timeout(self._timing.lock_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise StoreAway from error


class _Act(Generic[T]):
    """Something that is done on a connection, in a thread; and the clock that another thread keeps on it."""

    def __init__(self, database: Database, engine: Engine, work: Callable[[Connection], T]) -> None:
        self._database = database
        self._engine = engine
        self._work = work
        self._connected_at: float | None = None
        self._hang_up: HangUp | None = None
        self.timer: asyncio.TimerHandle

    def expect_answer(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        """Hang up if the connection is not given back in this time. To connect has a limit of its own."""
        self.timer = loop.call_later(seconds, self._time_is_up, loop, seconds)

    def _time_is_up(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        waited = 0 if self._connected_at is None else time.monotonic() - self._connected_at
        if waited < seconds:
            self.timer = loop.call_later(seconds - waited, self._time_is_up, loop, seconds)
        elif self._hang_up is not None:
            self._hang_up()

    def __call__(self) -> T:
        """Do it, again where the database called it off in favour of another act."""
        for run in range(1, RUNS + 1):
            committing = False
            try:
                with self._engine.connect() as connection, connection.begin():
                    self._connected_at = time.monotonic()
                    self._hang_up = self._database.way_to_hang_up(connection)
                    result = self._work(connection)
                    committing = True
                return result
            except (DBAPIError, PoolTimeout, DisconnectionError, OSError) as error:
                if run < RUNS and _sqlstate(error) in _CALLED_OFF:
                    continue
                raise _seen(error, committing=committing) from error
            finally:
                self._hang_up = None
        raise AssertionError('it is done or not by now')


def _seen(error: Exception, *, committing: bool) -> Exception:
    """Tell a store that can't be reached from a mistake in a statement, which must not be hidden."""
    if isinstance(error, DBAPIError) and not error.connection_invalidated and _sqlstate(error) != _READ_ONLY \
            and (type(error).__name__ not in _UNREACHABLE or getattr(error.orig, 'sqlite_errorcode', None) == _MISTAKE):
        return error
    return OutcomeUnknown() if committing else StoreAway()


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.orig, 'sqlstate', None) if isinstance(error, DBAPIError) else None
