"""``/v1/client``: this browser, and its sessions."""

from __future__ import annotations

from models import SessionStatus

from ...changes.clients import Clients
from ...credentials.tokens import new_token
from ...errors import ClientRenewed, SessionDead, SessionNotFound
from ...rules.clients import ClientSession, authenticate
from ...rules.context import Auth
from ...rules.sessions import forget_client, set_active, sign_out
from ...rules.unkept_cookies import CookieNotKept, take_back
from .endpoint import Answer, Call, Endpoint, envelope, refuse_replaced, shown, shown_to
from .serializers import no_client_json, session_json


class ClientEndpoints:
    """The endpoints of a client.

    :param auth: what the verbs need
    :param clients: know who is signed in
    """

    def __init__(self, auth: Auth, clients: Clients) -> None:
        self._auth = auth
        self._clients = clients
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client': {'GET': self._get, 'PUT': self._put, 'DELETE': self._forget},
            '/v1/client/cache': {'DELETE': self._clear_cache},
            '/v1/client/cookie': {'PUT': self._renew_cookie},
            '/v1/client/sessions': {'DELETE': self._sign_out_of_all},
            '/v1/client/sessions/{session_id}/confirm': {'POST': self._confirm},
            '/v1/client/sessions/{session_id}/remove': {'POST': self._remove},
            '/v1/client/sessions/{session_id}/end': {'POST': self._end},
            '/v1/client/sessions/{session_id}/touch': {'POST': self._touch},
        }

    async def _get(self, call: Call) -> Answer:
        if call.is_native:
            return await self._get_native(call)
        return envelope(shown(call.client, self._auth.now()))

    async def _put(self, call: Call) -> Answer:
        """A browser gets a client when somebody signs in on it, not before: visitors leave nothing in the store."""
        if call.is_native:
            return await self._get_native(call)
        return envelope(shown(call.client, self._auth.now()) or no_client_json(self._auth.now()))

    async def _get_native(self, call: Call) -> Answer:
        """A phone gets a token at once, that of nobody, which is not stored; the one of a sign-in takes its place.

        One that was replaced a moment ago gets no other: its answer might arrive last, and sign the phone out.
        """
        await refuse_replaced(self._auth, call)
        now = self._auth.now()
        if call.tokens:
            return envelope(shown_to(call, call.client, now))
        token = new_token()
        return envelope(no_client_json(now, token.client_id)).with_cookie(call, token, None, now)

    async def _forget(self, call: Call) -> Answer:
        await refuse_replaced(self._auth, call)
        await self._auth.run(forget_client, call.client, request_info=call.request_info)
        now = self._auth.now()
        answer = envelope(shown_to(call, None, now) or no_client_json(now)).with_clearing(None, now)
        # A cookie that is nobody's may have been renewed meanwhile; the browser must not drop the one it gets for it.
        return answer if call.client is None else answer.without_cookie(call)

    async def _clear_cache(self, call: Call) -> Answer:
        """For a tab in which the last account was signed out over its socket, whose answers have no headers."""
        now = self._auth.now()
        cleared = call.client is None or not call.client.signed_in(now)
        return envelope({'object': 'cache', 'cleared': cleared}).with_clearing(call.client, now)

    async def _renew_cookie(self, call: Call) -> Answer:
        """For a tab in which somebody was signed out who had asked to be kept signed in, while others stay."""
        client = call.client
        tokens = () if client is None else (one for one in call.tokens if one.client_id == client.id)
        token = next((one for one in tokens if authenticate(one, client)), None)
        answer = envelope({'object': 'cookie', 'given': token is not None})
        return answer if token is None else answer.with_cookie(call, token, client, self._auth.now())

    async def _confirm(self, call: Call) -> Answer:
        """Tell whether the cookie of a sign-in came back. If it did not, nobody can use the session: it is ended."""
        session_id = call.parts['session_id']
        alive = () if call.client is None else call.client.alive(self._auth.now())
        session = next((session for session in alive if session.id == session_id), None)
        if session is not None:
            now = self._auth.now()
            return envelope(session_json(session, now, call.client.id if call.client else ''), shown(call.client, now))
        fields = await call.fields()
        await refuse_replaced(self._auth, call)
        await self._auth.run(take_back, call.client, session_id, fields.get('take_back_proof', ''),
                             request_info=call.request_info)
        raise CookieNotKept if call.client is None else ClientRenewed

    async def _sign_out_of_all(self, call: Call) -> Answer:
        await refuse_replaced(self._auth, call)
        await self._auth.run(sign_out, call.client, request_info=call.request_info)
        after, now = call.client and await self._clients.find_after_act(call.client.id), self._auth.now()
        return envelope(shown_to(call, after, now) or no_client_json(now)).with_clearing(after, now)

    async def _remove(self, call: Call) -> Answer:
        return await self._sign_out_of(call, SessionStatus.REMOVED)

    async def _end(self, call: Call) -> Answer:
        return await self._sign_out_of(call, SessionStatus.ENDED)

    async def _sign_out_of(self, call: Call, status: SessionStatus) -> Answer:
        session = self._session(call)
        await self._auth.run(sign_out, call.client, session.id, status=status, request_info=call.request_info)
        return await self._with_session(call, session, status)

    async def _touch(self, call: Call) -> Answer:
        """A dead session is answered 401: that is what makes Clerk's clients ask who is still signed in."""
        try:
            session = self._session(call)
            if call.client and session == call.client.pending_session(self._auth.now()):
                return await self._with_session(call, session)
            await self._auth.run(set_active, call.client, session.id, settings=self._auth.settings,
                                 request_info=call.request_info)
        except SessionNotFound as error:
            raise SessionDead from error
        return await self._with_session(call, session)

    def _session(self, call: Call) -> ClientSession:
        """What the client of a call was read with of the session that its path names. The act looks in the store."""
        wanted = call.parts['session_id']
        for session in call.client.sessions if call.client else ():
            if session.id == wanted:
                return session
        raise SessionNotFound

    async def _with_session(self, call: Call, session: ClientSession, status: str = '') -> Answer:
        client_id, now = call.client.id if call.client else '', self._auth.now()
        after = await self._clients.find_after_act(client_id)
        shown_session = next((one for one in (after.sessions if after else ()) if one.id == session.id), session)
        answer = envelope(session_json(shown_session, now, client_id, status), shown(after, now))
        return answer.with_clearing(after, now)
