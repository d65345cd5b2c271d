"""The routes of the back-end API, as an ASGI app of its own. Only a secret key counts: no cookie, and no Origin.

Without any key that works it is off: whatever it is asked, there is nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.routing import compile_path

from ...credentials.secret_keys import SecretKeyToken, parse_secret_key
from ...errors import AuthError, StoreAway
from ...language import N_
from ...requests.asgi import Receive, Scope, Send
from ...requests.request_info import RequestInfo, request_info_of
from ...rules import servers
from ...rules.actor import Administrator
from ...rules.context import Auth
from ...rules.key_guesses import KeyGuesses
from ...rules.secret_keys import SecretKeyInvalid, any_key_works, by_key
from ...rules.servers import Sessions, Users
from ...rules.session_tokens import key_set
from ..answers import send_answer
from ..api.requests import MethodRefused
from ..api.shapes import Json
from ..error_answers import answer_to
from ..log_lines import NowAndThen
from ..operations import Operation
from .operations import NOBODY_HAS, OPERATIONS
from .serializers import client_json, session_json, user_json

log = logging.getLogger('live_sessions')

_BEARER = 'bearer '


class NothingHere(AuthError):
    """A path that the back-end API does not have; or the API is off."""

    code = 'resource_not_found'
    status = HTTPStatus.NOT_FOUND
    text = N_('There is nothing at this path.')


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose key was right."""

    server: Administrator
    query: Mapping[str, Any]
    parts: Mapping[str, str]
    """What stands in the path where the operation has a name in braces."""
    request_info: RequestInfo


Endpoint = Callable[[Asked], Awaitable[Json | list[Json]]]


class BackendApi:
    """The back-end API; see the module.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._guesses = KeyGuesses(auth.now)
        self._complaint = NowAndThen()
        endpoints: dict[str, Endpoint] = {
            'get_key_set': self._get_key_set, 'list_users': self._list_users, 'count_users': self._count_users,
            'get_user': self._get_user, 'list_sessions': self._list_sessions, 'get_session': self._get_session,
            'revoke_session': self._revoke_session, 'get_client': self._get_client,
        }
        routes: dict[str, dict[str, tuple[Operation, Endpoint]]] = {}
        for one in OPERATIONS:
            routes.setdefault(one.path, {})[one.method] = (one, endpoints.pop(one.name))
        self._routes = [(compile_path(path)[0], methods) for path, methods in routes.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, whose path is below the prefix."""
        headers: tuple[tuple[bytes, bytes], ...] = ()
        try:
            body, status = await self._answer(scope), HTTPStatus.OK
        except Exception as error:
            body, status, headers = answer_to(error, 'back-end API')
            if isinstance(error, SecretKeyInvalid):
                headers += ((b'www-authenticate', b'Bearer'),)
        # Exactly this type: with a charset beside it, Clerk's library for JavaScript takes the body for a text.
        await send_answer(send, status, json.dumps(body, separators=(',', ':')), *headers, kind='application/json')

    def has(self, path: str) -> bool:
        """Tell whether there is something at a path below the prefix; elsewhere, an app may have routes of its own."""
        return any(pattern.match(path) for pattern, _ in self._routes)

    async def is_on(self) -> bool:
        """Tell whether there is a key that works. Where that is not known, the API has to say so."""
        try:
            return await self._auth.read(any_key_works)
        except StoreAway:
            return True

    async def _answer(self, scope: Scope) -> Json | list[Json]:
        methods, parts = self._find(scope['path'].rstrip('/'))
        request_info = request_info_of(scope)
        token = await self._check_key(scope, request_info)
        if (found := methods.get(scope['method'])) is None:
            raise MethodRefused(methods)
        operation, endpoint = found
        return await endpoint(Asked(by_key(token), operation.read_query(scope['query_string']), parts, request_info))

    def _find(self, path: str) -> tuple[Mapping[str, tuple[Operation, Endpoint]], Mapping[str, str]]:
        for pattern, methods in self._routes:
            if (match := pattern.match(path)) is not None:
                return methods, match.groupdict()
        raise NothingHere

    async def _check_key(self, scope: Scope, request_info: RequestInfo) -> SecretKeyToken:
        """Tell which key a request has; the verb asks again, in its transaction.

        :raises SecretKeyInvalid: if it has none that works
        :raises NothingHere: if there is none at all
        :raises LimitReached: if too many wrong ones were sent
        """
        given = _bearer(scope)
        self._guesses.check(given, request_info)
        token = parse_secret_key(given)
        try:
            if token is None:
                raise SecretKeyInvalid
            await self._auth.read(by_key(token), reading=True)
        except SecretKeyInvalid:
            if not await self.is_on():
                raise NothingHere from None
            self._guesses.was_wrong(request_info)
            if self._complaint.let_through():
                log.warning('refused a request of the back-end API from %s, with no secret key that works%s',
                            request_info.ip_address, self._complaint.others(), extra={'event': 'secret_key_refused'})
            raise
        self._guesses.was_right(given)
        return token

    async def _get_key_set(self, _: Asked) -> Json:
        return await key_set(self._auth)

    async def _list_users(self, asked: Asked) -> list[Json]:
        if (which := _users(asked)) is None:
            return []
        order: str = asked.query['order_by']
        found = await self._auth.read(servers.find_users, asked.server, which, limit=asked.query['limit'],
                                      offset=asked.query['offset'], order=order.lstrip('+-'),
                                      descending=order.startswith('-'))
        return [user_json(user) for user in found]

    async def _count_users(self, asked: Asked) -> Json:
        which = _users(asked)
        count = await self._auth.read(servers.count_users, asked.server, which) if which is not None else 0
        return {'object': 'total_count', 'total_count': count}

    async def _get_user(self, asked: Asked) -> Json:
        return user_json(await self._auth.read(servers.find_user, asked.server, _id(asked, 'user')))

    async def _list_sessions(self, asked: Asked) -> Json | list[Json]:
        which = Sessions(**{name: asked.query[name] for name in ('user_id', 'client_id', 'status')})
        found = await self._auth.read(servers.find_sessions, asked.server, which, limit=asked.query['limit'],
                                      offset=asked.query['offset'])
        listed = [session_json(session) for session in found]
        if not asked.query['paginated']:
            return listed
        return {'data': listed, 'total_count': await self._auth.read(servers.count_sessions, asked.server, which)}

    async def _get_session(self, asked: Asked) -> Json:
        return session_json(await self._auth.read(servers.find_session, asked.server, _id(asked, 'session')))

    async def _revoke_session(self, asked: Asked) -> Json:
        return session_json(await self._auth.run(servers.revoke_session, asked.server, _id(asked, 'session'),
                                                 asked.request_info))

    async def _get_client(self, asked: Asked) -> Json:
        found = await self._auth.read(servers.find_client, asked.server, _id(asked, 'client'))
        return client_json(found, self._auth.now())


def _bearer(scope: Scope) -> str:
    """What a request sends for a key; nothing if it sends several."""
    given = [value for name, value in scope['headers'] if name == b'authorization']
    said = given[0].decode('latin-1') if len(given) == 1 else ''
    return said[len(_BEARER):].strip() if said[:len(_BEARER)].lower() == _BEARER else ''


def _id(asked: Asked, of: str) -> str:
    """The id in the path; what can't be one, such as what no database takes for a text, is nothing's."""
    given = asked.parts[f'{of}_id']
    return given if given.isascii() and given.isprintable() else ''


def _users(asked: Asked) -> Users | None:
    """The users that are asked for; None is nobody."""
    query = asked.query
    if any(query[name] is not None for name in NOBODY_HAS):
        return None
    return Users(email_addresses=query['email_address'], user_ids=query['user_id'], words=query['query'] or '',
                 disabled=query['banned'])
