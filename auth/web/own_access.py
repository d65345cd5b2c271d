"""Who uses a route of the app's own: they are let in, sent to sign in, or refused in the words of the Frontend API."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.websockets import WebSocketDisconnect

from ..access import Access, Answer, answer, is_for_everybody
from ..changes.clients import Clients
from ..errors import AuthError, NotAllowed, NotSignedIn, StoreAway
from ..requests.asgi import SAFE_METHODS, App, Message, Receive, Scope, Send, header
from ..rules.clients import ClientView
from ..rules.context import Auth
from .answers import send_answer
from .api.requests import OriginRefused
from .cookies import tokens_of
from .error_answers import send_error
from .live_requests import LiveRequests
from .own_pages import OwnPages
from .own_routes import OwnRoutes
from .page_access import here_of
from .redirects import path_to_sign_in

ASKED = 'live_sessions.asked'
"""The key under which the scope of a request for a route of the app's own holds whom its dependencies ask."""

HEADERS = 'live_sessions.headers'
"""The key under which it holds the headers that are added to the answer, such as a cookie."""


class OwnAccess:
    """Asks who sends a request for a route of the app's own.

    :param app: answers those who are let in
    :param routes: what it has
    :param auth: what verbs need
    :param clients: know who is signed in
    :param live: follows the sessions of those who are let in
    """

    def __init__(self, app: App, routes: OwnRoutes, auth: Auth, clients: Clients, live: LiveRequests) -> None:
        self._app = app
        self.routes = routes
        self.auth = auth
        self.clients = clients
        self._live = live
        self._own_pages = OwnPages(auth.settings.hosts)

    async def open(self, access: Access, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the app, or refuse it."""
        self.answer_to(scope)
        scope[HEADERS] = []
        send = _with_headers(scope, send)
        if is_for_everybody(access):
            await self._app(scope, receive, send)
            return
        try:
            client = await self.check(access, scope)
        except AuthError as error:
            await _refuse(scope, send, error)
            return
        async with self._live.following(client, access, scope, receive, _uncached(send)) as request:
            try:
                await self._app(scope, request.receive, request.send)
            except (OSError, RuntimeError, ClientDisconnect, WebSocketDisconnect):
                if not request.is_over:
                    raise

    def answer_to(self, scope: Scope) -> None:
        """Let the dependencies of whatever answers a request ask who sends it; also those of a page."""
        scope[ASKED] = self

    async def check(self, access: Access, scope: Scope) -> ClientView:
        """Tell the client for which a request may be answered, as it is in the store now.

        :raises OriginRefused: if it would change something, or is a websocket, and comes from another site
        :raises NotSignedIn: if nobody is signed in there
        :raises NotAllowed: if whoever is signed in may not
        :raises StoreAway: if the store can't be reached
        """
        self.check_origin(scope)
        client = await self.clients.authenticate(*tokens_of(scope))
        what = answer(access, here_of(client, self.clients.now()))
        if what is Answer.NOT_THERE:
            raise NotAllowed
        if what is Answer.LOADING:
            raise StoreAway
        if what is not Answer.LET_IN or client is None:
            raise NotSignedIn
        return client

    def check_origin(self, scope: Scope) -> None:
        """Refuse what another site's page sends and would change something (ASVS 3.5.1).

        :raises OriginRefused: if it does
        """
        if scope['type'] == 'websocket':
            origin = header(scope, b'origin')
            if origin is not None and not self._own_pages.are_of(origin, scope):
                raise OriginRefused
        elif scope['method'] not in SAFE_METHODS and not self._own_pages.may_change(scope):
            raise OriginRefused


async def _refuse(scope: Scope, send: Send, error: AuthError) -> None:
    if scope['type'] == 'websocket':
        await send({'type': 'websocket.close'})  # answered with 403
    elif isinstance(error, NotSignedIn) and header(scope, b'sec-fetch-mode') == 'navigate' \
            and scope['method'] in SAFE_METHODS:
        await send_answer(send, 303, '', (b'location', path_to_sign_in(scope)))  # somebody has followed a link
    else:
        await send_error(send, error)


def _with_headers(scope: Scope, send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message['type'] == 'http.response.start' and scope[HEADERS]:
            message['headers'] = [*message['headers'], *scope[HEADERS]]
        await send(message)

    return sending


def _uncached(send: Send) -> Send:
    """Nobody but this browser may keep the answer, and it has to ask before it shows it again."""
    async def sending(message: Message) -> None:
        if message['type'] == 'http.response.start':
            said = b','.join(value for name, value in message['headers'] if name.lower() == b'cache-control')
            if b'no-store' not in said:
                kept = [(name, value) for name, value in message['headers'] if name.lower() != b'cache-control']
                message['headers'] = [*kept, (b'cache-control', b'private, no-cache' if said else b'no-store')]
        await send(message)

    return sending
