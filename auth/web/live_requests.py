"""Requests that are under way and were let in for a session: streams and websockets end when it ends.

What takes a moment has been answered before anybody could end it. What stays open would go on to tell, and to take,
what is private: it is closed by the push that changes the tabs. Each message of a websocket is asked about, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from ..access import Access, may_see
from ..changes.clients import Clients
from ..changes.deadlines import Deadlines
from ..changes.pump import Audience
from ..errors import NotSignedIn, StoreAway
from ..requests.asgi import SAFE_METHODS, Message, Receive, Scope, Send
from ..rules.clients import ClientView
from .error_answers import send_error
from .page_access import here_of

_POLICY = 1008


class LiveRequests:
    """The requests that are under way in this process, by client.

    :param clients: tell what has become of a session
    :param deadlines: told of clients that have one
    """

    def __init__(self, clients: Clients, deadlines: Deadlines) -> None:
        self._clients = clients
        self._deadlines = deadlines
        self._by_client: dict[str, set[LiveRequest]] = {}

    @asynccontextmanager
    async def following(self, client: ClientView, access: Access, scope: Scope, receive: Receive, send: Send
                        ) -> AsyncGenerator[LiveRequest]:
        """Follow the session for which a request was let in, while it is under way."""
        now = self._clients.now()
        session = client.active_session(now)
        request = LiveRequest(client, session.id if session else '', access, scope, receive, send,
                              lambda: self._may_go_on(request))
        self._by_client.setdefault(client.id, set()).add(request)
        self._deadlines.expect(client, now)
        try:
            yield request
        finally:
            self._by_client[client.id].discard(request)
            if not self._by_client[client.id]:
                del self._by_client[client.id]

    def shown_clients(self) -> Collection[str]:
        """The clients that have a request under way."""
        return self._by_client.keys()

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        """End the requests whose session has ended."""
        for client_id, client in clients.items():
            for request in list(self._by_client.get(client_id, ())):
                if not self._is_let_in(request, client):
                    request.end()

    def explain(self) -> None:
        """Nobody reads why."""

    def hide(self) -> None:
        """End them all: nobody knows whether their sessions go on."""
        for requests in list(self._by_client.values()):
            for request in list(requests):
                request.end()

    async def _may_go_on(self, request: LiveRequest) -> bool:
        try:
            return self._is_let_in(request, await self._clients.find(request.client.id))
        except StoreAway:
            return False

    def _is_let_in(self, request: LiveRequest, client: ClientView | None) -> bool:
        now = self._clients.now()
        session = client and client.active_session(now)
        return (client is not None and session is not None and session.id == request.session_id
                and client.secret_hash == request.client.secret_hash and may_see(request.access, here_of(client, now)))


class LiveRequest:
    """One request; ``receive`` and ``send`` are what the app is given.

    :param client: the client that it was let in for, as it was then
    :param session_id: the session that was in use there
    :param access: who may make it
    :param may_go_on: asks the store
    """

    def __init__(self, client: ClientView, session_id: str, access: Access, scope: Scope, receive: Receive, send: Send,
                 may_go_on: Callable[[], Awaitable[bool]]) -> None:
        self.client, self.session_id = client, session_id
        self.access: Access = access
        self._is_websocket = scope['type'] == 'websocket'
        self._is_safe = not self._is_websocket and scope['method'] in SAFE_METHODS
        self._receive = receive
        self._send = send
        self._may_go_on = may_go_on
        self._is_stream = self._has_begun = self._is_answered = False
        self._closing: asyncio.Task[None] | None = None
        self.is_over = False
        """Whether it was ended, so that whatever the app makes of that is no error."""

    def end(self) -> None:
        """End it: a websocket is closed, a stream has no more parts, and what nobody has begun to send is not sent.

        An answer whose length was told arrives. So does that of an act, such as the one that has ended the session.
        """
        if self.is_over or (self._has_begun and not self._is_stream):
            return
        self.is_over = True
        if self._is_websocket or self._has_begun:
            self._closing = asyncio.ensure_future(self._close())

    async def receive(self) -> Message:
        """Hand on what comes, while it counts."""
        message = await self._receive()
        if not self._is_websocket or message['type'] != 'websocket.receive':
            return message
        if not self.is_over and not await self._may_go_on():
            self.end()
        if self._closing is not None:  # what the app does at its end comes after
            await self._closing
        return {'type': 'websocket.disconnect', 'code': _POLICY} if self.is_over else message

    async def send(self, message: Message) -> None:
        """Send what the app has to say, while it may be told."""
        if message['type'] == 'http.response.start' and not self.is_over:
            self._has_begun = True
            self._is_stream = not any(name.lower() == b'content-length' for name, _ in message['headers'])
        if self.is_over and (self._is_websocket or self._has_begun):
            raise OSError('its session has ended')  # which Starlette takes for a client that has gone
        if self.is_over and self._is_safe:
            await self._answer_instead()
            return
        await self._send(message)

    async def _answer_instead(self) -> None:
        if not self._is_answered:
            self._is_answered = True
            await send_error(self._send, NotSignedIn())

    async def _close(self) -> None:
        try:
            if self._is_websocket:
                await self._send({'type': 'websocket.close', 'code': _POLICY})
            else:
                await self._send({'type': 'http.response.body', 'body': b''})
        except (OSError, RuntimeError):
            pass  # it has gone meanwhile


class Audiences:
    """Several that the pump shows clients to, as one."""

    def __init__(self, *audiences: Audience) -> None:
        self._audiences = audiences

    def shown_clients(self) -> Collection[str]:
        """The clients that any of them shows."""
        return set[str]().union(*(one.shown_clients() for one in self._audiences))

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Show clients to all of them."""
        for one in self._audiences:
            one.show(clients)

    def explain(self) -> None:
        """Let all of them explain."""
        for one in self._audiences:
            one.explain()

    def hide(self) -> None:
        """Let all of them hide."""
        for one in self._audiences:
            one.hide()
