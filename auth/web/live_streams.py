"""Streams of server-sent events: who has no page of ours hears at once that something of a client has changed.

A stream knows what it has said last and nothing else of its client, which the pump shows it with every change. It says
ids. Who hears them asks the Frontend API, with the cookie that they have then: a stream gives nothing to anybody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ..changes.clients import Clients
from ..changes.deadlines import Deadlines
from ..changes.sync import Sync
from ..errors import NotSignedIn, StoreAway
from ..requests.asgi import Receive, Scope, Send
from ..rules.clients import ClientView
from ..settings import Settings
from ..timing import Timing
from .stopping import is_stopping

Reason = Literal['signed_out', 'renewed', 'out_of_sync', 'replaced', 'stopping', 'gone']
"""Why a stream is over: nobody is signed in on the client any more; it has a newer cookie than the stream was opened
with; this process cannot hear the store; the client has newer streams; the server stops; the other side has gone."""

HEADERS = ((b'content-type', b'text/event-stream'), (b'cache-control', b'no-store'),
           (b'x-accel-buffering', b'no'))  # nginx would hold back what it gets
_HEARTBEAT = b': \n\n'


@dataclass(frozen=True, slots=True)
class Told:
    """What a stream says of a client."""

    session_ids: tuple[str, ...]
    last_active_session_id: str | None
    fingerprint: int
    """Differs if anything differs that the Frontend API would answer."""


class LiveStreams:
    """The streams of this process, by client.

    :param clients: tell the moment by which lifetimes are judged
    :param deadlines: told of clients that have a stream
    :param sync: while this process is out of sync, none is opened
    :param settings: how many a client may have
    :param timing: how often a stream shows that it is alive
    :param slot: counts a stream among the sockets of the process, and refuses one too many
    """

    def __init__(self, clients: Clients, deadlines: Deadlines, sync: Sync, settings: Settings, timing: Timing,
                 slot: Callable[[Scope], AbstractContextManager[None]]) -> None:
        self._clients = clients
        self._deadlines = deadlines
        self._sync = sync
        self._most = settings.max_live_streams_per_client
        self._timing = timing
        self._slot = slot
        self._by_client: dict[str, dict[LiveStream, None]] = {}
        self._watching: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return sum(map(len, self._by_client.values()))

    @contextmanager
    def opened(self, client: ClientView, scope: Scope, session_id: str = '') -> Generator[LiveStream]:
        """Follow a client while the block runs. If it has too many streams, its oldest one makes room.

        :param client: as the store has it now
        :param session_id: of the session that the request was let in for; none if it was for the cookie of the client
        :raises NotSignedIn: if nobody is signed in there
        :raises StoreAway: while this process is out of sync
        :raises TooManySockets: if no other connection may stay open
        """
        if self._sync.is_out_of_sync:
            raise StoreAway
        now = self._clients.now()
        stream = LiveStream(client, session_id, self._timing.heartbeat_seconds)
        self._tell(stream, client, now)
        if stream.is_over:
            raise NotSignedIn
        with self._slot(scope):
            streams = self._by_client.setdefault(client.id, {})
            open_ones = [one for one in streams if not one.is_over]  # one that is over may not have left yet
            if len(open_ones) >= self._most:
                open_ones[0].end('replaced')
            streams[stream] = None
            self._deadlines.expect(client, now)
            self._watch()
            try:
                yield stream
            finally:
                self._leave(client.id, stream)

    def shown_clients(self) -> Collection[str]:
        """The clients that have a stream."""
        return self._by_client.keys()

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Let the streams of these clients say what has become of them."""
        now = self._clients.now()
        for client_id, client in clients.items():
            for stream in self._by_client.get(client_id, ()):
                self._tell(stream, client, now)

    def explain(self) -> None:
        """Why a session has ended is no id."""

    def hide(self) -> None:
        """End them all: nobody knows whether their sessions go on."""
        self._end_all('out_of_sync')

    def _end_all(self, why: Reason) -> None:
        for streams in self._by_client.values():
            for stream in streams:
                stream.end(why)

    def _tell(self, stream: LiveStream, client: ClientView | None, now: datetime) -> None:
        session_ids = () if client is None else stream.told_of(client, now)
        if client is None or not session_ids:
            stream.tell(Told((), None, 0))
        elif not stream.is_let_in(client):
            stream.end('renewed')
        else:
            in_use = client.session_in_use(now)
            last = in_use.id if in_use and in_use.id in session_ids else None
            stream.tell(Told(session_ids, last, hash((client, session_ids))))

    def _leave(self, client_id: str, stream: LiveStream) -> None:
        streams = self._by_client[client_id]
        del streams[stream]
        if not streams:
            del self._by_client[client_id]
        if not self._by_client and self._watching is not None:
            self._watching.cancel()
            self._watching = None

    def _watch(self) -> None:
        if self._watching is None:
            self._watching = asyncio.create_task(self._until_stopping(), name='streams: until the server stops')

    async def _until_stopping(self) -> None:
        """A server that stops waits for all answers to be whole, and a stream never is."""
        while not is_stopping():  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(self._timing.stop_check_seconds)
        self._end_all('stopping')


class LiveStream:
    """One stream. However slowly it is read, no more waits to be said than the newest state.

    :param client: whose changes it tells
    :param session_id: it tells of this session only; without, of all, while the client has the cookie that it has now
    :param heartbeat_seconds: how long it is silent at most
    """

    def __init__(self, client: ClientView, session_id: str, heartbeat_seconds: float) -> None:
        self._secret_hash = client.secret_hash
        self._client_id = client.id
        self._session_id = session_id
        self._heartbeat_seconds = heartbeat_seconds
        self._news = asyncio.Event()
        self._newest: Told | None = None
        self._said: Told | None = None
        self._why: Reason | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has nothing to say after what it says next."""
        return self._why is not None

    def is_let_in(self, client: ClientView) -> bool:
        """Tell whether what it was opened with still counts."""
        return bool(self._session_id) or client.secret_hash == self._secret_hash

    def told_of(self, client: ClientView, now: datetime) -> tuple[str, ...]:
        """The sessions that it may tell of: those of its client, or the one that it was opened for."""
        if self._session_id:
            return tuple(session.id for session in client.signed_in(now) if session.id == self._session_id)
        return tuple(session.id for session in client.alive(now))

    def tell(self, told: Told) -> None:
        """Say this next, in place of what was not said yet."""
        if told == self._newest:
            return
        self._newest = told
        if not told.session_ids:
            self.end('signed_out')
        self._news.set()

    def end(self, why: Reason) -> None:
        """End it after what it says next; the first reason counts."""
        self._why = self._why or why
        self._news.set()

    async def run(self, receive: Receive, send: Send, *headers: tuple[bytes, bytes]) -> None:
        """Send what there is to say until it is over."""
        gone = asyncio.create_task(self._until_gone(receive), name='stream: until its reader has gone')
        try:
            await send({'type': 'http.response.start', 'status': 200, 'headers': [*HEADERS, *headers]})
            while True:
                over, part = self.is_over, self._next_part()
                await send({'type': 'http.response.body', 'body': part, 'more_body': not over})
                if over:
                    break
                await self._wait()
        except OSError:
            pass  # it has gone meanwhile
        finally:
            gone.cancel()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._heartbeat_seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    def _next_part(self) -> bytes:
        self._news.clear()
        part, before, now = b'', self._said, self._newest
        if now is not None and now != before:
            self._said = now
            kept = set(now.session_ids)
            part += _event('sessions', {
                'client_id': self._client_id, 'session_ids': now.session_ids,
                'last_active_session_id': now.last_active_session_id,
                'ended': [one for one in (before.session_ids if before else ()) if one not in kept]})
        if self._why is not None:
            part += _event('over', {'reason': self._why})
        return part or _HEARTBEAT

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())['type'] != 'http.disconnect':
            pass
        self.end('gone')


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    return f'event: {name}\ndata: {json.dumps(data, separators=(",", ":"))}\n\n'.encode()
