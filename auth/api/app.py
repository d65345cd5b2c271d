"""The routes of the Frontend API, as an ASGI app of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from ..accounts import SignedIn, sign_in, sign_up
from ..clients import ClientView
from ..context import Auth
from ..cookies import is_secure, set_cookie, token_of
from ..errors import AuthError, ParamInvalid, ParamMissing, SessionNotFound
from ..sessions import set_active, sign_out
from ..tokens import ClientToken
from ..visitor import Scope, visitor_of
from ..watcher import Watcher
from .requests import (
    MethodRefused,
    NoSuchEndpoint,
    Receive,
    TabUnknown,
    check_origin,
    method_of,
    read_fields,
)
from .shapes import Json, attempt_json, client_json, error_json, session_json

log = logging.getLogger('live_sessions')

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Prove(Protocol):
    """How a tab proves itself; see ``auth.guard.SocketGuard.prove``."""

    async def __call__(self, page_id: str, socket_id: str, token: ClientToken | None, *, absence: int,
                       final: bool) -> bool:
        """Grant a tab what the cookie of a request grants."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read."""

    scope: Scope
    receive: Receive
    token: ClientToken | None
    session_id: str = ''


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    body: Json
    status: HTTPStatus = HTTPStatus.OK
    headers: tuple[tuple[bytes, bytes], ...] = ()


Endpoint = Callable[[Call], Awaitable[Answer]]


class FrontendApi:
    """The Frontend API; see the package.

    :param auth: what the verbs need
    :param watcher: knows the clients
    :param prove: how a tab proves itself
    """

    def __init__(self, auth: Auth, watcher: Watcher, prove: Prove) -> None:
        self._auth = auth
        self._watcher = watcher
        self._prove = prove
        self._routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client': {'GET': self._get_client},
            '/v1/client/sign_ins': {'POST': self._sign_in},
            '/v1/client/sign_ups': {'POST': self._sign_up},
            '/v1/client/sessions': {'DELETE': self._sign_out_of_all},
            '/v1/client/tabs': {'POST': self._prove_tab},
        }
        self._session_routes: dict[str, dict[str, Endpoint]] = {
            'remove': {'POST': self._remove_session},
            'touch': {'POST': self._touch_session},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            answer = await self._answer(scope, receive)
        except MethodRefused as error:
            answer = Answer(error_json(error), error.status, ((b'allow', error.allowed.encode()),))
        except AuthError as error:
            answer = Answer(error_json(error), error.status)
        except Exception:
            log.exception('a request of the Frontend API failed')
            answer = Answer(error_json(AuthError('Something went wrong on the server. Try again in a moment.')),
                            HTTPStatus.INTERNAL_SERVER_ERROR)
        body = json.dumps(answer.body, separators=(',', ':')).encode()
        await send({'type': 'http.response.start', 'status': int(answer.status),
                    'headers': [(b'content-type', b'application/json'), (b'cache-control', b'no-store'),
                                (b'content-length', str(len(body)).encode()), *answer.headers]})
        await send({'type': 'http.response.body', 'body': body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path: str = scope['path'].rstrip('/')
        methods, session_id = self._routes.get(path), ''
        if methods is None:
            parts = path.split('/')
            if len(parts) == 6 and parts[:4] == ['', 'v1', 'client', 'sessions']:
                methods, session_id = self._session_routes.get(parts[5]), parts[4]
        if methods is None:
            raise NoSuchEndpoint
        method = method_of(scope)
        endpoint = methods.get(method)
        if endpoint is None:
            raise MethodRefused(methods)
        if method != 'GET':
            check_origin(scope)
        return await endpoint(Call(scope, receive, token_of(scope), session_id))

    async def _get_client(self, call: Call) -> Answer:
        return self._with_client(await self._watcher.authenticate(call.token))

    async def _sign_in(self, call: Call) -> Answer:
        fields = await read_fields(call.scope, call.receive)
        done = await sign_in(self._auth, await self._watcher.authenticate(call.token),
                             identifier=fields.get('identifier', ''), password=fields.get('password', ''),
                             visitor=visitor_of(call.scope))
        return await self._signed_in(call, done, 'sign_in', fields['identifier'])

    async def _sign_up(self, call: Call) -> Answer:
        fields = await read_fields(call.scope, call.receive)
        done = await sign_up(self._auth, await self._watcher.authenticate(call.token),
                             email_address=fields.get('email_address', ''), password=fields.get('password', ''),
                             first_name=fields.get('first_name', ''), last_name=fields.get('last_name', ''),
                             visitor=visitor_of(call.scope))
        return await self._signed_in(call, done, 'sign_up', fields['email_address'])

    async def _signed_in(self, call: Call, done: SignedIn, kind: str, identifier: str) -> Answer:
        client = await self._watcher.confirmed(done.token.client_id)
        answer = self._with_client(client, attempt_json(kind, identifier.strip(), done.session_id, done.user_id))
        cookie = set_cookie(done.token, secure=is_secure(call.scope))
        return Answer(answer.body, headers=((b'set-cookie', cookie.encode()),))

    async def _sign_out_of_all(self, call: Call) -> Answer:
        client = await self._watcher.authenticate(call.token)
        await sign_out(self._auth, client, visitor=visitor_of(call.scope))
        return self._with_client(client and await self._watcher.confirmed(client.id))

    async def _remove_session(self, call: Call) -> Answer:
        client = await self._watcher.authenticate(call.token)
        await sign_out(self._auth, client, call.session_id, visitor=visitor_of(call.scope))
        return await self._with_session(client, call.session_id, 'removed')

    async def _touch_session(self, call: Call) -> Answer:
        client = await self._watcher.authenticate(call.token)
        await set_active(self._auth, client, call.session_id, visitor=visitor_of(call.scope))
        return await self._with_session(client, call.session_id, 'active')

    async def _prove_tab(self, call: Call) -> Answer:
        fields = await read_fields(call.scope, call.receive)
        for name in ('tab', 'socket'):
            if not fields.get(name):
                raise ParamMissing(f'Send "{name}".', param=name)
        try:
            settled = await self._prove(fields['tab'], fields['socket'], call.token, final=bool(fields.get('final')),
                                        absence=_number(fields.get('absence', '0')))
        except LookupError as error:
            raise TabUnknown from error
        return Answer({'response': {'object': 'tab', 'settled': settled}, 'client': None})

    async def _with_session(self, client: ClientView | None, session_id: str, status: str) -> Answer:
        if client is None:
            raise SessionNotFound
        session = next((session for session in client.sessions if session.id == session_id), None)
        return self._with_client(await self._watcher.confirmed(client.id), session and session_json(session, status))

    def _with_client(self, client: ClientView | None, response: Json | None = None) -> Answer:
        shown = client and client_json(client, self._auth.now())
        if response is None:
            return Answer({'response': shown, 'client': None})
        return Answer({'response': response, 'client': shown})


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ParamInvalid('"absence" must be a number.', param='absence')
    return int(text)
