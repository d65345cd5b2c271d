"""The gateway: an ASGI app that answers what it can by itself and lets through to NiceGUI only what has a page.

The Frontend API is answered here, before NiceGUI's middleware, which alone costs half a millisecond a request.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from ..access import Access, PageBuilder, PageRefused
from ..changes.clients import Clients
from ..errors import AuthError
from ..language import negotiate, set_reader
from ..requests.api_prefix import USUAL_PREFIX, moved
from ..requests.asgi import SAFE_METHODS, App, Message, Receive, Scope, Send, header
from ..requests.hosts import Hosts, host_of, is_local
from ..requests.proxies import Proxies
from ..settings.headers import HeaderSettings
from .answers import as_get, send_answer, without_body
from .backend import BackendApi
from .client_files import CLIENT_FILES, ClientFiles
from .content_policy import REPORTS_PATH
from .cookies import DEFAULT_NAME, NAME, is_secure
from .error_answers import send_error
from .headers import REFUSAL, Headers, drop_forged_headers
from .kept_answers import KeptAnswers
from .key_set import KEY_SET_PATH, KeySet
from .log_lines import NowAndThen
from .monitoring import Monitoring
from .mounted import BESIDE, as_it_came
from .outbox_page import OUTBOX_PATH, OutboxPage
from .own_access import OwnAccess
from .page_access import PageAccess, no_page
from .redirects import CHANGE_PASSWORD_PATH, FILES_PATH, SECURITY_PATH, path_without_slash
from .routes import Entrance, Route, table_of
from .waiting_pages import WaitingPages

log = logging.getLogger('live_sessions')

_SOCKETS_ROOT = '/_nicegui_ws'
_SOCKETS = f'{_SOCKETS_ROOT}/socket.io/'
_PASSED_ON = ('/_nicegui/', f'{FILES_PATH}/', '/favicon.ico')
_UPLOADS = '/_nicegui/client/'
_NICEGUIS = ('/_nicegui/', _SOCKETS_ROOT)
"""How paths begin that no author may give away: they are NiceGUI's."""


class Gateway:
    """See the module.

    :param app: the app that NiceGUI was mounted on; it is found under this name by NiceGUI as well
    :param sockets: NiceGUI's sockets
    :param api: the Frontend API
    :param routes: the pages by path
    :param clients: know who is signed in
    :param waiting: the pages that wait for their socket
    :param hosts: the names that the site answers to
    :param proxies: those that are believed
    :param cookie_name: what the settings call the cookie
    :param api_has: tells whether the Frontend API has something at a path; else the app may
    :param api_prefix: below which path the Frontend API is
    :param backend: the back-end API
    :param backend_prefix: below which path that is
    :param own: lets requests through to the routes of the app's own
    :param not_found: returns what is shown where there is no page, as HTML
    :param headers: what is told to browsers with each answer
    :param reports: takes what browsers tell of what they have refused
    :param uploads: takes the files that are sent to pages
    :param entrance_to: finds the pages that stand by themselves, by a request
    :param outbox: shows a developer the mails, if there is such a page
    :param key_set: shows the keys of session tokens
    :param client_files: serves client libraries
    :param language: of the site, if it has one only
    :param monitoring: answers whoever looks after the server
    """

    def __init__(self, app: App, *, sockets: App, api: App, routes: Mapping[str, PageBuilder],
                 clients: Clients, waiting: WaitingPages, hosts: Hosts | None = None,
                 proxies: Proxies | None = None, cookie_name: str = DEFAULT_NAME, own: OwnAccess | None = None,
                 api_has: Callable[[str], bool] = lambda _: True, api_prefix: str = USUAL_PREFIX,
                 backend: BackendApi | None = None, backend_prefix: str = '/backend/v1',
                 not_found: Callable[[], str] = no_page, headers: Headers | None = None, reports: App | None = None,
                 uploads: App | None = None, entrance_to: Callable[[Scope], Entrance | None] = lambda _: None,
                 outbox: OutboxPage | None = None, key_set: KeySet | None = None,
                 client_files: ClientFiles | None = None,
                 language: str = '', monitoring: Monitoring | None = None) -> None:
        self.app = app
        self._files = KeptAnswers(app)
        self._sockets = sockets
        self._api = api
        self._pages = PageAccess(app, clients, waiting, not_found)
        self._routes = table_of(routes)
        self._entrance_to = entrance_to
        for path in self._routes:
            if path.startswith((f'{api_prefix}/', f'{backend_prefix}/', _SOCKETS_ROOT, *_PASSED_ON)):
                raise PageRefused(f'The page at {path} would never be asked for, because what begins so is no page\'s: '
                                  'choose another path.')
        self._own = own
        self._api_has = api_has
        self._api_prefix = api_prefix
        self._backend = backend
        self._below_backend = f'{backend_prefix}/'
        self._hosts = hosts or Hosts()
        self._headers = headers or Headers(HeaderSettings())
        self._reports = reports
        self._uploads = uploads
        self._outbox = outbox
        self._key_set = key_set
        self._client_files = client_files
        self._language = language
        self._proxies = proxies or Proxies()
        self._cookie_name = cookie_name
        self._monitoring = monitoring
        self._warned = False
        self._complaint = NowAndThen()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
            return
        if self._monitoring is not None and self._monitoring.answers(scope):
            await self._monitoring.answer(scope, send)
            return
        drop_forged_headers(scope)
        set_reader(negotiate(header(scope, b'accept-language') or '', self._language))
        self._proxies.settle(scope)
        try:
            self._hosts.check(scope)
        except AuthError as error:
            await self._refuse(scope, send, error)
            return
        self._hosts.settle(scope)
        scope[NAME] = self._cookie_name
        if scope['type'] == 'http':
            self._warn_of_plain_http(scope)
            visit = _Visit(receive)
            try:
                await self._answer(scope, visit.receive, self._headers.added(scope, send))
            except RuntimeError:
                if not visit.over:  # else the middleware complains that nothing was answered, to nobody
                    raise
        elif scope['path'] == _SOCKETS and BESIDE not in scope:
            scope[REFUSAL] = self._headers.of_anything_else(scope)
            await self._to_sockets(scope, receive, send)
        elif (access := self._own_access(scope)) is not None:
            scope[REFUSAL] = self._headers.of_anything_else(scope)
            await self._open_own(access, scope, receive, send)
        else:
            await self._close(scope, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope['path']
        if scope['method'] == 'HEAD':  # answered like GET, except that no page is built
            send = without_body(send)
        in_api = moved(path, self._api_prefix, USUAL_PREFIX) if path.startswith(f'{self._api_prefix}/') else None
        if BESIDE in scope:
            await self._open_beside(scope, receive, send)
        elif in_api == REPORTS_PATH and self._reports is not None:
            await self._reports(scope, receive, send)
        elif in_api is not None and (self._api_has(in_api) or self._own_access(scope) is None):
            await self._api({**as_get(scope), 'path': in_api}, receive, send)
        elif path == KEY_SET_PATH and self._key_set is not None:
            await self._key_set(scope, send)
        elif path.startswith(self._below_backend) and await self._to_backend(scope, receive, send):
            pass
        elif path == _SOCKETS and _asks_for_script(scope):
            await send_answer(send, 400, 'The sockets do not answer with a script. Leave "j" out of the address.')
        elif path == _SOCKETS:  # a browser that cannot have a websocket polls
            await self._to_sockets(scope, receive, send)
        elif path.startswith(_UPLOADS) and self._uploads is not None:
            await self._uploads(scope, receive, send)
        elif path.startswith(_PASSED_ON) and not path.startswith(_UPLOADS):
            await self._files(as_get(scope), receive, send)
        elif path.startswith(CLIENT_FILES) and self._client_files is not None \
                and (self._client_files.has(path) or self._own_access(scope) is None):
            await self._client_files(scope, send)
        else:
            await self._open(path, scope, receive, send)

    async def _open(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for what may be a page."""
        page = self._page_at(scope)
        if page is not None and (scope['method'] in SAFE_METHODS or self._own_access(scope) is None):
            if self._own is not None:
                self._own.answer_to(scope)
            await self._pages.open(page, scope, receive, send)
        elif path == OUTBOX_PATH and self._outbox is not None and await self._outbox(scope, send):
            pass
        elif path == CHANGE_PASSWORD_PATH and self._routes.find(SECURITY_PATH):
            await send_answer(send, 303, '', (b'location', SECURITY_PATH.encode()))
        elif (access := self._own_access(scope)) is not None:
            await self._open_own(access, scope, receive, send)
        elif path.endswith('/') and path[1:2] != '/' and self._page_at({**scope, 'path': path[:-1]}) is not None:
            await send_answer(send, 308, '', (b'location', path_without_slash(scope)))
        else:
            await self._pages.send_not_found(send)

    def _page_at(self, scope: Scope) -> Route | Entrance | None:
        found = self._routes.find(scope['path'])
        return self._entrance_to(as_it_came(scope)) if found is None else found[0]

    async def _open_beside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for what is the app's that the site is mounted in; it says itself that something is not there."""
        access = self._own_access(scope)
        if access is None:
            await self.app(scope, receive, send)
        else:
            await self._open_own(access, scope, receive, send)

    def _own_access(self, scope: Scope) -> Access | None:
        """Who may use what the app itself has at a path; None if there is nothing."""
        if self._own is None or scope['path'].startswith(_NICEGUIS):
            return None
        return self._own.routes.access_to(as_it_came(scope))

    async def _open_own(self, access: Access, scope: Scope, receive: Receive, send: Send) -> None:
        if self._own is not None:
            await self._own.open(access, scope, receive, send)

    async def _to_backend(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Let the back-end API answer, unless it is off, or has nothing there, and the app has something."""
        path = scope['path'].removeprefix(self._below_backend.rstrip('/'))
        if self._backend is None or (self._own_access(scope) is not None and not (
                self._backend.has(path) and await self._backend.is_on())):
            return False
        await self._backend({**as_get(scope), 'path': path}, receive, send)
        return True

    async def _to_sockets(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Straight: every layer of an app would be held in memory as long as the tab is open."""
        scope['root_path'] = _SOCKETS_ROOT
        await self._sockets(scope, receive, send)

    async def _refuse(self, scope: Scope, send: Send, error: AuthError) -> None:
        """Answer a request by another name, which nothing behind the gateway gets to see."""
        if self._complaint.let_through():
            origin = header(scope, b'origin') or header(scope, b'x-forwarded-host')
            shown = f', for a page of {origin[:100]!a}' if origin else ''
            log.warning('refused a request by the name %a%s. %s If a proxy of yours sends this name in place of the '
                        'visitor\'s, let it pass on the Host header, or set PUBLIC_URL and ALLOWED_HOSTS%s',
                        (header(scope, b'host') or '')[:100], shown, error, self._complaint.others(),
                        extra={'event': 'host_refused'})
        if scope['type'] != 'http':
            await self._close(scope, send)
            return
        send = self._headers.added(scope, send)
        if scope['path'].startswith((f'{self._api_prefix}/', self._below_backend)):
            await send_error(send, error)
        else:
            await send_answer(send, error.status, error.message)

    async def _close(self, scope: Scope, send: Send) -> None:
        scope[REFUSAL] = self._headers.of_anything_else(scope)
        await send({'type': 'websocket.close'})

    def _warn_of_plain_http(self, scope: Scope) -> None:
        if self._warned or is_secure(scope):
            return
        name = host_of(scope)
        if name is not None and not is_local(name):
            self._warned = True
            log.warning('THIS SITE IS SERVED OVER PLAIN HTTP as %r: passwords and cookies can be read on the way. '
                        'Put a proxy with TLS in front of it, and set PUBLIC_URL=https://… or TRUSTED_PROXIES.',
                        name, extra={'event': 'served_over_plain_http'})


def _asks_for_script(scope: Scope) -> bool:
    """Tell whether a poll asks Engine.IO for JSONP: a script that any other site may load, and so read."""
    return any(name == 'j' for name, _ in parse_qsl(scope['query_string'].decode('latin-1'), keep_blank_values=True))


class _Visit:
    """A request that its visitor may call off."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.over = False

    async def receive(self) -> Message:
        message = await self._receive()
        self.over = self.over or message['type'] == 'http.disconnect'
        return message
