"""The guard of sockets: who may connect to a tab's socket, and whose events count."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any, cast
from urllib.parse import parse_qs

from nicegui import Client as Page
from nicegui import ui

from ..access import may_see
from ..changes.clients import Clients
from ..credentials.tokens import ClientToken
from ..errors import StoreAway
from ..requests.hosts import Hosts
from ..web.connections import Connections
from ..web.cookies import tokens_of
from ..web.own_pages import OwnPages
from . import notes
from .nicegui_private import sockets
from .nicegui_private.outbox import refresh_history
from .nicegui_private.sockets import Environ, JoinRefused, Message
from .tab import Tab
from .tabs import Tabs
from .typed_passwords import TypedPasswords

log = logging.getLogger('live_sessions')

TabHandler = Callable[[Tab, str, Message], Awaitable[None]]


class SocketGuard:
    """Stands in front of NiceGUI's socket handlers.

    NiceGUI takes the id of a page for a secret and asks for nothing else. Here a socket may join a tab only with the
    cookie of the client that the tab belongs to, an event counts only for the tab that its socket has joined, and only
    while the session that the tab shows lives in the store.

    :param tabs: the open tabs
    :param clients: know whose cookie a socket was opened with
    :param hosts: tell the pages of this site from those of others
    """

    def __init__(self, tabs: Tabs, clients: Clients, hosts: Hosts) -> None:
        self._tabs = tabs
        self._clients = clients
        self._own_pages = OwnPages(hosts)
        self._typed_passwords = TypedPasswords()

    def install(self, connections: Connections) -> None:
        """Replace NiceGUI's handlers.

        :param connections: told of each socket that joins a tab or leaves it
        """
        self._connections = connections
        self._typed_passwords.install()
        sockets.allow_origins(self._is_own_origin)
        sockets.replace_handlers({
            'connect': self.connect,
            'handshake': self.handshake,
            'disconnect': self.disconnect,
            'event': self._checked(self.event),
            'activity': self._checked(self.activity),
            'javascript_response': self._checked(self.javascript_response),
            'ack': self._checked(_acknowledge),
            'log': self._checked(_drop),  # or anybody could write whatever they like into the log
        })

    async def connect(self, sid: str, environ: Environ, _: Any = None) -> None:
        """Let a socket join the tab it names, if it has the tab's cookie; else the page reloads."""
        query = parse_qs(environ.get('QUERY_STRING', ''))
        page_id = query.get('client_id', [''])[0]
        if self._tabs.get(page_id) is None and page_id in Page.instances:
            raise JoinRefused('no tab')  # an error page of NiceGUI's own, which would only reload itself for ever
        if not query.get('tab_id') or not query.get('document_id') or not await self._may_join(page_id, environ):
            raise JoinRefused(sockets.RELOAD)
        _refresh(page_id)
        try:
            await sockets.join(sid, environ)
        except (KeyError, ValueError) as error:
            raise JoinRefused('malformed') from error
        if sockets.has_joined(sid, page_id):
            self._connections.joined(sid)

    async def disconnect(self, sid: str, _: Any = None) -> None:
        """Let a socket leave its tab."""
        sockets.leave(sid)
        self._connections.left(sid)

    async def handshake(self, sid: str, data: Any = None, *_: Any) -> bool:
        """The same for a page that was prefetched, which joins its tab later than it connects."""
        needed = ('client_id', 'tab_id', 'document_id')
        if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in needed):  # pyright: ignore[reportUnknownMemberType]
            return False
        message = cast(Message, data)
        if not await self._may_join(message['client_id'], sockets.environ_of(sid)):
            return False
        _refresh(message['client_id'])
        try:
            joined = await sockets.join_late(sid, message)
        except (KeyError, TypeError, ValueError):
            return False
        if joined:
            self._connections.joined(sid)
        return joined

    async def event(self, tab: Tab, sid: str, message: Message) -> None:
        """Pass an event on, if whoever is here may still see what it comes from."""
        try:
            async with self.turn(tab) as may_act:
                if may_act:
                    with notes.telling_for(tab.state):
                        sockets.handle_event(message)
                    self._typed_passwords.look_at(tab.page, message.get('id'))
                    self._tabs.note_activity(tab, sockets.environ_of(sid).get('asgi.scope'))
        except StoreAway:
            with tab.page:
                ui.notify(StoreAway().message, type='negative', attrs=notes.PUBLIC)

    async def javascript_response(self, tab: Tab, _: str, message: Message) -> None:
        """The same for what a script has answered: the code of a page goes on with it."""
        with suppress(StoreAway):
            async with self.turn(tab) as may_act:
                if may_act and message['request_id'] not in tab.unanswerable:
                    sockets.handle_javascript_response(message)

    @asynccontextmanager
    async def turn(self, tab: Tab) -> AsyncGenerator[bool]:
        """Wait for the turn of what a tab has sent, and tell whether it counts.

        It does while the session that the tab shows lives in the store, and whoever is here may see what the tab showed
        when it came, and what it shows now.

        :raises StoreAway: if the store can't be reached
        """
        shown = set(tab.shows.values())
        async with tab.turn:
            here = await self._tabs.confirm(tab)
            yield (here is not None and all(may_see(access, here) for access in shown.union(tab.shows.values()))
                   and (not tab.takes_recent or tab.is_recent(here, self._clients.now())))

    async def activity(self, tab: Tab, sid: str, _: Message) -> None:
        """Note that the person does something that is no event, such as to fill in a form of the browser's own."""
        self._tabs.note_activity(tab, sockets.environ_of(sid).get('asgi.scope'))

    async def re_authenticate(self, page_id: str, socket_id: str, tokens: Collection[ClientToken], *, epoch: int,
                              final: bool) -> bool:
        """Grant a tab what the cookie of an HTTP request grants.

        A socket id is known to its browser and to this server only, so nobody can do it for another's tab.
        Other sockets that have joined the tab are thrown out: they joined it without this request.

        :param epoch: how often the tab had lost the server when it asked, by its own count
        :param final: whether a cookie that was renewed a moment ago counts as none; else the tab may try again
        :return: whether the matter is settled; False is "try again"
        :raises LookupError: if there is no such tab or its socket is another one
        :raises StoreAway: if the store can't be reached
        """
        client = await self._clients.authenticate(*tokens)
        tab = self._tabs.get(page_id)
        if tab is None or not sockets.has_joined(socket_id, page_id):
            raise LookupError(page_id)
        if client is None and tab.client and not final and any(token.client_id == tab.client.id for token in tokens):
            return False
        for other in sockets.sockets_of(page_id):
            if other != socket_id:
                await sockets.throw_out(other, page_id)
        self._tabs.grant(tab, client, epoch)
        return True

    @asynccontextmanager
    async def expecting(self, page_id: str, socket_id: str, client_id: str, secret_hash: str) -> AsyncGenerator[None]:
        """While a request that carries a tab's cookie gives its client a new secret, have the tab go on as it is.

        That request grants it what ``re_authenticate`` would; every other tab of the client has to show its new cookie.
        Nothing happens for a tab that is not open here, or whose socket is another one.

        :param secret_hash: of the secret that the client is about to get
        """
        tab = self._tabs.get(page_id)
        if tab is None or tab.client is None or tab.client.id != client_id or not sockets.has_joined(
                socket_id, page_id):
            yield
            return
        for other in sockets.sockets_of(page_id):
            if other != socket_id:
                await sockets.throw_out(other, page_id)
        tab.coming_secret = secret_hash
        try:
            yield
        except BaseException:
            tab.coming_secret = ''
            raise

    def expects(self, page_id: str) -> bool:
        """Tell whether a page is open that has no socket."""
        tab = self._tabs.get(page_id)
        return tab is not None and not tab.page.has_socket_connection

    def _is_own_origin(self, origin: str | None, environ: Environ | None = None) -> bool:
        """Tell whose page may use the sockets; a request without an origin, such as a poll, is no other page's."""
        return origin is not None and environ is not None and self._own_pages.are_of(origin, environ['asgi.scope'])

    async def _may_join(self, page_id: str, environ: Environ) -> bool:
        tab = self._tabs.get(page_id)
        if tab is None:
            return False
        try:
            client = await self._clients.authenticate(*tokens_of(environ['asgi.scope']))
        except StoreAway:
            tab.re_authentication_needed = True
            tab.load()
            return True
        if tab.client is not None:
            return client is not None and client.id == tab.client.id
        if client is not None:  # signed in since the page was requested
            tab.re_authentication_needed = True
        return True

    def _checked(self, handler: TabHandler) -> Callable[[str, Any], Awaitable[None]]:
        """Drop what does not come from the tab's own socket, and what no page would send."""

        async def checked(sid: str, message: Any = None, *more: Any) -> None:
            page_id = cast(Message, message).get('client_id') if isinstance(message, dict) else None
            tab = self._tabs.get(page_id) if isinstance(page_id, str) else None
            if tab is None or more or not sockets.has_joined(sid, tab.page.id):
                return
            try:
                await handler(tab, sid, cast(Message, message))
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                if self._connections.is_first_complaint(sid):
                    log.warning('dropped a malformed message of a socket: %s', type(error).__name__,
                                extra={'event': 'socket_message_malformed'})

        return checked


def _refresh(page_id: str) -> None:
    page = Page.instances.get(page_id)
    if page is not None:  # else it was deleted a moment ago, and the handshake will fail
        refresh_history(page)


async def _acknowledge(_: Tab, sid: str, message: Message) -> None:
    sockets.acknowledge(sid, message)


async def _drop(_: Tab, __: str, ___: Message) -> None:
    pass
