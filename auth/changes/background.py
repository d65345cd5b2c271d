"""Tasks that run until they are stopped, and go on after a mistake of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger('live_sessions')


class Background:
    """The tasks of one part; if they died, tabs would go on showing what has ended.

    :param name: of the part, for the log
    :param retry_seconds: before a task goes on after a mistake
    """

    def __init__(self, name: str, retry_seconds: float) -> None:
        self._name = name
        self._retry_seconds = retry_seconds
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_stopping(self) -> bool:
        """Whether the tasks have to return."""
        return self._stopping.is_set()

    def start(self, *jobs: Callable[[], Awaitable[None]]) -> None:
        """Start a task for each job."""
        self._tasks += [asyncio.create_task(self._keep_running(job), name=f'{self._name}: {job.__name__}')
                        for job in jobs]

    async def stop(self, wake: Callable[[], None] = lambda: None, *, cancel_after_seconds: float | None = None) -> None:
        """End the tasks, each where it has finished what it was doing.

        :param wake: ends what they wait for
        :param cancel_after_seconds: those that have not finished by then are cancelled
        """
        self._stopping.set()
        wake()
        if self._tasks and cancel_after_seconds is not None:
            _, late = await asyncio.wait(self._tasks, timeout=cancel_after_seconds)
            for task in late:
                task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks)

    async def pause(self, seconds: float) -> None:
        """Wait, but not when the tasks have to return."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _keep_running(self, job: Callable[[], Awaitable[None]]) -> None:
        while not self.is_stopping:
            try:
                await job()
            except Exception:
                log.exception('the %s stumbled and goes on', self._name,
                              extra={'event': 'task_stumbled', 'part': self._name})
                await self.pause(self._retry_seconds)
