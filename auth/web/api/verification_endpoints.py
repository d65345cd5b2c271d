"""``/v1/client/sessions/{id}/verify``: the password is given again in a session, in the shape of Clerk's."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ...changes.clients import Clients
from ...credentials.tokens import hash_secret, new_secret
from ...errors import ParamInvalid, SessionNotFound
from ...language import N_
from ...rules.clients import ClientSession, ClientView
from ...rules.context import Auth
from ...rules.reverification import NOT_HERE, re_authenticate
from .endpoint import Answer, Call, Endpoint, envelope, refuse_replaced, shown
from .serializers import verification_json

PASSWORD = 'password'  # noqa: S105 (the name of a strategy)


class Expect(Protocol):
    """Has a tab go on under a new secret; see ``auth.live.socket_guard.SocketGuard.expecting``."""

    def __call__(self, page_id: str, socket_id: str, client_id: str, secret_hash: str
                 ) -> AbstractAsyncContextManager[None]:
        """Within the block, a request of the tab's own browser gives its client this secret."""
        ...


class VerificationEndpoints:
    """The endpoints of re-authentication.

    :param auth: what the verbs need
    :param clients: know who is signed in
    :param expect: has the tab that asks go on as it is
    """

    def __init__(self, auth: Auth, clients: Clients, expect: Expect) -> None:
        self._auth = auth
        self._clients = clients
        self._expect = expect
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client/sessions/{session_id}/verify': {'POST': self._begin},
            '/v1/client/sessions/{session_id}/verify/attempt_first_factor': {'POST': self._attempt},
        }

    async def _begin(self, call: Call) -> Answer:
        """Tell how to verify. Nothing is kept of it: there is one way, and it needs no preparation."""
        session = self._session(call, call.client)
        return envelope(verification_json(session, self._auth.now(), call.client.id if call.client else '',
                                          is_complete=False),
                        shown(call.client, self._auth.now()))

    async def _attempt(self, call: Call) -> Answer:
        fields = await call.fields()
        if fields.get('strategy', PASSWORD) != PASSWORD:
            raise ParamInvalid(N_('Send the strategy "password"; there is no other.'), param='strategy')
        await refuse_replaced(self._auth, call)
        session, secret = self._session(call, call.client), new_secret()
        client_id = '' if call.client is None else call.client.id
        async with self._expect(fields.get('tab', ''), fields.get('socket', ''), client_id, hash_secret(secret)):
            token = await re_authenticate(self._auth, call.client, session.id, password=fields.get('password', ''),
                                          secret=secret, request_info=call.request_info)
            after = await self._clients.find_after_act(token.client_id)
        now = self._auth.now()
        found = next((one for one in (after.sessions if after else ()) if one.id == session.id), session)
        return envelope(verification_json(found, now, client_id, is_complete=True), shown(after, now)).with_cookie(
            call, token, after or call.client, now)

    def _session(self, call: Call, client: ClientView | None) -> ClientSession:
        wanted, signed_in = call.parts['session_id'], () if client is None else client.signed_in(self._auth.now())
        for session in signed_in:
            if session.id == wanted:
                return session
        raise SessionNotFound(NOT_HERE)
