"""Where a redirect may lead: to a page of this site and nowhere else."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from ..requests.asgi import Scope

SIGN_IN_PATH = '/sign-in'
CHOOSE_PATH = '/sign-in/choose'
NEW_PASSWORD_PATH = '/sign-in/new-password'  # noqa: S105 (a path)
HOME_PATH = '/'
FILES_PATH = '/_live_sessions'
"""Below this, our pages find the files that they load; so an app may have a ``/static`` of its own."""
FORGOT_PASSWORD_PATH = '/forgot-password'  # noqa: S105
SECURITY_PATH = '/account/security'

CHANGE_PASSWORD_PATH = '/.well-known/change-password'  # noqa: S105
"""Where a password manager goes to change a password (W3C, "A Well-Known URL for Changing Passwords")."""


def safe_path(url: str | None, default: str = HOME_PATH) -> str:
    """Return the URL if it is a path of this site, else the default.

    Browsers read a backslash as a slash and drop control characters, so ``/\\\\host`` is another site as well.
    """
    if not url or not url.startswith('/') or url.startswith('//') or '\\' in url or not url.isprintable():
        return default
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else url


def path_without_slash(scope: Scope) -> bytes:
    """Where a request leads whose path has one slash too many at its end; the rest of its address stays.

    A page's path begins with one slash and no second, so it is never taken for the name of another site.
    """
    query: bytes = scope['query_string']
    return quote(scope['path'][:-1]).encode() + (b'?' + query if query else b'')


def path_to_sign_in(scope: Scope) -> bytes:
    """Where a request leads that somebody has to sign in for first; they come back to its address."""
    query = scope['query_string'].decode('latin-1')
    wanted = quote(quote(scope['path']) + (f'?{query}' if query else ''), safe='')
    return f'{SIGN_IN_PATH}?redirect_url={wanted}'.encode()
