"""The cookie that makes a browser a client: how it is named, written, and read from any request."""

from __future__ import annotations

import re
from itertools import islice

from ..credentials.tokens import ClientToken, parse_token
from ..requests.asgi import Scope

MAX_AGE_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie. A client outlives its sessions, which end by their own lifetimes."""

CANDIDATES = 8
"""How many cookies of our name are tried, the last one first: browsers send longer paths first, and ours is shortest.
With this path, a browser holds one cookie for each domain that the host belongs to."""


def cookie_name(*, secure: bool) -> str:
    """The prefix ``__Host-`` keeps other hosts and plain http from planting the cookie (ASVS 3.3.3)."""
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


def tokens_of(scope: Scope) -> tuple[ClientToken, ...]:
    """Read the tokens that may be of the client that sends a request; the first valid one counts.

    A sub-domain may plant cookies beside ours. Over https, browsers never let it use our name. So the name is read as
    browsers read it: the white space around it is space and tab. The whole header is searched, however long it is, or
    whoever plants many cookies would lock people out.
    """
    header = b'; '.join(value for name, value in scope['headers'] if name == b'cookie')
    found = _WRITTEN[is_secure(scope)].findall(header)
    if len(found) == 1:  # the usual case
        token = parse_token(found[0].decode())
        return () if token is None else (token,)
    tokens = (parse_token(value.decode()) for value in dict.fromkeys(reversed(found)))
    return tuple(islice((token for token in tokens if token is not None), CANDIDATES))


_WRITTEN = {secure: re.compile(rb'(?:\A|;)[ \t]*' + cookie_name(secure=secure).encode()
                               + rb'=([\w.-]+)[ \t]*(?=;|\Z)')
            for secure in (False, True)}
