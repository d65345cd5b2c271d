"""What an administrator may read: users, the sessions that are signed in, and the audit log of everybody.

Each verb asks an authority for whom it reads; see ``auth.rules.authority``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, true, tuple_

from models.tables import audit_event, session, user

from ..errors import UserNotFound
from ..requests.user_agents import UserAgent, read_user_agent
from .authority import Authority
from .clients import UserView
from .context import Auth
from .sessions import signed_in_now
from .users import normal_address

ROWS_A_PAGE = 25

MAX_SEARCH = 200
"""Characters of what is searched for; what was typed beyond them is not looked at."""


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user, as an administrator sees them."""

    user: UserView
    disabled: bool
    created_at: datetime
    sessions: int
    """How many of their sessions are signed in."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that is signed in, as an administrator sees it."""

    id: str
    user: UserView
    user_agent: UserAgent
    ip_address: str
    created_at: datetime
    last_active_at: datetime = field(compare=False)
    """No table shows it, so a row of which only this has changed is the same row."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event of the audit log."""

    id: str
    at: datetime
    action: str
    user_id: str | None
    session_id: str | None
    ip_address: str
    actor: str


_NAMES = (user.c.email_address, user.c.first_name, user.c.last_name)
_USER = (user.c.id, user.c.email_address, user.c.first_name, user.c.last_name, user.c.is_admin)
_SESSIONS_OF = (select(func.count()).select_from(session).where(session.c.user_id == user.c.id, signed_in_now())
                .correlate(user).scalar_subquery())
_USERS = (select(*_USER, user.c.disabled, user.c.created_at, _SESSIONS_OF)
          .where(user.c.email_address > bindparam('the_address'))
          .order_by(user.c.email_address).limit(bindparam('the_limit')))
_SESSIONS = (select(session.c.id, session.c.user_agent, session.c.ip_address, session.c.created_at,
                    session.c.last_active_at, *_USER)
             .join_from(session, user)
             .where(signed_in_now())
             .order_by(session.c.created_at.desc(), session.c.id.desc()).limit(bindparam('the_limit')))
_BEFORE = tuple_(session.c.created_at, session.c.id) < tuple_(
    bindparam('the_moment', type_=session.c.created_at.type), bindparam('the_id', type_=session.c.id.type))
"""Compared as one, so that the index is entered there, and not walked to there."""
_EVENTS = (select(audit_event.c.id, audit_event.c.at, audit_event.c.action, audit_event.c.user_id,
                  audit_event.c.session_id, audit_event.c.ip_address, audit_event.c.actor)
           .order_by(audit_event.c.at.desc(), audit_event.c.id.desc()).limit(bindparam('the_limit')))
_EVENTS_SINCE = _EVENTS.where(audit_event.c.at >= bindparam('the_moment'))


def _matches(words: str) -> ColumnElement[bool]:
    """The condition that a user is whom the words mean; ``%`` and ``_`` mean themselves.

    Each word is in their address or their name, or is how their id begins. Within an id anything short can be found.
    """
    return and_(true(), *(or_(*(column.icontains(word, autoescape=True) for column in _NAMES),
                              *([user.c.id.startswith(word, autoescape=True)] if word.startswith('user_') else []))
                          for word in words[:MAX_SEARCH].split()))


async def find_users(auth: Auth, authority: Authority, words: str = '', *, after: str = '',
                     limit: int = ROWS_A_PAGE) -> list[UserRow]:
    """List users by their address.

    :param words: what their address or name must hold, or how their id must begin
    :param after: the address of the last one of the page before
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    rows = await _read(auth, authority, _USERS.where(_matches(words)), the_address=after, the_limit=limit)
    return [UserRow(UserView(*row[:5]), *row[5:]) for row in rows]


async def find_sessions(auth: Auth, authority: Authority, words: str = '', *, before: SessionRow | None = None,
                        user_id: str | None = None, limit: int = ROWS_A_PAGE) -> list[SessionRow]:
    """List the sessions that are signed in, the newest first.

    :param words: what the address or name of their user must hold, or how their id must begin
    :param before: the last one of the page before
    :param user_id: list those of this user only
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    statement, asked = _SESSIONS, {}
    if words.split():  # which users, first: they are fewer
        statement = statement.where(session.c.user_id.in_(select(user.c.id).where(_matches(words))))
    if user_id is not None:
        statement, asked = statement.where(session.c.user_id == bindparam('the_user')), {'the_user': user_id}
    if before is not None:
        statement, asked = statement.where(_BEFORE), {**asked, 'the_moment': before.created_at, 'the_id': before.id}
    rows = await _read(auth, authority, statement, the_limit=limit, **asked)
    return [SessionRow(row[0], UserView(*row[5:]), read_user_agent(row[1]), *row[2:5]) for row in rows]


async def read_audit_log(auth: Auth, authority: Authority, *, limit: int, since: datetime | None = None
                         ) -> list[EventRow]:
    """Read the newest events of everybody, the newest first.

    :param since: leave out those before this moment
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    asked = {} if since is None else {'the_moment': since}
    statement = _EVENTS if since is None else _EVENTS_SINCE
    return [EventRow(*row) for row in await _read(auth, authority, statement, the_limit=limit, **asked)]


async def count_sessions(auth: Auth, authority: Authority, *, most: int | None = None) -> int:
    """Count the sessions that are signed in.

    :param most: where there are more, this number is returned and the others are not looked at
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    those = select(session.c.id).where(signed_in_now()).limit(most).subquery()
    return (await _read(auth, authority, select(func.count()).select_from(those)))[0][0]


async def find_user(auth: Auth, authority: Authority, id_or_address: str) -> UserRow:
    """Find one user by their id or by their whole address.

    :raises UserNotFound: if there is none
    :raises ParamInvalid: if it has an @ and is no address
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    column, value = user.c.id, id_or_address.strip()
    if '@' in id_or_address:
        column, value = user.c.email_address, normal_address(id_or_address)
    rows = await _read(auth, authority, _USERS.where(column == value), the_address='', the_limit=1)
    if not rows:
        raise UserNotFound
    return UserRow(UserView(*rows[0][:5]), *rows[0][5:])


async def _read(auth: Auth, authority: Authority, statement: Select[*tuple[Any, ...]], **asked: Any) -> Sequence[Any]:
    async with auth.read() as connection:
        await authority(connection)
        return (await connection.execute(statement, {'now': auth.now(), **asked})).all()
