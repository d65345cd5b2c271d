"""What an administrator may read: users, the sessions that are signed in, and the audit log of everybody.

Each query asks who administers; see ``auth.rules.actor``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, true, tuple_
from sqlmodel import col

from models import AuditEvent, Session, User
from models.normal_forms import folded, stored_address, whole_characters
from models.statements import columns
from models.types import Moment
from models.written_by_sql import Written, not_in_form

from ..errors import UserNotFound
from ..requests.user_agents import UserAgent
from .accounts import with_address
from .actor import Administrator
from .addresses import normal_address
from .clients import USER_VIEW, UserView
from .places import PLACES, Place, read_places
from .sessions import signed_in

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
class AdminSession:
    """A session that is signed in, as an administrator sees it: whose it is, and where."""

    id: str
    user: UserView
    user_agent: UserAgent
    """Of the last activity, as is the address."""
    ip_address: str
    created_at: datetime
    last_active_at: datetime = field(compare=False)
    """No table shows it, so a row of which only this has changed is the same row."""
    signed_in_from: Place | None = None
    """Where the sign-in was, if that was from somewhere else."""


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
    times: int = 1
    """How often, if it stands for more than one."""


def find_users(db: Connection, now: datetime, administrator: Administrator, words: str = '', *, after: str = '',
               limit: int = ROWS_A_PAGE) -> list[UserRow]:
    """List users by their address.

    :param words: what their address or name must hold, or how their id must begin
    :param after: the address of the last one of the page before
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    rows = db.execute(_users(now).where(matches(db, words), col(User.email_address) > after).limit(limit))
    return [_user(*row) for row in rows]


def find_user(db: Connection, now: datetime, administrator: Administrator, id_or_address: str) -> UserRow:
    """Find one user by their id or by their whole address.

    :raises UserNotFound: if there is none
    :raises ParamInvalid: if it has an @ and is no address
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    wanted = (with_address(db, stored_address(id_or_address)) if '@' in id_or_address
              else col(User.id) == whole_characters(id_or_address.strip()))
    row = db.execute(_users(now).where(wanted)).first()
    if row is None and '@' in id_or_address:
        normal_address(id_or_address)
    if row is None:
        raise UserNotFound
    return _user(*row)


def find_sessions(db: Connection, now: datetime, administrator: Administrator, words: str = '', *,
                  before: AdminSession | None = None, user_id: str | None = None, limit: int = ROWS_A_PAGE
                  ) -> list[AdminSession]:
    """List the sessions that are signed in, the newest first.

    :param words: what the address or name of their user must hold, or how their id must begin
    :param before: the last one of the page before
    :param user_id: list those of this user only
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    listed = (select(*columns(Session.id, Session.created_at, Session.last_active_at), *PLACES, *USER_VIEW)
              .join_from(Session, User).where(signed_in(now))
              .order_by(col(Session.created_at).desc(), col(Session.id).desc()).limit(limit))
    if words.split():  # which users, first: they are fewer
        listed = listed.where(_of_users(db, words))
    if user_id is not None:
        listed = listed.where(col(Session.user_id) == user_id)
    if before is not None:  # compared as one, so that the index is entered there, and not walked to there
        listed = listed.where(tuple_(col(Session.created_at), col(Session.id))
                              < tuple_(literal(before.created_at, Moment()), literal(before.id)))
    return [_session(*row[:3], read_places(*row[3:7]), UserView(*row[7:])) for row in db.execute(listed)]


def _user(*row: Any) -> UserRow:
    return UserRow(UserView(*row[:len(USER_VIEW)]), *row[len(USER_VIEW):])


def _session(session_id: str, created_at: datetime, last_active_at: datetime, places: tuple[Place, Place | None],
             user: UserView) -> AdminSession:
    last, signed_in_from = places
    return AdminSession(session_id, user, last.user_agent, last.ip_address, created_at, last_active_at, signed_in_from)


def count_users(db: Connection, now: datetime, administrator: Administrator, words: str = '', *,
                most: int | None = None) -> int:
    """Count the users whom ``find_users`` lists.

    :param words: as there
    :param most: where there are more, this number is returned and the others are not looked at
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    those = select(col(User.id)).where(matches(db, words)).limit(most).subquery()
    return db.scalar(select(func.count()).select_from(those)) or 0


def count_sessions(db: Connection, now: datetime, administrator: Administrator, words: str = '', *,
                   user_id: str | None = None, most: int | None = None) -> int:
    """Count the sessions that are signed in.

    :param words: as in ``find_sessions``
    :param user_id: count those of this user only
    :param most: where there are more, this number is returned and the others are not looked at
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    those = select(col(Session.id)).where(signed_in(now))
    if words.split():
        those = those.where(_of_users(db, words))
    if user_id is not None:
        those = those.where(col(Session.user_id) == user_id)
    those = those.limit(most).subquery()
    return db.scalar(select(func.count()).select_from(those)) or 0


def read_audit_log(db: Connection, now: datetime, administrator: Administrator, *, limit: int,
                   since: datetime | None = None) -> list[EventRow]:
    """Read the newest events of everybody, the newest first.

    :param since: leave out those before this moment
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    listed = (select(*columns(AuditEvent.id, AuditEvent.at, AuditEvent.action, AuditEvent.user_id,
                              AuditEvent.session_id, AuditEvent.ip_address, AuditEvent.actor,
                              AuditEvent.times))
              .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc()).limit(limit))
    if since is not None:
        listed = listed.where(col(AuditEvent.at) >= since)
    return [EventRow(*row) for row in db.execute(listed)]


def _users(now: datetime) -> Select[*tuple[Any, ...]]:
    sessions = (select(func.count()).select_from(Session).where(col(Session.user_id) == User.id, signed_in(now))
                .correlate(User).scalar_subquery())
    return (select(*USER_VIEW, *columns(User.disabled, User.created_at), sessions)
            .order_by(col(User.email_address)))


def _of_users(db: Connection, words: str) -> ColumnElement[bool]:
    return col(Session.user_id).in_(select(col(User.id)).where(matches(db, words)))


def matches(db: Connection, words: str) -> ColumnElement[bool]:
    """The condition that a user is whom the words mean; ``%`` and ``_`` mean themselves.

    Each word is in their address or their name, whatever its letter case and normal form, or is how their id begins.
    Within an id anything short can be found.
    """
    wanted = whole_characters(words[:MAX_SEARCH]).split()
    if not wanted:
        return true()
    folded_match = and_(*(_matches_one(word) for word in wanted))
    # More of them than are looked at are searched as the database can.
    unfolded = and_(col(User.search_text).is_(None), *(_is_in_columns(word) for word in wanted))
    by_sql = [user.id for user in not_in_form(db) if all(_is_in(word, user) for word in wanted)]
    return or_(folded_match, unfolded, *([col(User.id).in_(by_sql)] if by_sql else []))


def _matches_one(word: str) -> ColumnElement[bool]:
    ways = [and_(true(), *(col(User.search_text).contains(part, autoescape=True) for part in _parts(word)))]
    ways += [col(User.id).startswith(word, autoescape=True)] if word.startswith('user_') else []
    return or_(*ways)


def _is_in_columns(word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True)
                 for column in columns(User.email_address, User.first_name, User.last_name)))


def _is_in(word: str, user: Written) -> bool:
    return (all(part in user.search_text for part in _parts(word))
            or (word.startswith('user_') and user.id.startswith(word)))


def _parts(word: str) -> list[str]:
    """What has to be in the search text: the word, folded. Some single letters are several words."""
    return folded(stored_address(word) if '@' in word else word).split()
