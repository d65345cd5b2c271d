"""The routes of the Frontend API, as an ASGI app of its own."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import orjson
from starlette.routing import compile_path

from ...changes.clients import Clients
from ...credentials.tokens import ClientToken
from ...errors import ParamInvalid, ParamMissing
from ...language import N_
from ...requests.api_prefix import USUAL_PREFIX
from ...requests.asgi import Receive, Scope, Send
from ...rules.context import Auth
from ..error_answers import answer_to
from ..live_streams import LiveStreams
from .admin_endpoints import AdminEndpoints
from .carriers import carried_tokens
from .client_endpoints import ClientEndpoints
from .client_uat import ClientUat
from .endpoint import Answer, Call, Endpoint, envelope
from .entering import Entering
from .environment import EnvironmentEndpoint
from .handshake import HandshakeEndpoints
from .last_tokens import LastTokens
from .live_endpoint import LiveEndpoint
from .me_endpoints import MeEndpoints
from .operations import OPERATIONS
from .other_apps import OtherApps
from .recovery_endpoints import RecoveryEndpoints
from .requests import MethodRefused, NoSuchEndpoint, TabUnknown, method_of
from .shapes import Json
from .sign_in_endpoints import SignInEndpoints
from .sign_up_endpoints import SignUpEndpoints
from .token_endpoints import TokenEndpoints
from .verification_endpoints import Expect, VerificationEndpoints

_escaped = json.JSONEncoder(separators=(',', ':'), check_circular=False).encode


def _written(body: Json | list[Any] | None) -> bytes:
    """Write a body as JSON. What orjson does not take, such as half of a surrogate pair that was sent, is escaped."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return _escaped(body).encode()


class ReAuthenticate(Protocol):
    """How a tab re-authenticates; see ``auth.live.socket_guard.SocketGuard.re_authenticate``."""

    async def __call__(self, page_id: str, socket_id: str, tokens: Collection[ClientToken], *, epoch: int,
                       final: bool) -> bool:
        """Grant a tab what the cookie of a request grants."""
        ...


class FrontendApi:
    """The Frontend API; see the package.

    :param auth: what the verbs need
    :param clients: know who is signed in
    :param re_authenticate: how a tab re-authenticates
    :param expect: how a tab goes on while its person gives the password again
    :param streams: to those who hear of changes without being a tab
    """

    def __init__(self, auth: Auth, clients: Clients, re_authenticate: ReAuthenticate, expect: Expect,
                 streams: LiveStreams) -> None:
        self._clients = clients
        self._re_authenticate = re_authenticate
        self._apps = OtherApps(auth.settings.hosts, auth.settings.other_origins)
        self._client_uat = ClientUat(auth.settings, clients)
        self._last_tokens = LastTokens(auth, self._apps)
        entering = Entering(auth, clients)
        routes: dict[str, dict[str, Endpoint]] = {
            **ClientEndpoints(auth, clients).routes, **SignInEndpoints(auth, entering).routes,
            **SignUpEndpoints(auth, entering).routes, **MeEndpoints(auth, clients).routes,
            **AdminEndpoints(auth).routes, **TokenEndpoints(auth, self._apps).routes,
            **HandshakeEndpoints(auth, self._apps).routes, **EnvironmentEndpoint(auth.settings).routes,
            **VerificationEndpoints(auth, clients, expect).routes,
            **RecoveryEndpoints(auth, clients).routes,
            **LiveEndpoint(auth, clients, streams, self._apps).routes,
            '/v1/client/tabs': {'POST': self._re_authenticate_tab},
        }
        routes = described(routes)
        self._fixed = {path: methods for path, methods in routes.items() if '{' not in path}
        self._patterns = [(compile_path(path)[0], methods) for path, methods in routes.items() if '{' in path]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        send = self._apps.telling(scope, send)
        try:
            answer = await self._answer(scope, receive)
            if answer.sent_by is not None:
                await answer.sent_by(answer.headers, receive, send)
                return
            await self._last_tokens.add(scope, answer.body)
        except Exception as error:
            answer = Answer(*answer_to(error, 'Frontend API'))
        body = _written(answer.body)
        await send({'type': 'http.response.start', 'status': int(answer.status),
                    'headers': [(b'content-type', b'application/json'), (b'cache-control', b'no-store'),
                                (b'content-length', str(len(body)).encode()), *answer.headers]})
        await send({'type': 'http.response.body', 'body': body})

    def has(self, path: str) -> bool:
        """Tell whether there is an endpoint at a path; below it, an app may have others of its own."""
        try:
            self._find(path.rstrip('/'))
        except NoSuchEndpoint:
            return False
        return True

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        methods, parts = self._find(scope['path'].rstrip('/'))
        method = method_of(scope)
        endpoint = methods.get(method)
        if (headers := self._apps.preflight(scope)) is not None:
            return Answer({}, headers=headers)
        if endpoint is None:
            raise MethodRefused(methods)
        if method != 'GET':
            self._apps.check_change(scope)
        tokens = carried_tokens(scope)
        call = Call(scope, receive, await self._clients.authenticate(*tokens), tokens, parts)
        answer = await endpoint(call)
        if method != 'GET':
            return await self._client_uat.told(call, answer)
        return self._client_uat.told_nobody(call, answer) if self._client_uat.is_stale(call) else answer

    def _find(self, path: str) -> tuple[dict[str, Endpoint], dict[str, str]]:
        if (methods := self._fixed.get(path)) is not None:
            return methods, {}
        for pattern, found in self._patterns:
            if (match := pattern.match(path)) is not None:
                return found, match.groupdict()
        raise NoSuchEndpoint

    async def _re_authenticate_tab(self, call: Call) -> Answer:
        fields = await call.fields()
        for name in ('tab', 'socket'):
            if not fields.get(name):
                raise ParamMissing(N_('Send "{name}".', name=name), param=name)
        try:
            settled = await self._re_authenticate(fields['tab'], fields['socket'], call.tokens,
                                                  epoch=_number(fields.get('epoch', '0')),
                                                  final=bool(fields.get('final')))
        except LookupError as error:
            raise TabUnknown from error
        return envelope({'object': 'tab', 'settled': settled})


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ParamInvalid(N_('"epoch" must be a number.'), param='epoch')
    return int(text)


def described(endpoints: Mapping[str, Mapping[str, Endpoint]]) -> dict[str, dict[str, Endpoint]]:
    """Give each operation that is described its endpoint, by path and method.

    :raises LookupError: if one has no endpoint, or an endpoint is not described
    """
    left = {(path, method): endpoint for path, methods in endpoints.items() for method, endpoint in methods.items()}
    routes: dict[str, dict[str, Endpoint]] = {}
    for one in OPERATIONS:
        path = f'{USUAL_PREFIX}{one.path}'
        routes.setdefault(path, {})[one.method] = left.pop((path, one.method))
    if left:
        raise LookupError(f'auth/web/api/operations.py does not describe {sorted(left)}')
    return routes
