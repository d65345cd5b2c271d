"""``/v1/client``: this browser, signing in and up, and its sessions."""

from __future__ import annotations

import logging

from models import SessionStatus

from ...changes.clients import Clients
from ...errors import ClientRenewed, SessionNotFound
from ...monitoring.outcomes import counting_attempt
from ...rules.clients import ClientView, authenticate
from ...rules.confirmed_sign_up import WaitsForCode, begin_sign_up, finish_sign_up, send_code_again
from ...rules.context import Auth
from ...rules.password_reset import ask_for_reset
from ...rules.sessions import forget_client, set_active, sign_out
from ...rules.sign_in import SignedIn, sign_in
from ...rules.unkept_cookies import CookieNotKept, proof_of, take_back
from ..cookies import DEFAULT_NAME
from .endpoint import Answer, Call, Endpoint, envelope, is_on, refuse_replaced, shown
from .serializers import attempt_json, no_client_json, reset_json, session_json, waiting_json

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
            return envelope(reset_json(fields['identifier'].strip()), shown(call.client, self._auth.now()))
        await refuse_replaced(self._auth, call)
        with counting_attempt(self._auth.metrics, 'signed_in'):
            done = await sign_in(self._auth, call.client, identifier=fields.get('identifier', ''),
                                 password=fields.get('password', ''), request_info=call.request_info,
                                 keep_signed_in=is_on(fields, 'keep_signed_in'))
        return await self._signed_in(call, done, 'sign_in', fields['identifier'])

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
        return await self._signed_in(call, done, 'sign_up', fields['email_address'])

    async def _send_code(self, call: Call) -> Answer:
        sign_up_id = call.parts['sign_up_id']
        await self._auth.run(send_code_again, sign_up_id, limits=self._auth.limits,
                             ip_address=call.request_info.ip_address)
        return envelope(waiting_json(WaitsForCode(sign_up_id)), shown(call.client, self._auth.now()))

    async def _finish_sign_up(self, call: Call) -> Answer:
        fields = await call.fields()
        await refuse_replaced(self._auth, call)
        with counting_attempt(self._auth.metrics, 'signed_up'):
            done, email_address = await finish_sign_up(self._auth, call.client, call.parts['sign_up_id'],
                                                       code=fields.get('code', ''), request_info=call.request_info)
        return await self._signed_in(call, done, 'sign_up', email_address)

    async def _signed_in(self, call: Call, done: SignedIn, kind: str, identifier: str) -> Answer:
        await self._look_for_another_site(call)
        client = await self._clients.find_after_act(done.token.client_id)
        attempt = attempt_json(kind, identifier.strip(), done.session_id, done.user_id)
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
            return envelope(session_json(session, self._auth.now()), shown(call.client, self._auth.now()))
        fields = await call.fields()
        await refuse_replaced(self._auth, call)
        await self._auth.run(take_back, call.client, session_id, fields.get('take_back_proof', ''),
                             request_info=call.request_info)
        raise CookieNotKept if call.client is None else ClientRenewed

    async def _sign_out_of_all(self, call: Call) -> Answer:
        await refuse_replaced(self._auth, call)
        await self._auth.run(sign_out, call.client, request_info=call.request_info)
        after = call.client and await self._clients.find_after_act(call.client.id)
        return envelope(shown(after, self._auth.now())).with_clearing(after, self._auth.now())

    async def _remove(self, call: Call) -> Answer:
        await self._auth.run(sign_out, call.client, call.parts['session_id'], request_info=call.request_info)
        return await self._with_session(call, 'removed')

    async def _end(self, call: Call) -> Answer:
        await self._auth.run(sign_out, call.client, call.parts['session_id'], status=SessionStatus.ENDED,
                       request_info=call.request_info)
        return await self._with_session(call, 'ended')

    async def _touch(self, call: Call) -> Answer:
        await self._auth.run(set_active, call.client, call.parts['session_id'], settings=self._auth.settings,
                             request_info=call.request_info)
        return await self._with_session(call, 'active')

    async def _with_session(self, call: Call, status: str) -> Answer:
        before: ClientView | None = call.client
        if before is None:
            raise SessionNotFound
        session = next((session for session in before.sessions if session.id == call.parts['session_id']), None)
        after = await self._clients.find_after_act(before.id)
        now = self._auth.now()
        answer = envelope(session and session_json(session, now, status), shown(after, now))
        return answer.with_clearing(after, self._auth.now())
