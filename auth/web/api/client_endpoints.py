"""``/v1/client``: this browser, signing in and up, and its sessions."""

from __future__ import annotations

import logging

from models import SessionStatus
from models.types import new_id

from ...changes.clients import Clients
from ...errors import ClientRenewed, SessionDead, SessionNotFound
from ...monitoring.outcomes import counting_attempt
from ...rules.clients import ClientSession, ClientView, authenticate
from ...rules.confirmed_sign_up import WaitsForCode, begin_sign_up, finish_sign_up, send_code_again
from ...rules.context import Auth
from ...rules.password_reset import ask_for_reset
from ...rules.sessions import forget_client, set_active, sign_out
from ...rules.sign_in import SignedIn, sign_in
from ...rules.unkept_cookies import CookieNotKept, proof_of, take_back
from ..cookies import DEFAULT_NAME
from .endpoint import Answer, Call, Endpoint, envelope, is_on, refuse_replaced, shown
from .serializers import no_client_json, reset_json, session_json, signed_in_json, signed_up_json, waiting_json
from .shapes import Json

log = logging.getLogger('live_sessions')

RESET_STRATEGY = 'reset_password_email_code'
"""What Clerk's clients say to have a password reset. Here the code is in a link."""


class ClientEndpoints:
    """The endpoints of a client.

    :param auth: what the verbs need
    :param clients: know who is signed in
    """

    def __init__(self, auth: Auth, clients: Clients) -> None:
        self._auth = auth
        self._clients = clients
        self._told = False
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client': {'GET': self._get, 'PUT': self._put, 'DELETE': self._forget},
            '/v1/client/cache': {'DELETE': self._clear_cache},
            '/v1/client/cookie': {'PUT': self._renew_cookie},
            '/v1/client/sign_ins': {'POST': self._sign_in},
            '/v1/client/sign_ups': {'POST': self._sign_up},
            '/v1/client/sign_ups/{sign_up_id}/prepare_verification': {'POST': self._send_code},
            '/v1/client/sign_ups/{sign_up_id}/attempt_verification': {'POST': self._finish_sign_up},
            '/v1/client/sessions': {'DELETE': self._sign_out_of_all},
            '/v1/client/sessions/{session_id}/confirm': {'POST': self._confirm},
            '/v1/client/sessions/{session_id}/remove': {'POST': self._remove},
            '/v1/client/sessions/{session_id}/end': {'POST': self._end},
            '/v1/client/sessions/{session_id}/touch': {'POST': self._touch},
        }

    async def _get(self, call: Call) -> Answer:
        return envelope(shown(call.client, self._auth.now()))

    async def _put(self, call: Call) -> Answer:
        """A browser gets a client when somebody signs in on it, not before: visitors leave nothing in the store."""
        return envelope(shown(call.client, self._auth.now()) or no_client_json(self._auth.now()))

    async def _forget(self, call: Call) -> Answer:
        await refuse_replaced(self._auth, call)
        await self._auth.run(forget_client, call.client, request_info=call.request_info)
        answer = envelope(no_client_json(self._auth.now())).with_clearing(None, self._auth.now())
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

    async def _sign_in(self, call: Call) -> Answer:
        fields = await call.fields()
        if fields.get('strategy') == RESET_STRATEGY:
            await ask_for_reset(self._auth, identifier=fields.get('identifier', ''), request_info=call.request_info)
            attempt = reset_json(new_id('sia'), fields['identifier'].strip())
            return envelope(attempt, shown(call.client, self._auth.now()))
        await refuse_replaced(self._auth, call)
        with counting_attempt(self._auth.metrics, 'signed_in'):
            done = await sign_in(self._auth, call.client, identifier=fields.get('identifier', ''),
                                 password=fields.get('password', ''), request_info=call.request_info,
                                 keep_signed_in=is_on(fields, 'keep_signed_in'))
        client = await self._after_sign_in(call, done)
        return self._signed_in(call, done, client, signed_in_json(fields['identifier'].strip(), done.session_id))

    async def _sign_up(self, call: Call) -> Answer:
        fields = await call.fields()
        await refuse_replaced(self._auth, call)
        outcome = 'code_mailed' if self._auth.settings.sends_mail else 'signed_up'
        with counting_attempt(self._auth.metrics, outcome):
            done = await begin_sign_up(self._auth, call.client, email_address=fields.get('email_address', ''),
                                       password=fields.get('password', ''), first_name=fields.get('first_name', ''),
                                       last_name=fields.get('last_name', ''), request_info=call.request_info,
                                       keep_signed_in=is_on(fields, 'keep_signed_in'),
                                       ticket=fields.get('ticket', ''))
        if isinstance(done, WaitsForCode):
            return envelope(waiting_json(done), shown(call.client, self._auth.now()))
        return await self._signed_up(call, done, fields['email_address'].strip())

    async def _send_code(self, call: Call) -> Answer:
        sign_up_id = call.parts['sign_up_id']
        waits = await self._auth.run(send_code_again, sign_up_id, limits=self._auth.limits,
                                     ip_address=call.request_info.ip_address)
        return envelope(waiting_json(waits), shown(call.client, self._auth.now()))

    async def _finish_sign_up(self, call: Call) -> Answer:
        fields = await call.fields()
        await refuse_replaced(self._auth, call)
        with counting_attempt(self._auth.metrics, 'signed_up'):
            done, email_address = await finish_sign_up(self._auth, call.client, call.parts['sign_up_id'],
                                                       code=fields.get('code', ''), request_info=call.request_info)
        return await self._signed_up(call, done, email_address)

    async def _signed_up(self, call: Call, done: SignedIn, email_address: str) -> Answer:
        client = await self._after_sign_in(call, done)
        user = next((one.user for one in (client.sessions if client else ()) if one.id == done.session_id), None)
        return self._signed_in(call, done, client, signed_up_json(
            user, email_address, done.session_id, done.user_id, self._auth.now()))

    async def _after_sign_in(self, call: Call, done: SignedIn) -> ClientView | None:
        await self._look_for_another_site(call)
        return await self._clients.find_after_act(done.token.client_id)

    def _signed_in(self, call: Call, done: SignedIn, client: ClientView | None, attempt: Json) -> Answer:
        if call.client is None:  # nobody knows yet whether this browser keeps cookies
            attempt['take_back_proof'] = proof_of(done.token, done.session_id)
        now = self._auth.now()
        return envelope(attempt, shown(client, now)).with_cookie(call, done.token, client, now)

    async def _look_for_another_site(self, call: Call) -> None:
        """Tell whoever runs this, once, if the cookie that a sign-in replaces may be that of another site of theirs."""
        if call.client is not None or self._told or self._auth.settings.cookie_name != DEFAULT_NAME:
            return
        known = [await self._clients.find_after_act(token.client_id) for token in call.tokens]
        if known and not any(known):
            self._told = True
            log.warning('a browser came with a cookie that is named like ours and is not of this store, and a sign-in '
                        'has replaced it. If another site on this host uses the same name, the two sign each other\'s '
                        'people out: give each a COOKIE_NAME of its own. If the store was made anew, all is well',
                        extra={'event': 'cookie_of_another_site'})

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
        return envelope(shown(after, now) or no_client_json(now)).with_clearing(after, now)

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
