"""Who may see a page: each page says ``public``, ``private`` or ``admin_only``; one that says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

Access = Literal['public', 'private', 'admin']
PageBuilder = Callable[..., Any]
_Builder = TypeVar('_Builder', bound=PageBuilder)

_ACCESS = '__live_sessions_access__'


class AccessNotStated(Exception):
    """A page does not say who may see it."""


def public(builder: _Builder) -> _Builder:
    """Mark a page that everybody may see."""
    setattr(builder, _ACCESS, 'public')
    return builder


def private(builder: _Builder) -> _Builder:
    """Mark a page that only somebody who is signed in may see."""
    setattr(builder, _ACCESS, 'private')
    return builder


def admin_only(builder: _Builder) -> _Builder:
    """Mark a page that only an administrator may see; for others there is no such page."""
    setattr(builder, _ACCESS, 'admin')
    return builder


def access_of(builder: PageBuilder) -> Access:
    """Tell who may see a page.

    :raises AccessNotStated: if it does not say
    """
    access = getattr(builder, _ACCESS, None)
    if access is None:
        raise AccessNotStated(f'The page "{builder.__name__}" must say who may see it: '
                              'put @public, @private or @admin_only on it.')
    return access


def check_access(routes: Mapping[str, PageBuilder]) -> None:
    """Refuse a table of routes in which some page does not say who may see it.

    :raises AccessNotStated: naming the page
    """
    for builder in routes.values():
        access_of(builder)
