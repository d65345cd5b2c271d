"""``/v1/client/sessions/{id}/tokens``: session tokens, by which other servers know who is signed in."""

from __future__ import annotations

from ...rules.context import Auth
from ...rules.session_tokens import make_token
from .endpoint import Answer, Call, Endpoint
from .other_apps import OtherApps


class TokenEndpoints:
    """The endpoints of session tokens.

    :param auth: what the verbs need
    :param apps: know for whom a token is
    """

    def __init__(self, auth: Auth, apps: OtherApps) -> None:
        self._auth = auth
        self._apps = apps
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client/sessions/{session_id}/tokens': {'POST': self._make},
        }

    async def _make(self, call: Call) -> Answer:
        """Without the envelope, as Clerk's clients want it."""
        token = await make_token(self._auth, call.client, call.parts['session_id'], azp=self._apps.party_of(call.scope))
        return Answer({'object': 'token', 'jwt': token.jwt})
