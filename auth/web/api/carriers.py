"""How the token of a client travels: browsers have it in a cookie, apps on phones in the header ``Authorization``.

A page can make its browser send the cookie, so requests with one are checked for where they come from. It cannot make
it send a header that it does not know. So a request that would use both uses neither: else a page could have the token
of the cookie told to it in a header.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import ClassVar

from ...credentials.tokens import ClientToken, parse_token
from ...errors import AuthError
from ...language import N_
from ...requests.asgi import Scope
from ...requests.phones import is_native
from ..cookies import tokens_of


class CarriedTwice(AuthError):
    """A request that says that it comes from a phone, and has the cookie of a browser or several headers."""

    code: ClassVar[str] = 'authorization_header_format_invalid'
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    text = N_('An app sends its token in one Authorization header and no cookie; a browser sends the cookie, and no '
              '"_is_native".')


def carried_tokens(scope: Scope) -> tuple[ClientToken, ...]:
    """Read the tokens that may be of the client that sends a request; see ``tokens_of``.

    A phone sends its token bare or behind "Bearer"; what is no token of ours is none, such as an empty header.

    :raises CarriedTwice: if there is more than one way to read it
    """
    in_cookies = tokens_of(scope)
    if not is_native(scope):
        return in_cookies
    given = [value for name, value in scope['headers'] if name == b'authorization']
    if in_cookies or len(given) > 1:
        raise CarriedTwice
    token = parse_token(_without_scheme(given[0].decode('latin-1'))) if given else None
    return () if token is None else (token,)


def _without_scheme(value: str) -> str:
    scheme, _, rest = value.strip().partition(' ')
    return rest.strip() if scheme.lower() == 'bearer' else value.strip()
