"""Who may see a page: each says ``public``, ``private``, ``admin_only`` or which ``roles``. One of the table of routes
that says nothing is refused; whatever else says nothing is private.

The door, the page and every event of a page ask one function, ``answer``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, Literal, TypeVar

ADMIN = 'admin'
"""The role of those who administer the site; ``User.is_admin`` says who has it."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Whoever has one of these roles."""

    names: frozenset[str]

    def __str__(self) -> str:
        return f'roles({", ".join(map(repr, sorted(self.names)))})'


Access = Literal['public', 'private', 'admin'] | OneOf
Status = Literal['loading', 'signed_in', 'signed_out']
PageBuilder = Callable[..., Any]
_Builder = TypeVar('_Builder', bound=PageBuilder)

_ROLE = re.compile(r'[a-z][a-z0-9_-]{0,31}')
_WORDS = ('public', 'private', ADMIN)
_ACCESS = '__live_sessions_access__'
_RECENTLY = '__live_sessions_recently__'
_FRAMED = '__live_sessions_framed__'


class PageRefused(Exception):
    """A page asks for what can't be honoured. One sentence says which page, what, and what to do instead."""


class AccessNotStated(PageRefused):
    """A page does not say who may see it, or says two things."""


@dataclass(frozen=True, slots=True)
class Here:
    """Who is here: all that is needed to tell whether they may see a page."""

    status: Status
    roles: frozenset[str] = frozenset()
    """What they may do, if they are signed in."""
    authenticated_at: datetime | None = field(default=None, compare=False)
    """When the password was last given in the session in use."""
    others: bool = False
    """Whether accounts are signed in on this browser of which none is in use."""
    pending: bool = False
    """Whether whoever has signed in has to choose a new password before that counts."""


NOBODY = Here('signed_out')


@dataclass(frozen=True, slots=True)
class Recently:
    """That something takes a password which was given a moment ago; see ``auth.recently``."""

    minutes: float | None
    """How long ago it may have been; None is what the settings say."""
    function: PageBuilder
    """What takes it."""


class Answer(Enum):
    """What happens when somebody wants to see a page."""

    LET_IN = auto()
    LOADING = auto()
    """It is not known now who is here."""
    SIGN_IN = auto()
    CHOOSE = auto()
    """They have to choose an account first."""
    CHOOSE_PASSWORD = auto()
    """They have to choose a new password first."""
    NOT_THERE = auto()
    """For them there is no such page."""


def answer(access: Access, here: Here) -> Answer:
    """Tell whether somebody may see a page, and what happens if not."""
    if access == 'public':
        return Answer.LET_IN
    if here.status == 'loading':
        return Answer.LOADING
    if here.status != 'signed_in' and here.pending:
        return Answer.CHOOSE_PASSWORD
    if here.status != 'signed_in':
        return Answer.CHOOSE if here.others else Answer.SIGN_IN
    return Answer.LET_IN if access == 'private' or _names_of(access) & here.roles else Answer.NOT_THERE


def may_see(access: Access, here: Here) -> bool:
    """Tell whether somebody may see a page."""
    return answer(access, here) is Answer.LET_IN


def is_for_everybody(access: Access) -> bool:
    """Tell whether it makes no difference who is here."""
    return may_see(access, NOBODY)


def public(builder: _Builder) -> _Builder:
    """Mark a page that everybody may see."""
    return _state(builder, 'public')


def private(builder: _Builder) -> _Builder:
    """Mark a page that only somebody who is signed in may see."""
    return _state(builder, 'private')


def admin_only(builder: _Builder) -> _Builder:
    """Mark a page that only an administrator may see; for others there is no such page."""
    return _state(builder, 'admin')


def roles(*names: str) -> Callable[[_Builder], _Builder]:
    """Mark a page that only somebody may see who has one of these roles; for others there is no such page.

    :param names: words of your own, or "admin"
    :raises ValueError: if there is none, or one can't be a role
    """
    for name in names:
        if not is_role(name):
            raise ValueError(f'{name!r} is no role: it is one word of up to 32 letters from a to z, digits, "-" and '
                             '"_", and begins with a letter.')
    if not names:
        raise ValueError('Say which roles: @roles("editor").')
    access = ADMIN if set(names) == {ADMIN} else OneOf(frozenset(names))
    return lambda builder: _state(builder, access)


def is_role(name: str) -> bool:
    """Tell whether a word can be a role."""
    return _ROLE.fullmatch(name) is not None


def roles_of(words: str, *, is_admin: bool) -> frozenset[str]:
    """What a user may do, by what is stored. "admin" among the words counts for nothing: another column says that."""
    given = frozenset(words.split())
    return given | {ADMIN} if is_admin else given - {ADMIN}


def covers(outer: Access, inner: Access) -> bool:
    """Tell whether whoever may see one page may see everything that is within it."""
    if inner in {'public', outer}:
        return True
    return outer != 'public' and (inner == 'private' or (outer != 'private' and _names_of(outer) <= _names_of(inner)))


def framed(builder: _Builder) -> _Builder:
    """Mark a page that other pages of this site may show in a frame; no other page is shown in one (ASVS 3.4.6)."""
    for function in _all_of(builder):
        setattr(function, _FRAMED, True)
    return builder


def is_framed(builder: PageBuilder) -> bool:
    """Tell whether pages of this site may show a page in a frame."""
    return getattr(builder, _FRAMED, False) is True


def stated_access(builder: PageBuilder) -> Access | None:
    """Tell who may see a page; None if it does not say."""
    access = getattr(builder, _ACCESS, None)
    return access if isinstance(access, OneOf) or access in _WORDS else None


def access_of(builder: PageBuilder) -> Access:
    """Tell who may see a page.

    :raises AccessNotStated: if it does not say
    """
    access = stated_access(builder)
    if access is None:
        raise AccessNotStated(f'The page "{name_of(builder)}" must say who may see it: '
                              'put @public, @private, @admin_only or @roles(…) on it, above all other decorators.')
    return access


def access_or_private(builder: PageBuilder) -> Access:
    """Tell who may use what is in no table of routes, which is private if it does not say."""
    access = stated_access(builder)
    return 'private' if access is None else access


def access_said_by(word: Callable[[Any], Any]) -> Access:
    """Tell who may see what a word such as ``private`` marks."""
    return access_of(word(lambda: None))


def check_access(routes: Mapping[str, PageBuilder]) -> None:
    """Refuse a table of routes in which some page does not say who may see it.

    :raises AccessNotStated: naming the page
    """
    for builder in routes.values():
        access_of(builder)


def mark_recently(function: _Builder, recently: Recently) -> _Builder:
    """Mark what takes a password that was given a moment ago."""
    for one in _all_of(function):
        setattr(one, _RECENTLY, recently)
    return function


def recently_of(function: PageBuilder) -> Recently | None:
    """Tell whether something takes a password that was given a moment ago."""
    return getattr(function, _RECENTLY, None)


def name_of(builder: PageBuilder) -> str:
    """What a page is called in a message; a partial function or an object has no name of its own."""
    return str(getattr(builder, '__name__', type(builder).__name__))


def _names_of(access: Access) -> frozenset[str]:
    return access.names if isinstance(access, OneOf) else frozenset({access})


def _state(builder: _Builder, access: Access) -> _Builder:
    for before in map(stated_access, _all_of(builder)):
        if before not in (None, access):
            raise AccessNotStated(f'The page "{name_of(builder)}" says twice who may see it, {before} and {access}: '
                                  'leave one of them; for two paths, write two pages.')
    try:
        for function in _all_of(builder):
            setattr(function, _ACCESS, access)
    except (AttributeError, TypeError) as error:
        raise AccessNotStated(f'"{name_of(builder)}" cannot be marked as a page: '
                              'write a function that calls it, and mark that.') from error
    return builder


def _all_of(builder: PageBuilder) -> Iterator[PageBuilder]:
    """A page and, if decorators have made it, what they were put on: ``@ui.page`` below them knows only that."""
    yield builder
    while callable(inner := getattr(builder, '__wrapped__', None)):
        builder = inner
        yield builder
