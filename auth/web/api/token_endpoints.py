"""``/v1/client/sessions/{id}/tokens``: session tokens, by which other servers know who is signed in."""

from __future__ import annotations

from ...rules.context import Auth
from ...rules.session_tokens import make_token
from .endpoint import Answer, Call, Endpoint


class TokenEndpoints:
    """The endpoints of session tokens.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client/sessions/{session_id}/tokens': {'POST': self._make},
        }

    async def _make(self, call: Call) -> Answer:
        """Without the envelope, as Clerk's clients want it."""
        origin = self._auth.settings.hosts.origin_of(call.scope)
        token = await make_token(self._auth, call.client, call.parts['session_id'], azp=str(origin or ''))
        return Answer({'object': 'token', 'jwt': token.jwt})
