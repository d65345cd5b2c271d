"""Who gets a page: they are let in, sent to where they can be, or told that there is nothing.

A path that is no page's gets a plain 404, because NiceGUI would build a page for it and keep that for a minute. So does
a page that is not there for whoever asks: nobody can tell the one from the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from ..access import NOBODY, Answer, Here, answer, is_for_everybody
from ..changes.clients import Clients
from ..errors import StoreAway
from ..language import _
from ..requests.asgi import SAFE_METHODS, App, Receive, Scope, Send, header
from ..requests.request_info import request_info_of
from ..rules.clients import ClientView
from .answers import send_answer
from .content_policy import FRAMED, give_nonce
from .cookies import tokens_of
from .redirects import CHOOSE_PATH, NEW_PASSWORD_PATH, SIGN_IN_PATH
from .routes import Entrance, Route
from .waiting_pages import PLACE, WaitingPages

_FETCHED_AHEAD = (b'sec-purpose', b'purpose', b'x-purpose', b'x-moz')
"""The headers by which a browser tells that it asks for a page that nobody has opened yet, and may show it later."""


def here_of(client: ClientView | None, now: datetime) -> Here:
    """Who is here on a client."""
    if client is None:
        return NOBODY
    session = client.active_session(now)
    if session is None:
        return Here('signed_out', others=bool(client.signed_in(now)), pending=client.pending_session(now) is not None)
    return Here('signed_in', roles=session.user.roles, authenticated_at=session.authenticated_at)


def no_page() -> str:
    """What is shown where there is no page, if nothing else is given."""
    return _('There is no page here. Go to / for the start page.')


class PageAccess:
    """Asks who sends the request for a page, before a page object is made for them.

    :param app: builds the pages
    :param clients: know who is signed in
    :param waiting: the pages that wait for their socket
    :param not_found: returns what is shown where there is no page, as HTML
    """

    def __init__(self, app: App, clients: Clients, waiting: WaitingPages, not_found: Callable[[], str]) -> None:
        self._app = app
        self._clients = clients
        self._waiting = waiting
        self._not_found = not_found

    async def open(self, route: Route | Entrance, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a page."""
        here = NOBODY if is_for_everybody(route.access) else await self._who_is_here(scope)
        what = answer(route.access, here)
        if what is Answer.NOT_THERE:  # first of all: nothing tells it from a path that is no page's
            await self.send_not_found(send)
            return
        if route.framed:
            scope[FRAMED] = True
        if scope['method'] not in SAFE_METHODS:
            await send_answer(send, 405, _('A page can only be read.'), (b'allow', b'GET, HEAD'))
        elif _is_fetched_ahead(scope):
            # It would be shown later, and tell who was here before. The browser throws this answer away, and asks again
            # when the page is opened.
            await send_answer(send, 503, _('A page tells who is here now, so it is not built before it is opened.'))
        elif what is Answer.LET_IN and scope['method'] == 'HEAD':  # NiceGUI would refuse it
            give_nonce(scope)
            await send({'type': 'http.response.start', 'status': 200, 'headers': [
                (b'content-type', b'text/html; charset=utf-8'), (b'cache-control', b'no-store')]})
            await send({'type': 'http.response.body'})
        elif what is Answer.LET_IN:
            await self._build(scope, receive, send)
        elif what is Answer.LOADING:  # it comes by itself
            await send_answer(send, 503, StoreAway().message, (b'retry-after', b'2'), (b'refresh', b'2'))
        else:
            query = scope['query_string'].decode('latin-1')
            target = {Answer.CHOOSE: CHOOSE_PATH, Answer.CHOOSE_PASSWORD: NEW_PASSWORD_PATH}.get(what, SIGN_IN_PATH)
            wanted = quote(quote(scope['path']) + (f'?{query}' if query else ''), safe='')
            await send_answer(send, 303, '', (b'location', f'{target}?redirect_url={wanted}'.encode()))

    async def send_not_found(self, send: Send) -> None:
        """Answer that there is no page."""
        await send_answer(send, 404, self._not_found(), kind='text/html; charset=utf-8')

    async def _who_is_here(self, scope: Scope) -> Here:
        """Who sends a request, as it is in the store now."""
        try:
            return here_of(await self._clients.authenticate(*tokens_of(scope)), self._clients.now())
        except StoreAway:
            return Here('loading')

    async def _build(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let NiceGUI build a page, if there is a place for one more that nobody has joined yet."""
        place = self._waiting.admit(request_info_of(scope).network)
        if place is None:
            await send_answer(send, 503, _('The server has too many pages to build right now. '
                                           'This page comes by itself in a few seconds.'),
                              (b'retry-after', b'5'), (b'refresh', b'5'))
            return
        scope[PLACE] = place
        give_nonce(scope)
        try:
            await self._app(scope, receive, send)
        finally:
            place.answered()


def _is_fetched_ahead(scope: Scope) -> bool:
    return any((header(scope, name) or '').strip().lower().startswith(('prefetch', 'preview'))
               for name in _FETCHED_AHEAD)
