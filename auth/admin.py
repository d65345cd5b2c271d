"""What an administrator may do: find users and sessions, end sessions, disable users.

Each verb asks an authority, in the transaction that acts, for whom it acts; see ``by_admin`` and ``by_command_line``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, true, update

from models import AuditAction, SessionStatus
from models.tables import audit_event, session, user

from .accounts import add_user, check_new_user, normal_address
from .acting import acting_admin
from .audit import Subject, record
from .clients import ClientView, UserView
from .context import Auth, Connection
from .errors import AuthError, SessionNotFound, UserNotFound
from .passwords import check_password
from .sessions import signed_in_now
from .user_agents import UserAgent, read_user_agent
from .visitor import Visitor

ROWS_A_PAGE = 25
_AT_ONCE = 1000

MAX_SEARCH = 200
"""Characters of what is searched for; what was typed beyond them is not looked at."""

Authority = Callable[[Connection], Awaitable[str]]
"""Tells who acts, for the audit log; raises ``NotSignedIn`` or ``NotAllowed`` if they may not."""

CONFIRMATION = 'sign out everyone'
"""What has to be typed before every session is ended."""

COMMAND_LINE = 'command line'
"""The actor of what was done there: whoever can run a program beside the store may do anything with it."""


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
    last_active_at: datetime


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


def by_admin(auth: Auth, client: ClientView | None) -> Authority:
    """The authority of the administrator who uses a client."""

    async def who(db: Connection) -> str:
        return (await acting_admin(db, client, auth.now())).user_id

    return who


async def by_command_line(_: Connection) -> str:
    """The authority of whoever can run a program beside the store."""
    return COMMAND_LINE


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
_BEFORE = or_(session.c.created_at < bindparam('the_moment'),
              and_(session.c.created_at == bindparam('the_moment'), session.c.id < bindparam('the_id')))
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


async def count_sessions(auth: Auth, authority: Authority) -> int:
    """Count the sessions that are signed in.

    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    return (await _read(auth, authority, select(func.count()).select_from(session).where(signed_in_now())))[0][0]


async def revoke_session(auth: Auth, authority: Authority, session_id: str, visitor: Visitor | None = None) -> None:
    """End a session of anybody.

    :raises SessionNotFound: if it is not signed in; then nothing ends
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    if not await _revoke(auth, authority, session.c.id == session_id, visitor):
        raise SessionNotFound('There is no session with this id that is signed in. Nobody was signed out.')


async def revoke_user(auth: Auth, authority: Authority, user_id: str, visitor: Visitor | None = None) -> int:
    """End all sessions of a user; returns how many.

    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    return await _revoke(auth, authority, session.c.user_id == user_id, visitor)


async def revoke_everyone(auth: Auth, authority: Authority, visitor: Visitor | None = None) -> int:
    """End every session there is; returns how many.

    They end a thousand at a time, each thousand for good, so that others can write meanwhile.

    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``; after that, some may have ended
    """
    async with auth.transaction() as db:
        actor = await authority(db)  # once: its own session is among those that end
    next_ones = session.c.id.in_(select(session.c.id).where(signed_in_now()).limit(_AT_ONCE))
    count = 0
    while True:
        now = auth.now()
        async with auth.transaction() as db:
            ended = await _end(db, actor, next_ones, now, visitor)
        count += ended
        if ended < _AT_ONCE:
            return count


async def set_disabled(auth: Auth, authority: Authority, user_id: str, disabled: bool,
                       visitor: Visitor | None = None) -> int:
    """Disable a user, which ends all their sessions, or enable them again; returns how many sessions ended.

    Sessions that are left of a user who was disabled in the store by hand end as well.

    :raises UserNotFound: if there is no such user
    :raises AuthError: if an administrator would disable themselves
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    now = auth.now()
    async with auth.transaction() as db:
        actor = await authority(db)
        if disabled and actor == user_id:
            raise AuthError('You can not disable yourself. Ask another administrator.')
        if await _set(db, user_id, user.c.disabled != disabled, disabled=disabled):
            await record(db, AuditAction.DISABLED if disabled else AuditAction.ENABLED, now, [Subject(user_id)],
                         visitor, actor=actor)
        return await _end(db, actor, session.c.user_id == user_id, now, visitor) if disabled else 0


async def set_admin(auth: Auth, authority: Authority, user_id: str, is_admin: bool) -> None:
    """Make a user an administrator, or no longer one.

    :raises UserNotFound: if there is no such user
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    async with auth.transaction() as db:
        actor = await authority(db)
        if await _set(db, user_id, user.c.is_admin != is_admin, is_admin=is_admin):
            await record(db, AuditAction.ADMIN_GRANTED if is_admin else AuditAction.ADMIN_WITHDRAWN, auth.now(),
                         [Subject(user_id)], actor=actor)


async def create_user(auth: Auth, authority: Authority, *, email_address: str, password: str, first_name: str = '',
                      last_name: str = '', is_admin: bool = False) -> UserView:
    """Make a user by the rules of sign-up, without signing them in.

    :raises AuthError: naming what to correct
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    async with auth.read() as connection:
        await authority(connection)  # before anything can be learnt from an answer, and before anything is hashed
    new = await check_new_user(auth, email_address=email_address, password=password, first_name=first_name,
                               last_name=last_name)
    now = auth.now()
    async with auth.transaction() as db:
        actor = await authority(db)
        user_id = await add_user(db, new, now, is_admin=is_admin)
        await record(db, AuditAction.SIGNED_UP, now, [Subject(user_id)], actor=actor)
        if is_admin:
            await record(db, AuditAction.ADMIN_GRANTED, now, [Subject(user_id)], actor=actor)
    return UserView(user_id, new.email_address, new.first_name, new.last_name, is_admin)


async def set_password(auth: Auth, authority: Authority, user_id: str, password: str) -> int:
    """Give a user another password, which ends all their sessions; returns how many.

    :raises UserNotFound: if there is no such user
    :raises AuthError: if the password is not acceptable, saying why
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    async with auth.read() as connection:
        await authority(connection)  # before anything can be learnt from an answer, and before anything is hashed
        found = (await connection.execute(select(user.c.email_address).where(user.c.id == user_id))).first()
    if found is None:
        raise UserNotFound
    check_password(password, email_address=found.email_address)
    password_hash = await auth.passwords.hash(password)
    now = auth.now()
    async with auth.transaction() as db:
        actor = await authority(db)
        await _set(db, user_id, None, password_hash=password_hash, password_changed_at=now)
        await record(db, AuditAction.PASSWORD_CHANGED, now, [Subject(user_id)], actor=actor)
        return await _end(db, actor, session.c.user_id == user_id, now, None)


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


async def _revoke(auth: Auth, authority: Authority, which: ColumnElement[bool], visitor: Visitor | None) -> int:
    now = auth.now()
    async with auth.transaction() as db:
        return await _end(db, await authority(db), which, now, visitor)


async def _end(db: Connection, actor: str, which: ColumnElement[bool], now: datetime,
               visitor: Visitor | None) -> int:
    ended = (await db.execute(update(session).where(signed_in_now(), which).values(status=SessionStatus.REVOKED)
                              .returning(session.c.id, session.c.user_id, session.c.client_id), {'now': now})).all()
    await record(db, AuditAction.REVOKED, now, [Subject(user_id, client_id, session_id)
                                                for session_id, user_id, client_id in ended], visitor, actor=actor)
    return len(ended)


async def _set(db: Connection, user_id: str, unless: ColumnElement[bool] | None, **values: Any) -> bool:
    """Change a user; returns whether there was anything to change."""
    if (await db.execute(select(user.c.id).where(user.c.id == user_id))).first() is None:
        raise UserNotFound
    statement = update(user).where(user.c.id == user_id).values(values).returning(user.c.id)
    return (await db.execute(statement if unless is None else statement.where(unless))).first() is not None
