"""Session tokens within answers: clerk-js wants one with each session that it is told of.

Without, it drops the one that it has, and with it the cookie by which its app's own server knows who is signed in; and
pages of React fail where they ask for the claims. To sign one takes 0.5 ms, so nobody else gets them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

from ...errors import StoreAway
from ...requests.asgi import Scope
from ...rules.context import Auth
from ...rules.session_tokens import KnownSession, tokens_of
from .other_apps import OtherApps
from .serializers import Json

_ASKED_BY = b'_clerk_js_version='
"""What each request of clerk-js has behind the question mark."""


class LastTokens:
    """Adds to what is answered to clerk-js a token of each session that is signed in on its client.

    :param auth: what the verbs need
    :param apps: tell for whom a token is
    """

    def __init__(self, auth: Auth, apps: OtherApps) -> None:
        self._auth = auth
        self._apps = apps

    async def add(self, scope: Scope, body: Json | list[Any] | None) -> None:
        """Add them to the body of an answer, if it is one to clerk-js."""
        if _ASKED_BY not in scope['query_string'] or not isinstance(body, dict):
            return
        sessions = [*_signed_in(body)]
        known = {KnownSession(one['user']['id'], one['id'], one['factor_verification_age'][0]) for one in sessions}
        with suppress(StoreAway):  # what was done has to be told; clerk-js asks for a token when it needs one
            tokens = await tokens_of(self._auth, known, azp=self._apps.party_of(scope))
            for one in sessions:
                if (jwt := tokens.get(one['id'])) is not None:  # else it has ended since the answer was made
                    one['last_active_token'] = {'object': 'token', 'jwt': jwt}


def _signed_in(body: Json) -> Iterator[Json]:
    """The sessions in an answer that are signed in on the client of its request; not those of other devices."""
    parts = [cast('Json', part) for part in (body.get('client'), body.get('response')) if isinstance(part, dict)]
    listed: list[Any] = [one for part in parts if part.get('object') == 'client' for one in part['sessions']]
    ids = {one['id'] for one in listed}
    told = [part for part in parts if part.get('object') == 'session' and part['id'] in ids]
    return (one for one in (*listed, *told) if one['status'] == 'active')
