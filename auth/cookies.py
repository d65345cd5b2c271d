"""The cookie that makes a browser a client: how it is named, written, and read from any request."""

from __future__ import annotations

from .asgi import Scope
from .tokens import ClientToken, parse_token

MAX_AGE_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie at most. A client outlives its sessions; those end by their own lifetimes."""

_MAX_HEADER = 16 * 1024


def cookie_name(*, secure: bool) -> str:
    """Over https the name keeps other hosts and plain http from planting the cookie (ASVS 3.3.3)."""
    return '__Host-client' if secure else '__client'


def set_cookie(token: ClientToken, *, secure: bool) -> str:
    """Write the ``Set-Cookie`` header that gives a browser its client."""
    return (f'{cookie_name(secure=secure)}={token}; Path=/; Max-Age={MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax'
            + ('; Secure' if secure else ''))


def drop_cookie(*, secure: bool) -> str:
    """Write the ``Set-Cookie`` header that makes a browser forget its client."""
    return f'{cookie_name(secure=secure)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax' + ('; Secure' if secure else '')


def is_secure(scope: Scope) -> bool:
    """Tell whether an ASGI request came over https, as far as the server or a trusted proxy says."""
    return scope.get('scheme') in {'https', 'wss'}


def token_of(scope: Scope) -> ClientToken | None:
    """Read the client's token out of an ASGI request; anything but exactly one well-formed cookie is nobody's."""
    headers = [value for name, value in scope['headers'] if name == b'cookie']
    header = b'; '.join(headers)
    if not header or len(header) > _MAX_HEADER:
        return None
    name = cookie_name(secure=is_secure(scope))
    values = [value for key, _, value in (part.strip().partition('=') for part in header.decode('latin-1').split(';'))
              if key == name]
    return parse_token(values[0]) if len(values) == 1 else None
