"""The store: runs verbs and queries on the database, each of them one plain function.

Here is all that can happen to an act: it waits for its turn, its caller goes, the database calls it off in favour of
another one, the store is away, or goes away while it is told to commit. Where it runs is up to ``models.executor``.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError

from models import ChangeFeed, StoreTiming
from models.database_url import open_database
from models.executor import Executor

from ..errors import OutcomeUnknown, StoreAway, StoreNotWritable
from ..monitoring.committed import Noted, collect, tell
from ..monitoring.metrics import Metrics
from ..timing import DEFAULT_TIMING

P = ParamSpec('P')
T = TypeVar('T')

RUNS = 3
"""How often an act is run that the database calls off in favour of another one, as it does where two wait for each
other."""

PAUSE_SECONDS = 0.05
"""How long an act that was called off stands back, so that the other one finds the rows free before it comes again."""

_MISTAKE = 1  # SQLite's SQLITE_ERROR, such as of a table that does not exist; the driver has no class of its own for it
_UNREACHABLE = {'OperationalError', 'InterfaceError', 'DatabaseError'}
_READ_ONLY = '25006'  # PostgreSQL, of a server that has become another one's copy
_NOT_WRITABLE = {_READ_ONLY, '53100'}  # the same, or its disk is full
_NOT_WRITABLE_FILE = {8, 13, 778, 1544, 4874}
"""SQLite: READONLY, FULL, IOERR_WRITE, READONLY_DIRECTORY, IOERR_SHMSIZE. Of a commit that fails so, no part is there:
it counts by its last frame in the log beside the file, and that one was not written."""
_CALLED_OFF = {'40P01', '40001'}  # PostgreSQL, of one of two that wait for each other


class Store:
    """The database, opened from its URL: transactions, reads, and the feed of what changes.

    :param url: the database URL; it must have been migrated before
    :param timing: how long it waits for what
    :raises BadDatabaseUrl: if the URL names no store
    """

    def __init__(self, url: str, timing: StoreTiming = DEFAULT_TIMING) -> None:
        database = open_database(url, timing)
        self._writing, self._reading = database.writing(), database.reading()
        self._pruning = database.pruning
        self._scrub = database.scrub
        self._patience = timing.lock_seconds
        self.feed: ChangeFeed = database.feed()
        self.metrics = Metrics()
        """What is counted, here and by those who use the store."""

    async def run(self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a verb in a transaction of its own: what it writes is committed together, or not at all.

        A verb that has begun is finished, also when nobody waits for it any more.

        :param verb: a plain function; it is given the open transaction, and what it returns or raises comes from here
        :raises StoreAway: if the store can't be reached or written, or others keep it locked; then nothing was changed
        :raises OutcomeUnknown: if it went away while it was told to commit
        """
        await self._take_turn(self._writing)
        act = asyncio.create_task(self._act(lambda db: verb(db, *args, **kwargs)))
        try:
            return await asyncio.shield(act)
        finally:
            del act  # an error holds this frame and those of its callers, and the task holds the error: a circle

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query, beside whoever writes; each of its statements sees the newest commit.

        :raises StoreAway: if the store can't be reached
        """
        await self._take_turn(self._reading)
        try:
            return await self._run(self._reading, lambda db: query(db, *args, **kwargs))
        finally:
            self._reading.give_back()

    async def prune(self) -> None:
        """Delete what nobody needs any more.

        :raises StoreAway: if the store can't be reached
        """
        def verb(db: Connection) -> None:
            for statement in self._pruning:
                db.execute(statement)

        if self._pruning:
            await self.run(verb)

    async def scrub(self) -> None:
        """Take off the disk what was deleted before, where the database leaves it in a log of its own."""
        await asyncio.to_thread(self._scrub)

    async def close(self) -> None:
        """Finish what has begun, then close the connections and the feed."""
        await self.feed.close()
        await self._writing.close()
        await self._reading.close()

    async def _act(self, work: Callable[[Connection], T]) -> T:
        noted: list[Noted] = []

        def noting(db: Connection) -> T:
            nonlocal noted
            noted = collect(db)
            return work(db)

        try:
            result = await self._run(self._writing, noting)
        finally:
            self._writing.give_back()
        self.feed.committed()
        tell(self.metrics, noted)
        return result

    async def _take_turn(self, executor: Executor) -> None:
        try:
            await executor.take_turn(self._patience)
        except TimeoutError as error:
            self.metrics.store_refusals.inc()
            raise StoreAway from error

    async def _run(self, executor: Executor, work: Callable[[Connection], T]) -> T:
        try:
            return await _run(executor, work)
        except StoreAway:
            self.metrics.store_refusals.inc()
            raise


async def _run(executor: Executor, work: Callable[[Connection], T], runs: int = RUNS) -> T:
    """Do it, again where the database calls it off in favour of another act."""
    is_done = False

    def noting_its_end(db: Connection) -> T:
        nonlocal is_done
        result = work(db)
        is_done = True  # what fails from here on is the commit
        return result

    try:
        return await executor.run(noting_its_end)
    except (DBAPIError, DisconnectionError, OSError) as error:
        if runs == 1 or _sqlstate(error) not in _CALLED_OFF:
            raise _seen(error, committing=is_done) from error
    await asyncio.sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  # two victims do not come again at once
    return await _run(executor, work, runs - 1)


def _seen(error: Exception, *, committing: bool) -> Exception:
    """Tell a store that can't be reached from a mistake in a statement, which must not be hidden."""
    if isinstance(error, DBAPIError) and not error.connection_invalidated and _sqlstate(error) not in _NOT_WRITABLE \
            and (type(error).__name__ not in _UNREACHABLE or _sqlite_code(error) == _MISTAKE):
        return error
    if _sqlstate(error) in _NOT_WRITABLE or _sqlite_code(error) in _NOT_WRITABLE_FILE:
        return StoreNotWritable()
    return OutcomeUnknown() if committing else StoreAway()


def _sqlite_code(error: Exception) -> int | None:
    return getattr(error.orig, 'sqlite_errorcode', None) if isinstance(error, DBAPIError) else None


def _sqlstate(error: Exception) -> str | None:
    return getattr(error.orig, 'sqlstate', None) if isinstance(error, DBAPIError) else None
