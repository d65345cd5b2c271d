# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The guards of NiceGUI: who may connect to a tab's socket, and whose events count; and all that stands in front of it.

This file, auth/live/guarded_pages.py and auth/live/state.py use private names of NiceGUI, whose version is pinned for
that reason; tests/auth/test_guard.py and test_state.py fail when an upgrade changes one of them.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, cast
from urllib.parse import parse_qs

import nicegui.nicegui as nicegui_server
from nicegui import Client as Page
from nicegui import core, ui
from nicegui.outbox import deleted
from socketio.exceptions import ConnectionRefusedError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ..access import PageBuilder, PageRefused, may_see, name_of, stated_access
from ..credentials.tokens import ClientToken
from ..errors import StoreAway
from ..requests.asgi import App
from ..rules.context import Auth
from ..web.api import FrontendApi
from ..web.connections import Connections
from ..web.cookies import tokens_of
from ..web.gateway import Gateway
from ..web.routes import Routes, table_of
from ..web.waiting_pages import WaitingPages
from . import notes
from .guarded_pages import guard_other_sub_pages
from .memory import Memory
from .socket_manager import SocketManager
from .tabs import Tab, Tabs, install

log = logging.getLogger('live_sessions')

Environ = dict[str, Any]
Message = dict[str, Any]

TabHandler = Callable[[Tab, str, Message], Awaitable[None]]

_RELOAD = 'Implicit handshake failed'
"""The one refusal at which NiceGUI's page reloads itself, and so comes back with the cookie it has now."""


def protect(app: App, auth: Auth, routes: Mapping[str, PageBuilder], *, open_paths: Iterable[str] = (),
            not_found: str = '') -> Gateway:
    """Put the guards in front of a NiceGUI app, and start to watch the store when it starts.

    :param app: the app that NiceGUI was mounted on with ``ui.run_with``
    :param auth: what the verbs need
    :param routes: the pages by path
    :param open_paths: how paths begin that are no page's and are left to the app, for anybody: routes of its own, say
    :param not_found: what is shown where there is no page, as HTML
    :return: the app to serve
    :raises AccessNotStated: if a page does not say whether it is public or private
    :raises PageRefused: if a page asks for what can't be honoured
    """
    table = table_of(routes)
    _refuse_a_second_way_in(table)
    guard_other_sub_pages()
    tabs = Tabs(auth)
    install(tabs)
    sockets = SocketGuard(tabs)
    connections = Connections(nicegui_server.sio_app, auth.settings, sockets.expects, auth.timing)
    connections.install()
    sockets.install(connections)
    notes.install()
    core.app.add_exception_handler(404, _not_found)
    memory = Memory(auth.timing)
    memory.install()
    core.app.on_startup(memory.start)
    core.app.on_shutdown(memory.stop)
    core.app.on_startup(lambda: _ping_sooner(auth.timing.ping_seconds))
    core.app.on_startup(tabs.watcher.start)
    core.app.on_shutdown(tabs.watcher.stop)
    core.app.on_shutdown(auth.close)
    return Gateway(app, sockets=connections, api=FrontendApi(auth, tabs.watcher, sockets.re_authenticate), routes=table,
                 watcher=tabs.watcher, waiting=WaitingPages(auth.settings), hosts=auth.settings.hosts,
                 open_paths=open_paths, not_found=not_found)


class SocketGuard:
    """Stands in front of NiceGUI's socket handlers.

    NiceGUI takes the id of a page for a secret and asks for nothing else. Here a socket may join a tab only with the
    cookie of the client that the tab belongs to, an event counts only for the tab that its socket has joined, and only
    while the session that the tab shows lives in the store.
    """

    def __init__(self, tabs: Tabs) -> None:
        self._tabs = tabs
        self._hosts = tabs.auth.settings.hosts

    def install(self, connections: Connections) -> None:
        """Replace NiceGUI's handlers.

        :param connections: told of each socket that joins a tab or leaves it
        """
        self._connections = connections
        core.sio.eio.cors_allowed_origins = self._is_own_origin
        core.sio.manager = SocketManager(core.sio)
        core.sio.on('connect', self.connect)
        core.sio.on('handshake', self.handshake)
        core.sio.on('disconnect', self.disconnect)
        core.sio.on('event', self._checked(self.event))
        core.sio.on('activity', self._checked(self.activity))
        core.sio.on('javascript_response', self._checked(self.javascript_response))
        core.sio.on('ack', self._checked(_acknowledge))
        core.sio.on('log', self._checked(_drop))  # or anybody could write whatever they like into the log

    async def connect(self, sid: str, environ: Environ, _: Any = None) -> None:
        """Let a socket join the tab it names, if it has the tab's cookie; else the page reloads."""
        query = parse_qs(environ.get('QUERY_STRING', ''))
        page_id = query.get('client_id', [''])[0]
        if not query.get('tab_id') or not query.get('document_id') or not await self._may_join(page_id, environ):
            raise ConnectionRefusedError(_RELOAD)
        _forget_what_is_old(page_id)
        try:
            await nicegui_server._on_connect(sid, environ)
        except (KeyError, ValueError) as error:
            raise ConnectionRefusedError('malformed') from error
        if page_id in core.sio.rooms(sid):
            self._connections.joined(sid)

    async def disconnect(self, sid: str, _: Any = None) -> None:
        """Let a socket leave its tab."""
        nicegui_server._on_disconnect(sid)
        self._connections.left(sid)

    async def handshake(self, sid: str, data: Any = None, *_: Any) -> bool:
        """The same for a page that was prefetched, which joins its tab later than it connects."""
        needed = ('client_id', 'tab_id', 'document_id')
        if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in needed):
            return False
        message = cast(Message, data)
        if not await self._may_join(message['client_id'], core.sio.get_environ(sid) or {}):
            return False
        _forget_what_is_old(message['client_id'])
        try:
            joined = await nicegui_server._on_handshake(sid, message)
        except (KeyError, TypeError, ValueError):
            return False
        if joined:
            self._connections.joined(sid)
        return joined

    async def event(self, tab: Tab, _: str, message: Message) -> None:
        """Pass an event on, if whoever is here may still see what it comes from."""
        try:
            async with self._turn(tab) as may_act:
                if may_act:
                    with notes.telling_for(tab.state):
                        nicegui_server._on_event('', message)
                    self._tabs.note_activity(tab)
        except StoreAway:
            with tab.page:
                ui.notify(StoreAway.message, type='negative', attrs=notes.PUBLIC)

    async def javascript_response(self, tab: Tab, _: str, message: Message) -> None:
        """The same for what a script has answered: the code of a page goes on with it."""
        with suppress(StoreAway):
            async with self._turn(tab) as may_act:
                if may_act and message['request_id'] not in tab.unanswerable:
                    nicegui_server._on_javascript_response('', message)

    @asynccontextmanager
    async def _turn(self, tab: Tab) -> AsyncGenerator[bool]:
        """Wait for the turn of what a tab has sent, and tell whether it counts.

        It does while the session that the tab shows lives, and whoever is here may see what the tab showed when it
        came, and what it shows now.

        :raises StoreAway: if the store can't be reached
        """
        shown = set(tab.shows.values())
        async with tab.turn:
            lives = tab.state.status != 'signed_in' or await self._tabs.confirm(tab)
            yield lives and all(may_see(access, tab.here) for access in shown.union(tab.shows.values()))

    async def activity(self, tab: Tab, _: str, __: Message) -> None:
        """Note that the person does something that is no event, such as to fill in a form of the browser's own."""
        self._tabs.note_activity(tab)

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
        client = await self._tabs.watcher.authenticate(*tokens)
        tab = self._tabs.get(page_id)
        if tab is None or page_id not in core.sio.rooms(socket_id):
            raise LookupError(page_id)
        if client is None and tab.client and not final and any(token.client_id == tab.client.id for token in tokens):
            return False
        for other in _sockets_of(page_id):
            if other != socket_id:
                await core.sio.leave_room(other, page_id)
                await core.sio.disconnect(other)
        self._tabs.grant(tab, client, epoch)
        return True

    def expects(self, page_id: str) -> bool:
        """Tell whether a page is open that has no socket."""
        tab = self._tabs.get(page_id)
        return tab is not None and not tab.page.has_socket_connection

    def _is_own_origin(self, origin: str | None, environ: Environ | None = None) -> bool:
        """Tell whose page may use the sockets; a request without an origin, such as a poll, is no other page's."""
        return origin is not None and environ is not None and self._hosts.is_own(origin, environ['asgi.scope'])

    async def _may_join(self, page_id: str, environ: Environ) -> bool:
        tab = self._tabs.get(page_id)
        if tab is None:
            return False
        try:
            client = await self._tabs.watcher.authenticate(*tokens_of(environ['asgi.scope']))
        except StoreAway:
            tab.proof_needed = True
            tab.load()
            return True
        if tab.client is not None:
            return client is not None and client.id == tab.client.id
        if client is not None:  # signed in since the page was requested
            tab.proof_needed = True
        return True

    def _checked(self, handler: TabHandler) -> Callable[[str, Any], Awaitable[None]]:
        """Drop what does not come from the tab's own socket, and what no page would send."""

        async def checked(sid: str, message: Any = None, *more: Any) -> None:
            page_id = cast(Message, message).get('client_id') if isinstance(message, dict) else None
            tab = self._tabs.get(page_id) if isinstance(page_id, str) else None
            if tab is None or more or page_id not in core.sio.rooms(sid):
                return
            try:
                await handler(tab, sid, cast(Message, message))
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                if self._connections.is_first_complaint(sid):
                    log.warning('dropped a malformed message of a socket: %s', type(error).__name__)

        return checked


def _refuse_a_second_way_in(table: Routes) -> None:
    """A page that ``@ui.page`` serves as well would be served there to anybody."""
    ours = {id(builder) for builder in table.values()}
    for builder, path in Page.page_routes.items():
        if id(builder) in ours or stated_access(builder) is not None:
            raise PageRefused(f'The page "{name_of(builder)}" is also served at {path} by @ui.page, which asks nobody '
                              'who they are: take @ui.page away, and put the path into the table of routes.')


def _not_found(_: Request, __: Exception) -> Response:
    """What NiceGUI has no route for costs no page object."""
    return PlainTextResponse('There is nothing here.', status_code=404)


def _ping_sooner(seconds: float) -> None:
    core.sio.eio.ping_interval = core.sio.eio.ping_timeout = seconds  # as long as with NiceGUI's own, in all


def _forget_what_is_old(page_id: str) -> None:
    """Let a page that comes back have what it missed as it is now.

    NiceGUI replays the elements as they were when they were sent, and after those that have changed since, so that the
    older ones would stay on the screen.
    """
    page = Page.instances.get(page_id)
    if page is None:  # it was deleted a moment ago, and the handshake will fail
        return
    for _, _, (_, kind, data) in page.outbox.message_history:
        if kind == 'update':
            for element_id in data.keys() - {'_id'}:
                page.outbox.updates[element_id] = page.elements.get(element_id, deleted)
            data.clear()
            page.outbox._loaded_components.clear()  # what they need is sent again, too, before them


async def _acknowledge(_: Tab, sid: str, message: Message) -> None:
    nicegui_server._on_ack(sid, message)


async def _drop(_: Tab, __: str, ___: Message) -> None:
    pass


def _sockets_of(page_id: str) -> list[str]:
    return [sid for sid, _ in core.sio.manager.get_participants('/', page_id)]
