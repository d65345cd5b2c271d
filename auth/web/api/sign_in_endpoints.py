"""``/v1/client/sign_ins``: signing in, with one request or with two, and a forgotten password."""

from __future__ import annotations

from ...errors import ParamInvalid
from ...language import N_
from ...monitoring.outcomes import counting_attempt
from ...rules.context import Auth
from ...rules.password_reset import ask_for_reset, reset_password
from ...rules.sign_in import sign_in
from ...rules.sign_in_attempts import AttemptUnknown, SignInAttempt, begin_attempt, find_attempt
from .endpoint import Answer, Call, Endpoint, envelope, is_on, refuse_replaced, shown, shown_to
from .entering import Entering
from .serializers import attempt_json, signed_in_json
from .shapes import Json

PASSWORD = 'password'  # noqa: S105 (the name of a strategy)
RESET = 'reset_password_email_code'
"""What Clerk's clients say to have a password reset. Here the code is in a link."""


class StrategyUnknown(ParamInvalid):
    """A way to sign in that there is not."""

    text = N_('Send the strategy "password" or "reset_password_email_code"; there is no other.')


class SignInEndpoints:
    """The endpoints of signing in. With an identifier alone, it takes another request with the password.

    :param auth: what the verbs need
    :param entering: answers whoever has signed in
    """

    def __init__(self, auth: Auth, entering: Entering) -> None:
        self._auth = auth
        self._entering = entering
        at = '/v1/client/sign_ins'
        self.routes: dict[str, dict[str, Endpoint]] = {
            at: {'POST': self._begin},
            f'{at}/{{sign_in_id}}': {'GET': self._get},
            f'{at}/{{sign_in_id}}/prepare_first_factor': {'POST': self._prepare},
            f'{at}/{{sign_in_id}}/attempt_first_factor': {'POST': self._attempt},
        }

    async def _begin(self, call: Call) -> Answer:
        fields = await call.fields()
        strategy, identifier = fields.get('strategy', ''), fields.get('identifier', '')
        if strategy == RESET:
            attempt = await begin_attempt(self._auth, identifier)
            await ask_for_reset(self._auth, identifier=identifier, request_info=call.request_info)
            return self._waiting(call, attempt, RESET)
        if strategy not in {'', PASSWORD}:
            raise StrategyUnknown(param='strategy')
        if 'password' in fields or strategy or not identifier.strip():
            return await self._sign_in(call, identifier, fields)
        return self._waiting(call, await begin_attempt(self._auth, identifier))

    async def _get(self, call: Call) -> Answer:
        """Tell how far an attempt is: one that is complete is that of a session of this client."""
        wanted = call.parts['sign_in_id']
        for session in call.client.alive(self._auth.now()) if call.client else ():
            done = signed_in_json(session.user.email_address, session.id)
            if done['id'] == wanted:
                return envelope(done)
        return envelope(self._json(await find_attempt(self._auth, wanted)))

    async def _prepare(self, call: Call) -> Answer:
        fields = await call.fields()
        if fields.get('strategy') != RESET:
            raise StrategyUnknown(param='strategy')
        attempt = await find_attempt(self._auth, call.parts['sign_in_id'])
        await ask_for_reset(self._auth, identifier=attempt.identifier, request_info=call.request_info)
        return self._waiting(call, attempt, RESET)

    async def _attempt(self, call: Call) -> Answer:
        fields = await call.fields()
        strategy = fields.get('strategy') or (RESET if 'code' in fields else PASSWORD)
        if strategy == PASSWORD:
            attempt = await find_attempt(self._auth, call.parts['sign_in_id'])
            return await self._sign_in(call, attempt.identifier, fields)
        if strategy != RESET:
            raise StrategyUnknown(param='strategy')
        return await self._reset(call, fields.get('code', ''), fields.get('password', ''))

    async def _reset(self, call: Call, code: str, password: str) -> Answer:
        """The code alone tells whose password it is: a link works in every browser, whatever the id in the path.

        It comes with the password, not before: an id that stands for it would be a secret in an address.
        """
        sign_in_id = call.parts['sign_in_id']
        try:
            attempt = await find_attempt(self._auth, sign_in_id)
        except AttemptUnknown:  # the link was opened in another browser
            attempt = None
        await reset_password(self._auth, code=code, password=password, request_info=call.request_info)
        after, now = call.client and await self._entering.find(call.client.id), self._auth.now()
        response = self._json(attempt) if attempt else attempt_json(sign_in_id, None, [PASSWORD])
        answer = envelope(response, shown(after, now))
        return answer if call.client is None else answer.with_clearing(after, now)

    async def _sign_in(self, call: Call, identifier: str, fields: dict[str, str]) -> Answer:
        await refuse_replaced(self._auth, call)
        with counting_attempt(self._auth.metrics, 'signed_in'):
            done = await sign_in(self._auth, call.client, identifier=identifier, password=fields.get('password', ''),
                                 request_info=call.request_info, keep_signed_in=is_on(fields, 'keep_signed_in'))
        client = await self._entering.client_of(call, done)
        return self._entering.answer(call, done, client, signed_in_json(identifier.strip(), done.session_id))

    def _waiting(self, call: Call, attempt: SignInAttempt, strategy: str = '') -> Answer:
        """The client is told of the attempt as well: Clerk's go on with that of their client."""
        response = self._json(attempt, strategy)
        client = shown_to(call, call.client, self._auth.now())
        return envelope(response, client and {**client, 'sign_in': response})

    def _json(self, attempt: SignInAttempt, strategy: str = '') -> Json:
        factors = [PASSWORD, RESET] if self._auth.settings.sends_mail else [PASSWORD]
        return attempt_json(attempt.id, attempt.identifier, factors, strategy)
