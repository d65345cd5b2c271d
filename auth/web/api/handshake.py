"""``/v1/client/handshake``: a server that draws pages learns from its visitor's own browser who is signed in here.

Such a server, as Clerk's for Next.js, sees the cookies of its own host, and no others. Where they leave it in doubt, it
sends the browser here, which comes back with a short-lived cookie: a signed list of those that the server shall set.

It is a GET with which anybody may send somebody here, so it changes nothing in the store, and leads to nowhere but the
site itself and the apps that the settings allow.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs

from ...errors import ClientRenewed, NotSignedIn, ParamMissing
from ...language import N_
from ...requests.origins import Origin
from ...rules.context import Auth
from ...rules.session_tokens import LIFETIME, SessionToken, make_token, sign_claims
from ...settings import Settings
from . import client_uat
from .endpoint import Answer, Call, Endpoint, refuse_replaced
from .other_apps import OtherApps
from .requests import RedirectRefused

COOKIE = '__clerk_handshake'

KEPT_SECONDS = 10
"""How long the browser keeps the cookie that comes back: for one redirect. It is of no use after the directives that it
holds were followed, since they take it away; a cookie that stayed would undo a sign-out."""

_PAST = 'Thu, 01 Jan 1970 00:00:00 GMT'


class HandshakeEndpoints:
    """The endpoints that send a browser back to where it came from.

    :param auth: what the verbs need
    :param apps: know where a browser may be sent
    """

    def __init__(self, auth: Auth, apps: OtherApps) -> None:
        self._auth = auth
        self._apps = apps
        self.routes: dict[str, dict[str, Endpoint]] = {
            '/v1/client/handshake': {'GET': self._shake_hands},
            '/v1/client/touch': {'GET': self._send_back},
        }

    async def _shake_hands(self, call: Call) -> Answer:
        url, target = self._target(call)
        try:
            await refuse_replaced(self._auth, call)
        except ClientRenewed:  # it asks again, with the cookie that it has by then
            return _to(url)
        try:
            token = await make_token(self._auth, call.client, azp=str(target))
        except NotSignedIn:
            token = None
        now = int((token.issued_at if token else self._auth.now()).timestamp())
        directives = _directives(token, self._auth.settings, secure=target.scheme == 'https')
        lifetime = int(LIFETIME.total_seconds())
        signed = await sign_claims(self._auth, {'handshake': directives, 'iat': now, 'exp': now + lifetime})
        return _to(url, f'{COOKIE}={signed}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax'
                        + ('; Secure' if target.scheme == 'https' else ''))

    async def _send_back(self, call: Call) -> Answer:
        """For clerk-js, which comes here with a cookie that ends soon. Ours lasts as long as somebody may use it."""
        return _to(self._target(call)[0])

    def _target(self, call: Call) -> tuple[str, Origin]:
        """Where the browser is to be sent.

        :raises ParamMissing: if that is not said
        :raises RedirectRefused: if it may not be sent there
        """
        url = parse_qs(call.scope['query_string'].decode('latin-1')).get('redirect_url', [''])[0]
        if not url:
            raise ParamMissing(N_('Send "{name}".', name='redirect_url'), param='redirect_url')
        if (target := self._apps.target_of(url, call.scope)) is None:
            raise RedirectRefused
        return url, target


def _to(url: str, *cookies: str) -> Answer:
    return Answer({}, HTTPStatus.TEMPORARY_REDIRECT, (
        (b'location', url.encode()), *((b'set-cookie', cookie.encode()) for cookie in cookies)))


def _directives(token: SessionToken | None, settings: Settings, *, secure: bool) -> list[str]:
    """The ``Set-Cookie`` lines that the server shall send on."""
    end = '; Path=/; SameSite=Lax' + ('; Secure' if secure else '')
    session, since = (f'; Expires={_PAST}', 0) if token is None else (token.jwt, int(token.issued_at.timestamp()))
    return [*(f'{name}={session}{end}' for name in settings.cookie_names('__session')),
            *(f'{name}={since}{end}' for name in settings.cookie_names(client_uat.NAME)),
            f'{COOKIE}=; Path=/; Max-Age=0']
