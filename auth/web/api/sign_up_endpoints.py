"""``/v1/client/sign_ups``: signing up, at once or with the code from a mail."""

from __future__ import annotations

from ...errors import ParamInvalid
from ...language import N_
from ...monitoring.outcomes import counting_attempt
from ...rules.confirmed_sign_up import (
    WaitsForCode,
    begin_sign_up,
    find_sign_up,
    finish_sign_up,
    rename_sign_up,
    send_code_again,
)
from ...rules.context import Auth
from ...rules.sign_in import SignedIn
from .endpoint import Answer, Call, Endpoint, envelope, is_on, refuse_replaced, shown_to
from .entering import Entering
from .serializers import signed_up_json, waiting_json


class SignUpEndpoints:
    """The endpoints of signing up.

    :param auth: what the verbs need
    :param entering: answers whoever has signed up
    """

    def __init__(self, auth: Auth, entering: Entering) -> None:
        self._auth = auth
        self._entering = entering
        at = '/v1/client/sign_ups'
        self.routes: dict[str, dict[str, Endpoint]] = {
            at: {'POST': self._begin},
            f'{at}/{{sign_up_id}}': {'GET': self._get, 'PATCH': self._rename},
            f'{at}/{{sign_up_id}}/prepare_verification': {'POST': self._send_code},
            f'{at}/{{sign_up_id}}/attempt_verification': {'POST': self._finish},
        }

    async def _begin(self, call: Call) -> Answer:
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
            return self._waiting(call, done)
        return await self._signed_up(call, done, fields['email_address'].strip())

    async def _get(self, call: Call) -> Answer:
        """Tell how far a sign-up is: one that is complete is that of a session of this client."""
        now = self._auth.now()
        for session in call.client.alive(now) if call.client else ():
            done = signed_up_json(session.user, session.user.email_address, session.id, session.user.id, now)
            if done['id'] == call.parts['sign_up_id']:
                return envelope(done)
        return envelope(waiting_json(await self._auth.read(find_sign_up, call.parts['sign_up_id'])))

    async def _rename(self, call: Call) -> Answer:
        fields, sign_up_id = await call.fields(), call.parts['sign_up_id']
        for name in ('email_address', 'password'):
            if fields.get(name):
                raise ParamInvalid(N_('This cannot be changed any more. Sign up anew.'), param=name)
        return self._waiting(call, await self._auth.run(rename_sign_up, sign_up_id, first_name=fields.get('first_name'),
                                                        last_name=fields.get('last_name')))

    async def _send_code(self, call: Call) -> Answer:
        return self._waiting(call, await self._auth.run(
            send_code_again, call.parts['sign_up_id'], limits=self._auth.limits,
            ip_address=call.request_info.ip_address))

    async def _finish(self, call: Call) -> Answer:
        fields = await call.fields()
        await refuse_replaced(self._auth, call)
        with counting_attempt(self._auth.metrics, 'signed_up'):
            done, email_address = await finish_sign_up(self._auth, call.client, call.parts['sign_up_id'],
                                                       code=fields.get('code', ''), request_info=call.request_info)
        return await self._signed_up(call, done, email_address)

    async def _signed_up(self, call: Call, done: SignedIn, email_address: str) -> Answer:
        client = await self._entering.client_of(call, done)
        user = next((one.user for one in (client.sessions if client else ()) if one.id == done.session_id), None)
        return self._entering.answer(call, done, client, signed_up_json(
            user, email_address, done.session_id, done.user_id, self._auth.now()))

    def _waiting(self, call: Call, sign_up: WaitsForCode) -> Answer:
        """The client is told of the sign-up as well: Clerk's go on with that of their client."""
        response, client = waiting_json(sign_up), shown_to(call, call.client, self._auth.now())
        return envelope(response, client and {**client, 'sign_up': response})
