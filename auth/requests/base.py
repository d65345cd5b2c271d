"""Where a site begins: below the path at which it was mounted, or to which a proxy has put it.

Everything of ours is written as if the site began at ``/``. What a browser is given has the base before it.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from urllib.parse import quote

from .asgi import Scope

BASE = f'/base-{secrets.token_urlsafe(16)}'
"""Stands before a path in HTML that is the same for all pages; in each page that is sent, its base takes its place."""

ROOT_PATH = re.compile(r'(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*')
"""How a base may be written: none, or segments that each begin with a slash."""


_here: ContextVar[str] = ContextVar('base', default='')


def set_base(base: str) -> None:
    """Note the base of the request that is being answered."""
    _here.set(base)


def base_here() -> str:
    """The base of the request that is being answered; not of a page, which lives longer than its request."""
    return _here.get()


def base_of(scope: Scope) -> str:
    """The base of a request, without a slash at its end; '' for a site that begins at ``/``."""
    return str(scope.get('root_path') or '').rstrip('/')


def path_below(scope: Scope) -> str:
    """The path of a request from where the site begins, without percent-encoding."""
    path, base = str(scope['path']), base_of(scope)
    return path[len(base):] or '/' if base and (path == base or path.startswith(f'{base}/')) else path


def with_base(html: str, scope: Scope) -> str:
    """Put the base of a request into HTML that has ``BASE`` in its place."""
    return html.replace(BASE, quote(base_of(scope), safe='/~'))
