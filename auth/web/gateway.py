"""The front door: an ASGI app that answers what it can by itself and lets through to NiceGUI only what has a page.

The Frontend API is answered here, before NiceGUI's middleware, which alone costs half a millisecond a request.
A path that is no page's gets a plain 404, because NiceGUI would build a page for it and keep that for a minute. So does
a page that is not there for whoever asks: nobody can tell the one from the other.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote

from ..access import NOBODY, Access, Answer, Here, PageBuilder, PageRefused, answer, is_for_everybody
from ..changes.watcher import Watcher
from ..errors import AuthError, StoreAway
from ..requests.asgi import App, Message, Receive, Scope, Send, header
from ..requests.hosts import Hosts, is_local
from ..requests.request_info import request_info_of
from .api.serializers import error_json
from .cookies import is_secure, tokens_of
from .log_lines import NowAndThen
from .redirects import CHOOSE_PATH, SIGN_IN_PATH
from .routes import table_of
from .waiting_pages import PLACE, WaitingPages

log = logging.getLogger('live_sessions')

_SOCKETS_ROOT = '/_nicegui_ws'
_SOCKETS = f'{_SOCKETS_ROOT}/socket.io/'
_PASSED_ON = ('/_nicegui/', '/static/', '/favicon.ico')
_REFUSED = '/_nicegui/client/'
"""NiceGUI's uploads, which ask for no cookie; no page of ours uses them."""

HEADERS = (
    (b'x-content-type-options', b'nosniff'),
    (b'referrer-policy', b'same-origin'),
    (b'cross-origin-opener-policy', b'same-origin'),
    (b'content-security-policy', b"frame-ancestors 'self'; base-uri 'none'; object-src 'none'; form-action 'self'"),
)
"""What every answer has."""

_FETCHED_AHEAD = (b'sec-purpose', b'purpose', b'x-purpose', b'x-moz')
"""The headers by which a browser tells that it asks for a page that nobody has opened yet, and may show it later."""


class Gateway:
    """See the module.

    :param app: the app that NiceGUI was mounted on; it is found under this name by NiceGUI as well
    :param sockets: NiceGUI's sockets
    :param api: the Frontend API
    :param routes: the pages by path
    :param watcher: knows who is signed in
    :param waiting: the pages that wait for their socket
    :param hosts: the names that the site answers to
    :param open_paths: how paths begin that are no page's and are left to the app, for anybody
    :param not_found: what is shown where there is no page, as HTML
    """

    def __init__(self, app: App, *, sockets: App, api: App, routes: Mapping[str, PageBuilder],
                 watcher: Watcher, waiting: WaitingPages, hosts: Hosts | None = None, open_paths: Iterable[str] = (),
                 not_found: str = '') -> None:
        self.app = app
        self._sockets = sockets
        self._api = api
        self._watcher = watcher
        self._waiting = waiting
        self._routes = table_of(routes)
        for path in self._routes:
            if path.startswith(('/v1/', _SOCKETS_ROOT, *_PASSED_ON)):
                raise PageRefused(f'The page at {path} would never be asked for, because what begins so is no page\'s: '
                                  'choose another path.')
        self._open_paths = tuple(open_paths)
        self._not_found = not_found or 'There is no page here. Go to / for the start page.'
        self._hosts = hosts or Hosts()
        self._warned = False
        self._complaint = NowAndThen()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
            return
        # NiceGUI believes this header from anybody and writes it into the page.
        scope['headers'] = [header for header in scope['headers'] if header[0] != b'x-forwarded-prefix']
        try:
            name = self._hosts.check(scope)
        except AuthError as error:
            await self._refuse(scope, send, error)
            return
        if scope['type'] == 'http':
            self._warn_of_plain_http(scope, name)
            visit = _Visit(receive)
            try:
                await self._answer(scope, visit.receive, _with_headers(send))
            except RuntimeError:
                if not visit.over:  # else the middleware complains that nothing was answered, to nobody
                    raise
        elif scope['path'] == _SOCKETS:
            await self._to_sockets(scope, receive, send)
        else:
            await send({'type': 'websocket.close'})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope['path']
        if path.startswith('/v1/'):
            await self._api(scope, receive, send)
        elif path == _SOCKETS and _asks_for_script(scope):
            await _send(send, 400, 'The sockets do not answer with a script. Leave "j" out of the address.')
        elif path == _SOCKETS:  # a browser that can not have a websocket polls
            await self._to_sockets(scope, receive, send)
        elif path.startswith(_PASSED_ON) and not path.startswith(_REFUSED):
            await self.app(scope, receive, send)
        else:
            found = self._routes.find(path)
            if found is not None:
                await self._open(found[0].access, scope, receive, send)
            elif path.startswith(self._open_paths) and not path.startswith(_SOCKETS_ROOT):
                await self.app(scope, receive, send)
            else:
                await self._say_there_is_nothing(send)

    async def _to_sockets(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Straight: every layer of an app would be held in memory as long as the tab is open."""
        scope['root_path'] = _SOCKETS_ROOT
        await self._sockets(scope, receive, send)

    async def _open(self, access: Access, scope: Scope, receive: Receive, send: Send) -> None:
        """Let somebody in, or send them to where they can be, before a page object is made for them."""
        here = NOBODY if is_for_everybody(access) else await self._who_is_here(scope)
        what = answer(access, here)
        if what is Answer.NOT_THERE:  # first of all: nothing tells it from a path that is no page's
            await self._say_there_is_nothing(send)
        elif scope['method'] not in {'GET', 'HEAD'}:
            await _send(send, 405, 'A page can only be read.', (b'allow', b'GET, HEAD'))
        elif _is_fetched_ahead(scope):
            # It would be shown later, and tell who was here before. The browser throws this answer away, and asks again
            # when the page is opened.
            await _send(send, 503, 'A page tells who is here now, so it is not built before it is opened.')
        elif what is Answer.LET_IN and scope['method'] == 'HEAD':  # NiceGUI would refuse it
            await send({'type': 'http.response.start', 'status': 200, 'headers': [
                (b'content-type', b'text/html; charset=utf-8'), (b'cache-control', b'no-store')]})
            await send({'type': 'http.response.body'})
        elif what is Answer.LET_IN:
            await self._build(scope, receive, send)
        elif what is Answer.LOADING:
            await _send(send, 503, StoreAway.message, (b'retry-after', b'2'), (b'refresh', b'2'))  # it comes by itself
        else:
            query = scope['query_string'].decode('latin-1')
            target = CHOOSE_PATH if what is Answer.CHOOSE else SIGN_IN_PATH
            wanted = quote(quote(scope['path']) + (f'?{query}' if query else ''), safe='')
            await _send(send, 303, '', (b'location', f'{target}?redirect_url={wanted}'.encode()))

    async def _who_is_here(self, scope: Scope) -> Here:
        """Who sends a request, as it is in the store now."""
        try:
            client = await self._watcher.authenticate(*tokens_of(scope))
        except StoreAway:
            return Here('loading')
        if client is None:
            return NOBODY
        session = client.active_session(self._watcher.now())
        if session is None:
            return Here('signed_out', others=bool(client.signed_in(self._watcher.now())))
        return Here('signed_in', is_admin=session.user.is_admin)

    async def _say_there_is_nothing(self, send: Send) -> None:
        await _send(send, 404, self._not_found, kind='text/html; charset=utf-8')

    async def _build(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let NiceGUI build a page, if there is a place for one more that nobody has joined yet."""
        place = self._waiting.admit(request_info_of(scope).network)
        if place is None:
            await _send(send, 503, 'The server has too many pages to build right now. This page comes by itself in a '
                                   'few seconds.', (b'retry-after', b'5'), (b'refresh', b'5'))
            return
        scope[PLACE] = place
        try:
            await self.app(scope, receive, send)
        finally:
            place.answered()

    async def _refuse(self, scope: Scope, send: Send, error: AuthError) -> None:
        """Answer a request by another name, which nothing behind this door gets to see."""
        if self._complaint.let_through():
            log.warning('refused a request by the name %a. %s%s', (header(scope, b'host') or '')[:100], error.message,
                        self._complaint.others())
        if scope['type'] != 'http':
            await send({'type': 'websocket.close'})
        elif scope['path'].startswith('/v1/'):
            await _send(_with_headers(send), error.status, json.dumps(error_json(error)), kind='application/json')
        else:
            await _send(_with_headers(send), error.status, error.message)

    def _warn_of_plain_http(self, scope: Scope, name: str) -> None:
        if not self._warned and not is_local(name) and not is_secure(scope):
            self._warned = True
            log.warning('THIS SITE IS SERVED OVER PLAIN HTTP as %r: passwords and cookies can be read on the way. '
                        'Put a proxy with TLS in front of it, and name the proxy in TRUSTED_PROXIES.',
                        name)


def _asks_for_script(scope: Scope) -> bool:
    """Tell whether a poll asks Engine.IO for JSONP: a script that any other site may load, and so read."""
    return any(name == 'j' for name, _ in parse_qsl(scope['query_string'].decode('latin-1'), keep_blank_values=True))


def _is_fetched_ahead(scope: Scope) -> bool:
    return any((header(scope, name) or '').strip().lower().startswith(('prefetch', 'preview'))
               for name in _FETCHED_AHEAD)


class _Visit:
    """A request that its visitor may call off."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.over = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.over = self.over or message['type'] == 'http.disconnect'
        return message


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message['type'] == 'http.response.start':
            message['headers'] = [*message['headers'], *HEADERS]
        await send(message)

    return sending


async def _send(send: Send, status: int, text: str, *headers: tuple[bytes, bytes],
                kind: str = 'text/plain; charset=utf-8') -> None:
    body = text.encode()
    await send({'type': 'http.response.start', 'status': int(status),
                'headers': [(b'content-type', kind.encode()), (b'cache-control', b'no-store'),
                            (b'content-length', str(len(body)).encode()), *headers]})
    await send({'type': 'http.response.body', 'body': body})
