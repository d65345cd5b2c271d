"""The change feed of a PostgreSQL database: triggers ``NOTIFY``, and one connection a process runs ``LISTEN``."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import secrets
import time
from collections.abc import Awaitable, Callable

import psycopg
from psycopg import sql
from pydantic import TypeAdapter, ValidationError

from .database import in_one_line
from .feed import ChangeFeed, Changes, FeedLost
from .postgres_line import Line, hang_up, hang_up_after
from .timing import StoreTiming

log = logging.getLogger('live_sessions')

CHANNEL = 'live_sessions'
"""The channel that the triggers notify; see the migrations."""

_CONCERNED = TypeAdapter(list[tuple[str, str | None]])


class PostgresFeed(ChangeFeed):
    """Receives the commits of every process shortly after they were made.

    A heartbeat takes the same way as a notification. So it detects a dead network, a server that has stopped, and a
    pooler in transaction mode, through which no notification would ever arrive.

    :param connect: opens the connection for ``LISTEN``; not through a pooler in transaction mode
    :param timing: how long it waits for what
    """

    exact = False

    def __init__(self, connect: Callable[[], Awaitable[Line]], timing: StoreTiming) -> None:
        self._connect = connect
        self._timing = timing
        self._changed = asyncio.Event()
        self._opened = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._why_lost: str | None = 'it has not been opened'
        self._clients: set[str] = set()
        self._users: set[str] = set()
        self._missed = False
        self._since: float | None = None
        self._beat_channel = f'{CHANNEL}_{secrets.token_hex(8)}'
        self._beats: dict[int, float] = {}  # those not received yet, and when they were sent
        self._numbers = itertools.count()
        self._line: Line | None = None
        self.synced_at = -math.inf

    async def open(self) -> None:
        self._task = asyncio.create_task(self._follow_always(), name='change feed')
        await self._opened.wait()

    def drain(self) -> Changes:
        if self._why_lost is not None:
            raise FeedLost(self._why_lost)
        if time.monotonic() - self.synced_at > self._timing.silence_seconds:
            raise FeedLost('the server does not answer')
        changes = Changes(frozenset(self._clients), frozenset(self._users), self._missed, self._since)
        self._clients, self._users, self._missed, self._since = set(), set(), False, None
        return changes

    async def wait(self, timeout_seconds: float) -> None:
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    def wake(self) -> None:
        self._changed.set()

    def committed(self) -> None:
        """Nothing to do: the server notifies this process like every other."""

    async def close(self) -> None:
        if self._task is not None:
            if self._line is not None:
                hang_up(self._line)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _follow_always(self) -> None:
        failures = 0
        while True:
            try:
                self._line = await self._connect()
                try:
                    await self._follow(self._line)
                finally:
                    failures = failures if self._why_lost else 0
                    self._line.pgconn.finish()  # at once: a farewell could wait for a network that is gone
                    self._line = None
            except (psycopg.Error, OSError, FeedLost) as error:
                self._lose(in_one_line(error))
            except Exception as error:
                log.exception('the change feed stumbled and goes on', extra={'event': 'change_feed_stumbled'})
                self._lose(repr(error))
            pauses = self._timing.reconnect_seconds
            await asyncio.sleep(pauses[min(failures, len(pauses) - 1)])
            failures += 1

    async def _follow(self, connection: Line) -> None:
        """Receive notifications until the connection is lost, or delivers nothing any more."""
        silence, beat = self._timing.silence_seconds, self._timing.beat_seconds
        self._beats.clear()
        with hang_up_after(silence, connection):
            for channel in (CHANNEL, self._beat_channel):
                await connection.execute(sql.SQL('LISTEN {}').format(sql.Identifier(channel)))
        while True:
            if len(self._beats) > silence / beat:
                raise FeedLost('it does not deliver what is notified. If DATABASE_URL leads to a pooler in transaction '
                               'mode, let it lead to the server, or use session mode')
            with hang_up_after(silence, connection):
                await self._send_beat(connection)
            async for notification in connection.notifies(timeout=beat):
                self._receive(notification)

    async def _send_beat(self, connection: Line) -> None:
        beat = next(self._numbers)
        self._beats[beat] = time.monotonic()
        await connection.execute('SELECT pg_notify(%s, %s)', (self._beat_channel, str(beat)))

    def _receive(self, notification: psycopg.Notify) -> None:
        if notification.channel == self._beat_channel:
            self._receive_beat(int(notification.payload))
        else:
            self._receive_change(notification.payload)
        self._changed.set()

    def _receive_beat(self, beat: int) -> None:
        if beat not in self._beats:  # sent on a connection that is lost: it proves nothing of this one
            return
        if self._why_lost is not None:  # the first beat: commits before it may have been missed
            self._missed = True
            self._why_lost = None
            self._opened.set()
        self.synced_at = self._beats[beat]
        self._beats = {later: moment for later, moment in self._beats.items() if later > beat}

    def _receive_change(self, payload: str) -> None:
        try:
            concerned = _CONCERNED.validate_json(payload)
        except ValidationError:  # "*", which names nobody, or some other program's
            self._missed = True
            return
        if self._since is None:  # a notification comes with the commit, but for its way through the network
            self._since = time.monotonic()
        self._clients.update(client_id for client_id, _ in concerned if client_id)
        self._users.update(user_id for _, user_id in concerned if user_id is not None)

    def _lose(self, why: str) -> None:
        if self._why_lost is None:
            log.warning('the change feed of the store was lost: %s', why, extra={'event': 'change_feed_lost'})
        self._why_lost = why
        self._opened.set()
        self._changed.set()
