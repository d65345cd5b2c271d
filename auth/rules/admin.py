"""What an administrator may do: end sessions, make, disable and enable users, set their passwords.

Each verb asks an authority, in the transaction that acts, for whom it acts; see ``auth.rules.authority``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, update

from models import AuditAction, SessionStatus
from models.tables import session, user

from ..credentials.passwords import check_password
from ..errors import AuthError, SessionNotFound, SomeEnded, StoreAway, UserNotFound
from ..requests.request_info import RequestInfo
from .audit import Subject, record, record_ended
from .authority import Authority
from .clients import UserView
from .context import Auth, Connection
from .sessions import ending, signed_in_now
from .users import add_user, check_new_user

ENDED_AT_ONCE = 1000

CONFIRMATION = 'sign out everyone'
"""What has to be typed before every session is ended."""

_THOSE = select(session.c.id).where(signed_in_now())


async def revoke_session(auth: Auth, authority: Authority, session_id: str,
                         request_info: RequestInfo | None = None) -> None:
    """End a session of anybody.

    :raises SessionNotFound: if it is not signed in; then nothing ends
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    if not await _revoke(auth, authority, _THOSE.where(session.c.id == session_id), request_info):
        raise SessionNotFound('There is no session with this id that is signed in. Nobody was signed out.')


async def revoke_user(auth: Auth, authority: Authority, user_id: str, request_info: RequestInfo | None = None) -> int:
    """End all sessions of a user; returns how many.

    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    return await _revoke(auth, authority, _of_user(user_id), request_info, on=user_id)


async def revoke_everyone(auth: Auth, authority: Authority, request_info: RequestInfo | None = None) -> int:
    """End every session there is; returns how many.

    They end a thousand at a time, each thousand for good, so that others can write meanwhile.

    :raises SomeEnded: if the store can't be reached any more after some have ended
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    async with auth.transaction() as db:
        actor = await authority(db)  # once: its own session is among those that end
    next_ones = _THOSE.limit(ENDED_AT_ONCE)
    count = 0
    # Those that somebody holds come last: who waits for them holds none that the other may wait for.
    for skip_held in (True, False):
        ended = ENDED_AT_ONCE
        while ended == ENDED_AT_ONCE:
            now = auth.now()
            try:
                async with auth.transaction() as db:
                    ended = await _end(db, actor, next_ones, now, request_info, skip_held=skip_held)
            except StoreAway as error:
                if not count:
                    raise
                raise SomeEnded(count) from error
            count += ended
    return count


async def set_disabled(auth: Auth, authority: Authority, user_id: str, disabled: bool,
                       request_info: RequestInfo | None = None) -> int:
    """Disable a user, which ends all their sessions, or enable them again; returns how many sessions ended.

    Sessions that are left of a user who was disabled in the store by hand end as well.

    :raises UserNotFound: if there is no such user
    :raises AuthError: if an administrator would disable themselves
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    now = auth.now()
    async with auth.transaction() as db:
        actor = await authority(db, user_id)
        if disabled and actor == user_id:
            raise AuthError('You can not disable yourself. Ask another administrator.')
        if await _set(db, user_id, user.c.disabled != disabled, disabled=disabled):
            await record(db, AuditAction.DISABLED if disabled else AuditAction.ENABLED, now, [Subject(user_id)],
                         request_info, actor=actor)
        return await _end(db, actor, _of_user(user_id), now, request_info) if disabled else 0


async def set_admin(auth: Auth, authority: Authority, user_id: str, is_admin: bool) -> None:
    """Make a user an administrator, or no longer one.

    :raises UserNotFound: if there is no such user
    :raises NotAllowed: if the authority may not; or ``NotSignedIn``, ``StoreAway``
    """
    async with auth.transaction() as db:
        actor = await authority(db, user_id)
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
        actor = await authority(db, user_id)
        await _set(db, user_id, None, password_hash=password_hash, password_changed_at=now)
        await record(db, AuditAction.PASSWORD_CHANGED, now, [Subject(user_id)], actor=actor)
        return await _end(db, actor, _of_user(user_id), now, None)


def _of_user(user_id: str) -> Select[str]:
    return _THOSE.where(session.c.user_id == user_id)


async def _revoke(auth: Auth, authority: Authority, those: Select[str], request_info: RequestInfo | None,
                  on: str | None = None) -> int:
    now = auth.now()
    async with auth.transaction() as db:
        return await _end(db, await authority(db, on), those, now, request_info)


async def _end(db: Connection, actor: str, those: Select[str], now: datetime, request_info: RequestInfo | None, *,
               skip_held: bool = False) -> int:
    statement = ending(those, skip_held=skip_held).values(status=SessionStatus.REVOKED).returning(session.c.id)
    ended = (await db.scalars(statement, {'now': now})).all()
    await record_ended(db, AuditAction.REVOKED, now, ended, request_info, actor=actor)
    return len(ended)


async def _set(db: Connection, user_id: str, unless: ColumnElement[bool] | None, **values: Any) -> bool:
    """Change a user; returns whether there was anything to change."""
    if (await db.execute(select(user.c.id).where(user.c.id == user_id))).first() is None:
        raise UserNotFound
    statement = update(user).where(user.c.id == user_id).values(values).returning(user.c.id)
    return (await db.execute(statement if unless is None else statement.where(unless))).first() is not None
