"""What a server that has a secret key may read, and the one thing that it may do: end a session.

Each query and the act ask for the key, in their transaction; see ``auth.rules.secret_keys``. What they tell of a
session is true now: one whose time has passed is not active, whether that was noted or not.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select, true
from sqlmodel import col

from models import Attempts, Client, Session, SessionStatus, User
from models.normal_forms import stored_address
from models.statements import columns

from ..errors import AuthError, SessionNotFound, UserNotFound
from ..language import N_
from ..requests.request_info import RequestInfo
from . import admin
from .accounts import with_address
from .actor import Administrator
from .admin_queries import matches
from .clients import USER_VIEW, UserView
from .limits import MOST_IN_A_ROW, Act
from .places import PLACES, Place, read_places
from .sessions import alive, signed_in


class NoSuchSession(SessionNotFound):
    """There is no such session."""

    text = N_('There is no session with this id.')


class NoSuchUser(UserNotFound):
    """There is no such user."""

    text = N_('There is no user with this id.')


class NoSuchClient(AuthError):
    """There is no such client."""

    code = SessionNotFound.code
    status = SessionNotFound.status
    tells_all = True
    text = N_('There is no client with this id.')


@dataclass(frozen=True, slots=True)
class ServerSession:
    """A session, as a server sees it, also one that has ended."""

    id: str
    user_id: str
    client_id: str
    status: str
    """A ``SessionStatus``; whoever is no longer signed in by now has another one than ``active``."""
    created_at: datetime
    last_active_at: datetime
    expire_at: datetime
    abandon_at: datetime | None
    place: Place
    """Of the last activity."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """A user, as a server sees them."""

    view: UserView
    disabled: bool
    locked: bool
    """Whether so many wrong passwords were entered in a row that none is looked at any more."""
    last_sign_in_at: datetime | None
    """Of the sessions that are still kept, as is the last activity."""
    last_active_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServerClient:
    """A client, as a server sees it, with the sessions that have not ended."""

    id: str
    active_session_id: str | None
    created_at: datetime
    sessions: tuple[ServerSession, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Which sessions are asked for; None is any."""

    user_id: str | None = None
    client_id: str | None = None
    status: str | None = None

    def condition(self, now: datetime) -> ColumnElement[bool]:
        """The condition that a session is one of them."""
        asked = [col(Session.user_id) == self.user_id if self.user_id is not None else true(),
                 col(Session.client_id) == self.client_id if self.client_id is not None else true()]
        if self.status == SessionStatus.ACTIVE:
            asked += [signed_in(now), col(User.disabled).is_(False)]
        elif self.status is not None:
            asked += [_status(now) == self.status]
        return and_(*asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Users:
    """Which users are asked for; None is any."""

    email_addresses: Collection[str] | None = None
    user_ids: Collection[str] | None = None
    words: str = ''
    """What their address or name must hold, or how their id must begin."""
    disabled: bool | None = None

    def condition(self, db: Connection) -> ColumnElement[bool]:
        """The condition that a user is one of them."""
        asked = [matches(db, self.words)]
        if self.email_addresses is not None:
            asked += [or_(false(), *(with_address(db, stored_address(one)) for one in self.email_addresses))]
        if self.user_ids is not None:
            asked += [col(User.id).in_(list(self.user_ids))]
        if self.disabled is not None:
            asked += [col(User.disabled).is_(self.disabled)]
        return and_(*asked)


ORDERS = {'created_at': col(User.created_at), 'email_address': col(User.email_address),
          'first_name': col(User.first_name), 'last_name': col(User.last_name)}
"""By what users can be listed."""


def find_sessions(db: Connection, now: datetime, server: Administrator, which: Sessions, *, limit: int, offset: int = 0
                  ) -> list[ServerSession]:
    """List sessions, the newest first.

    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    listed = (_sessions(now).where(which.condition(now))
              .order_by(col(Session.created_at).desc(), col(Session.id).desc()).limit(limit).offset(offset))
    return [_session(*row) for row in db.execute(listed)]


def count_sessions(db: Connection, now: datetime, server: Administrator, which: Sessions) -> int:
    """Count the sessions that ``find_sessions`` lists.

    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    return db.scalar(select(func.count()).select_from(Session).join(User, col(User.id) == Session.user_id)
                     .where(which.condition(now))) or 0


def find_session(db: Connection, now: datetime, server: Administrator, session_id: str) -> ServerSession:
    """Find a session, whether it has ended or not.

    :raises NoSuchSession: if there is none, or it is not kept any more
    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    row = db.execute(_sessions(now).where(col(Session.id) == session_id)).first()
    if row is None:
        raise NoSuchSession
    return _session(*row)


def revoke_session(db: Connection, now: datetime, server: Administrator, session_id: str,
                   request_info: RequestInfo | None = None) -> ServerSession:
    """End a session of anybody; returns what it is after that. One that has ended before stays as it is.

    :raises NoSuchSession: if there is none, or it is not kept any more
    :raises SecretKeyInvalid: if the key of the server does not work
    """
    with suppress(SessionNotFound):  # it has written nothing then
        admin.revoke_session(db, now, server, session_id, request_info)
    return find_session(db, now, server, session_id)


def find_users(db: Connection, now: datetime, server: Administrator, which: Users, *, limit: int, offset: int = 0,
               order: str = 'created_at', descending: bool = True) -> list[ServerUser]:
    """List users.

    :param order: one of ``ORDERS``
    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    by = [ORDERS[order], col(User.id)]
    listed = (_users().where(which.condition(db)).order_by(*(one.desc() if descending else one for one in by))
              .limit(limit).offset(offset))
    return [_user(*row) for row in db.execute(listed)]


def count_users(db: Connection, now: datetime, server: Administrator, which: Users) -> int:
    """Count the users whom ``find_users`` lists.

    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    return db.scalar(select(func.count()).select_from(User).where(which.condition(db))) or 0


def find_user(db: Connection, now: datetime, server: Administrator, user_id: str) -> ServerUser:
    """Find a user.

    :raises NoSuchUser: if there is none
    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    row = db.execute(_users().where(col(User.id) == user_id)).first()
    if row is None:
        raise NoSuchUser
    return _user(*row)


def find_client(db: Connection, now: datetime, server: Administrator, client_id: str) -> ServerClient:
    """Find a client, with its sessions that have not ended, the oldest first.

    :raises NoSuchClient: if there is none
    :raises SecretKeyInvalid: if the key of the server does not work
    """
    server(db, now, reading=True)
    row = db.execute(select(*columns(Client.id, Client.active_session_id, Client.created_at))
                     .where(col(Client.id) == client_id)).first()
    if row is None:
        raise NoSuchClient
    those = (_sessions(now).where(col(Session.client_id) == client_id, alive(now), col(User.disabled).is_(False))
             .order_by(col(Session.created_at), col(Session.id)))
    sessions = tuple(_session(*session) for session in db.execute(those))
    active = next((one.id for one in sessions if one.id == row[1]), None)
    return ServerClient(row[0], active, row[2], sessions)


def _status(now: datetime) -> ColumnElement[str]:
    """What a session is now: also one whose time has passed and was not noted, or whose user SQL has disabled."""
    status = col(Session.status)
    is_active = status == SessionStatus.ACTIVE
    return case((is_active & col(User.disabled), SessionStatus.REVOKED.value),
                (or_(is_active, status == SessionStatus.PENDING) & (col(Session.expire_at) <= now),
                 SessionStatus.EXPIRED.value),
                (is_active & (col(Session.abandon_at) <= now), SessionStatus.ABANDONED.value), else_=status)


def _sessions(now: datetime) -> Select[*tuple[Any, ...]]:
    return (select(*columns(Session.id, Session.user_id, Session.client_id), _status(now),
                   *columns(Session.created_at, Session.last_active_at, Session.expire_at, Session.abandon_at), *PLACES)
            .join_from(Session, User))


def _session(session_id: str, user_id: str, client_id: str, status: str, created_at: datetime,
             last_active_at: datetime, expire_at: datetime, abandon_at: datetime | None, *places: Any) -> ServerSession:
    return ServerSession(session_id, user_id, client_id, status, created_at, last_active_at, expire_at, abandon_at,
                         read_places(*places)[0])


def _users() -> Select[*tuple[Any, ...]]:
    def last(moment: Any) -> Any:
        return select(func.max(moment)).where(col(Session.user_id) == User.id).correlate(User).scalar_subquery()

    is_locked = exists().where(col(Attempts.act) == Act.SIGN_IN, col(Attempts.kind) == 'account',
                               col(Attempts.who) == User.id, col(Attempts.in_a_row) >= MOST_IN_A_ROW)
    return select(*USER_VIEW, col(User.disabled), is_locked, last(col(Session.created_at)),
                  last(col(Session.last_active_at)))


def _user(*row: Any) -> ServerUser:
    return ServerUser(UserView(*row[:len(USER_VIEW)]), *row[len(USER_VIEW):])
