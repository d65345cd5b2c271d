"""A request of the Frontend API and its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from ...credentials.tokens import ClientToken
from ...requests.asgi import Receive, Scope, Send
from ...requests.phones import is_native, phone_agent
from ...requests.request_info import MAX_USER_AGENT, RequestInfo, request_info_of
from ...rules.clients import ClientView
from ...rules.context import Auth
from ...rules.replaced_secrets import check_not_replaced
from ..cookies import DEFAULT_NAME, NAME, drop_cookie, is_secure, set_cookie
from .requests import read_fields
from .serializers import client_json, no_client_json
from .shapes import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One request, whose token was read."""

    scope: Scope
    receive: Receive
    client: ClientView | None
    """The client whose token it carries."""
    tokens: tuple[ClientToken, ...]
    """What its cookies of our name, or the header of a phone, say, whether it is true or not."""
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    """What stands in the path where the route has a name in braces."""

    @property
    def request_info(self) -> RequestInfo:
        """Where it came from."""
        info = request_info_of(self.scope)
        return replace(info, user_agent=phone_agent(self.scope)[:MAX_USER_AGENT]) if self.is_native else info

    @property
    def is_native(self) -> bool:
        """Whether an app on a phone has sent it; see ``carriers``."""
        return is_native(self.scope)

    @property
    def actor_session_id(self) -> str | None:
        """The session of the client for which Clerk's clients say they ask; none is the active one."""
        return parse_qs(self.scope['query_string'].decode('latin-1')).get('_clerk_session_id', [None])[0]

    async def fields(self) -> dict[str, str]:
        """Read the body; see ``read_fields``."""
        return await read_fields(self.scope, self.receive)


_CLEAR_CACHE = (b'clear-site-data', b'"cache"')
"""Not "cookies", which would take those of the whole domain and the client with them; and not "storage", which holds
nothing private, but which colours the person likes and what NiceGUI calls the tab."""


Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    body: Json | list[Any] | None
    status: HTTPStatus = HTTPStatus.OK
    headers: Headers = ()
    client_id: str = ''
    """The client that the browser is given, if this gives it one."""
    sent_by: Callable[[Headers, Receive, Send], Awaitable[None]] | None = None
    """Sends what is no JSON, and these headers with it; what it raises before it sends is answered like any error."""

    def with_cookie(self, call: Call, token: ClientToken, client: ClientView | None, now: datetime) -> Answer:
        """The same, giving the browser this token, for as long as somebody can use it. A phone gets it in a header.

        :param client: as it is after what was done; None if that is not known
        """
        if call.is_native:
            return self.with_header(b'authorization', str(token))
        end = client and client.cookie_end(now)
        name, secure = call.scope.get(NAME, DEFAULT_NAME), is_secure(call.scope)
        given = self.with_header(b'set-cookie', set_cookie(token, name, secure=secure, lasts=end and end - now))
        return replace(given, client_id=token.client_id)

    def without_cookie(self, call: Call) -> Answer:
        """The same, making the browser forget the cookie that it has. A phone is never told to forget its token: an
        empty one would take away all that its app knows."""
        if call.is_native:
            return self
        name, secure = call.scope.get(NAME, DEFAULT_NAME), is_secure(call.scope)
        return self.with_header(b'set-cookie', drop_cookie(name, secure=secure))

    def with_header(self, name: bytes, value: str) -> Answer:
        """The same, with one header more."""
        return replace(self, headers=(*self.headers, (name, value.encode())))

    def with_clearing(self, client: ClientView | None, now: datetime) -> Answer:
        """The same; if nobody is signed in on the client any more, the browser drops what it has cached (ASVS 14.3.1).

        :param client: as it is after what was done, if there still is one
        """
        if client is not None and client.signed_in(now):
            return self
        return replace(self, headers=(*self.headers, _CLEAR_CACHE))


Endpoint = Callable[[Call], Awaitable[Answer]]


async def refuse_replaced(auth: Auth, call: Call) -> None:
    """Refuse a request whose cookie another one of its browser has just replaced: it may come again with the new one.

    Else it would pass for a browser that nobody is signed in on.

    :raises ClientRenewed: if it was replaced
    :raises StoreAway: if the store can't be reached
    """
    if call.client is None and call.tokens:
        await auth.read(check_not_replaced, call.tokens)


def is_on(fields: Mapping[str, str], name: str) -> bool:
    """Whether a box was ticked, as a form or a program says so."""
    return fields.get(name, '') in {'true', 'on', '1'}


def envelope(response: Json | None, client: Json | None = None) -> Answer:
    """Put an answer into the envelope that Clerk's clients expect, the client beside it."""
    return Answer({'response': response, 'client': client})


def shown_to(call: Call, client: ClientView | None, now: datetime) -> Json | None:
    """The same for whoever asks. A phone that nobody is signed in on has a client as well, which is nowhere but in its
    token: its app waits for one."""
    if client is None and call.is_native:
        return no_client_json(now, call.tokens[0].client_id if call.tokens else '')
    return shown(client, now)


def shown(client: ClientView | None, now: Any) -> Json | None:
    """A client as it is sent, if there is one."""
    return client and client_json(client, now)
