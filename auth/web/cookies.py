"""The cookie that makes a browser a client: how it is named, written, and read from any request."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from itertools import islice

from ..credentials.tokens import ClientToken, parse_token
from ..requests.asgi import Scope

MAX_AGE_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""

CANDIDATES = 8
"""How many cookies of our name are tried, the last one first: browsers send longer paths first, and ours is shortest.
With this path, a browser holds one cookie for each domain that the host belongs to."""


NAME = 'live_sessions.cookie_name'
"""Where the gateway puts into a request what the settings call the cookie."""

DEFAULT_NAME = 'client'


def cookie_name(name: str = DEFAULT_NAME, *, secure: bool) -> str:
    """The prefix ``__Host-`` keeps other hosts and plain http from planting the cookie (ASVS 3.3.3)."""
    return f'__Host-{name}' if secure else f'__{name}'


def set_cookie(token: ClientToken, name: str = DEFAULT_NAME, *, secure: bool, lasts: timedelta | None = None) -> str:
    """Write the ``Set-Cookie`` header that gives a browser its client.

    :param lasts: how long the browser keeps it; without it, until it is closed (NIST 800-63B §5.1.1)
    """
    age = '' if lasts is None else f' Max-Age={min(max(int(lasts.total_seconds()), 0), MAX_AGE_SECONDS)};'
    return (f'{cookie_name(name, secure=secure)}={token}; Path=/;{age} HttpOnly; SameSite=Lax'
            + ('; Secure' if secure else ''))


def drop_cookie(name: str = DEFAULT_NAME, *, secure: bool) -> str:
    """Write the ``Set-Cookie`` header that makes a browser forget its client."""
    return (f'{cookie_name(name, secure=secure)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax'
            + ('; Secure' if secure else ''))


def is_secure(scope: Scope) -> bool:
    """Tell whether an ASGI request came over https, as far as the settings, the server or a trusted proxy say."""
    return scope.get('scheme') in {'https', 'wss'}


def tokens_of(scope: Scope) -> tuple[ClientToken, ...]:
    """Read the tokens that may be of the client that sends a request; the first valid one counts.

    A sub-domain may plant cookies beside ours. Over https, browsers never let it use our name. So the name is read as
    browsers read it: the white space around it is space and tab. The whole header is searched, however long it is, or
    whoever plants many cookies would lock people out.

    Where the settings call the cookie otherwise, one with the usual name comes last: it may be ours from before, and
    nobody is signed out by a new name. That of another site on this host is nobody's here.
    """
    header = b'; '.join(value for name, value in scope['headers'] if name == b'cookie')
    name, secure = scope.get(NAME, DEFAULT_NAME), is_secure(scope)
    found = _written(name, secure).findall(header)
    if len(found) == 1 and name == DEFAULT_NAME:  # the usual case
        token = parse_token(found[0].decode())
        return () if token is None else (token,)
    last_first = [*reversed(found)]
    if name != DEFAULT_NAME:
        last_first += reversed(_written(DEFAULT_NAME, secure).findall(header))
    tokens = (parse_token(value.decode()) for value in dict.fromkeys(last_first))
    return tuple(islice((token for token in tokens if token is not None), CANDIDATES))


@lru_cache(8)
def _written(name: str, secure: bool) -> re.Pattern[bytes]:
    called = re.escape(cookie_name(name, secure=secure)).encode()
    return re.compile(rb'(?:\A|;)[ \t]*' + called + rb'=([\w.-]+)[ \t]*(?=;|\Z)')
