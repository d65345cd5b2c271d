"""How functions are run on the connections of a database: in threads, or on the event loop itself."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import greenlet_spawn

T = TypeVar('T')


class Executor(ABC):
    """A bounded number of connections, each used by one function at a time.

    :param connections: how many there are
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._free = asyncio.Semaphore(connections)

    async def take_turn(self, patience_seconds: float) -> None:
        """Wait until a connection is free; whoever has taken a turn gives it back.

        :raises TimeoutError: if none is in this time
        """
        if not self._free.locked():
            await self._free.acquire()  # at once
            return
        async with asyncio.timeout(patience_seconds):
            await self._free.acquire()

    def give_back(self) -> None:
        """Let the next one have its turn."""
        self._free.release()

    @abstractmethod
    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run a function in a transaction, which is committed when it returns and rolled back when it raises."""

    async def close(self) -> None:
        """Finish what has begun, and close the connections."""
        while self._connections:
            await self._free.acquire()
            self._connections -= 1
        await self._dispose()

    @abstractmethod
    async def _dispose(self) -> None:
        """Close the connections, of which none is used."""


class ThreadExecutor(Executor):
    """For a driver that blocks: one thread for each connection. To go there and back takes 0.1 ms."""

    def __init__(self, engine: Engine, connections: int) -> None:
        super().__init__(connections)
        self._engine = engine
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix='store')

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run a function in a thread, in the caller's context; one hop, however many statements it runs."""
        context, engine = copy_context(), self._engine
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: context.run(_run, engine, work))

    async def _dispose(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)  # one may be at the end of a read whose caller has gone
        self._engine.dispose()


class LoopExecutor(Executor):
    """For a driver that does not block: the function runs on the event loop, and others run while it waits for answers.

    On PostgreSQL threads were measured as well: they compete for the interpreter at each message to the server, which
    cost a third of the look-ups a second (docs/performance.md).
    """

    def __init__(self, engine: AsyncEngine, connections: int) -> None:
        super().__init__(connections)
        self._engine = engine

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run a function in a greenlet, which SQLAlchemy leaves wherever it waits; one for all that it does."""
        return await greenlet_spawn(_run, self._engine.sync_engine, work)

    async def _dispose(self) -> None:
        await self._engine.dispose()


def _run(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection, connection.begin():
        return work(connection)
