"""What an administrator may do: end sessions, make, disable and enable users, set their passwords.

Each verb asks, in the transaction that acts, who administers, and whether they have given their password a moment ago;
see ``auth.rules.actor``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, update
from sqlmodel import col

from models import AuditAction, Session, SessionStatus, User

from ..errors import AuthError, SessionNotFound, SomeEnded, StoreAway, UserNotFound
from ..language import N_
from ..requests.request_info import RequestInfo
from .actor import Administrator
from .audit import Subject, record, record_ended
from .buckets import forget_of
from .clients import UserView
from .context import Auth
from .last_administrator import check_not_the_last, lock_administrators
from .mail import post
from .mails import AccountDisabled, PasswordChanged
from .new_passwords import Person, check_new_password, read_person
from .sessions import alive, ending, is_pending, signed_in
from .users import NewUser, add_user, check_new_user

ENDED_AT_ONCE = 1000

CONFIRMATION = N_('sign out everyone')
"""What has to be typed before every session is ended."""


def revoke_session(db: Connection, now: datetime, administrator: Administrator, session_id: str,
                   request_info: RequestInfo | None = None) -> None:
    """End a session of anybody.

    :raises SessionNotFound: if it is not signed in; then nothing ends
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    those = select(col(Session.id)).where(col(Session.id) == session_id, alive(now))
    if not _end(db, now, administrator(db, now, lock=True), those, request_info):
        raise SessionNotFound(N_('There is no session with this id that is signed in. Nobody was signed out.'))


def revoke_user(db: Connection, now: datetime, administrator: Administrator, user_id: str,
                request_info: RequestInfo | None = None) -> int:
    """End all sessions of a user; returns how many.

    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    return _end(db, now, administrator(db, now, on=user_id, lock=True), _of_user(user_id, now), request_info)


async def revoke_everyone(auth: Auth, administrator: Administrator, request_info: RequestInfo | None = None) -> int:
    """End every session there is; returns how many.

    They end a thousand at a time, each thousand for good, so that others can write meanwhile.

    :raises SomeEnded: if the store can't be reached any more after some have ended
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``StoreAway``
    """
    actor = await auth.read(administrator)  # once: their own session is among those that end
    count = 0
    # Those that somebody has locked come last: who waits for them holds none that the other may wait for.
    for skip_locked in (True, False):
        ended = ENDED_AT_ONCE
        while ended == ENDED_AT_ONCE:
            try:
                ended = await auth.run(revoke_some, actor, request_info, skip_locked=skip_locked)
            except StoreAway as error:
                if not count:
                    raise
                raise SomeEnded(count) from error
            count += ended
    return count


def revoke_some(db: Connection, now: datetime, actor: str, request_info: RequestInfo | None, *, skip_locked: bool
                ) -> int:
    """End the oldest thousand of all sessions; returns how many there were."""
    ended = 0
    for which in (signed_in(now), is_pending(now)):  # one after the other, each by its own index
        those = select(col(Session.id)).where(which).limit(ENDED_AT_ONCE - ended)
        ended += _end(db, now, actor, those, request_info, skip_locked=skip_locked) if ended < ENDED_AT_ONCE else 0
    return ended


def set_disabled(db: Connection, now: datetime, administrator: Administrator, user_id: str, disabled: bool,
                 request_info: RequestInfo | None = None) -> int:
    """Disable a user, which ends all their sessions, or enable them again; returns how many sessions ended.

    Sessions that are left of a user who was disabled in the store by hand end as well.

    :raises UserNotFound: if there is no such user
    :raises AuthError: if an administrator would disable themselves; or ``LastAdministrator``
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    lock_administrators(db, user_id)
    actor = administrator(db, now, on=user_id, lock=True)
    if disabled and actor == user_id:
        raise AuthError(N_('You cannot disable yourself. Ask another administrator.'))
    if disabled:
        check_not_the_last(db, user_id)
    address = _set(db, user_id, col(User.disabled) != disabled, disabled=disabled)
    if address is not None:
        record(db, AuditAction.DISABLED if disabled else AuditAction.ENABLED, now, [Subject(user_id)], request_info,
               actor=actor)
        if disabled:
            post(db, now, to=address, mail=AccountDisabled(), user_id=user_id)
    return _end(db, now, actor, _of_user(user_id, now), request_info) if disabled else 0


def set_admin(db: Connection, now: datetime, administrator: Administrator, user_id: str, is_admin: bool,
              request_info: RequestInfo | None = None) -> None:
    """Make a user an administrator, or no longer one.

    :raises UserNotFound: if there is no such user
    :raises LastAdministrator: if nobody else is one
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    lock_administrators(db, user_id)
    actor = administrator(db, now, on=user_id, lock=True)
    if not is_admin:
        check_not_the_last(db, user_id)
    if _set(db, user_id, col(User.is_admin) != is_admin, is_admin=is_admin) is not None:
        record(db, AuditAction.ADMIN_GRANTED if is_admin else AuditAction.ADMIN_WITHDRAWN, now, [Subject(user_id)],
               request_info, actor=actor)


async def create_user(auth: Auth, administrator: Administrator, *, email_address: str, password: str,
                      first_name: str = '', last_name: str = '', is_admin: bool = False,
                      request_info: RequestInfo | None = None) -> UserView:
    """Make a user by the rules of sign-up, without signing them in. They choose their own password when they sign in.

    :raises AuthError: naming what to correct
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``StoreAway``
    """
    await auth.read(administrator)  # before anything can be learnt from an answer, and before anything is hashed
    new = await check_new_user(auth, email_address=email_address, password=password, first_name=first_name,
                               last_name=last_name)
    return await auth.run(store_user, administrator, new, is_admin, request_info)


def store_user(db: Connection, now: datetime, administrator: Administrator, new: NewUser, is_admin: bool,
               request_info: RequestInfo | None = None) -> UserView:
    """Write a new user.

    :raises IdentifierExists: if somebody has the address
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    actor = administrator(db, now, lock=True)
    user_id = add_user(db, now, new, is_admin=is_admin, is_given=True)
    record(db, AuditAction.SIGNED_UP, now, [Subject(user_id)], request_info, actor=actor)
    if is_admin:
        record(db, AuditAction.ADMIN_GRANTED, now, [Subject(user_id)], request_info, actor=actor)
    return UserView(user_id, new.email_address, new.first_name, new.last_name, is_admin, created_at=now,
                    updated_at=now)


async def set_password(auth: Auth, administrator: Administrator, user_id: str, password: str,
                       request_info: RequestInfo | None = None) -> int:
    """Give a user another password, which ends all their sessions; returns how many. They choose their own when they
    sign in.

    :raises UserNotFound: if there is no such user
    :raises AuthError: if the password is not acceptable, saying why
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``, ``StoreAway``
    """
    await check_new_password(auth, password, await auth.read(_read_person, administrator, user_id))
    return await auth.run(store_password, administrator, user_id, await auth.passwords.hash(password), request_info)


def store_password(db: Connection, now: datetime, administrator: Administrator, user_id: str, password_hash: str,
                   request_info: RequestInfo | None = None) -> int:
    """Store the hash of another password, and end all sessions of its user; returns how many.

    :raises UserNotFound: if there is no such user
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    actor = administrator(db, now, on=user_id, lock=True)
    address = _set(db, user_id, None, password_hash=password_hash, password_changed_at=now, password_given_at=now)
    forget_of(db, user_id)
    record(db, AuditAction.PASSWORD_CHANGED, now, [Subject(user_id)], request_info, actor=actor)
    if address is not None and actor != user_id:
        post(db, now, to=address, mail=PasswordChanged(by_administrator=True), user_id=user_id)
    return _end(db, now, actor, _of_user(user_id, now), request_info)


def _read_person(db: Connection, now: datetime, administrator: Administrator, user_id: str) -> Person:
    administrator(db, now)  # before anything can be learnt from an answer, and before anything is hashed
    found = read_person(db, user_id)
    if found is None:
        raise UserNotFound
    return found


def _of_user(user_id: str, now: datetime) -> Select[str]:
    return select(col(Session.id)).where(col(Session.user_id) == user_id, alive(now))


def _end(db: Connection, now: datetime, actor: str, those: Select[str], request_info: RequestInfo | None, *,
         skip_locked: bool = False) -> int:
    statement = ending(those, skip_locked=skip_locked).values(status=SessionStatus.REVOKED)
    ended = db.scalars(statement.returning(col(Session.id))).all()
    record_ended(db, AuditAction.REVOKED, now, ended, request_info, actor=actor)
    return len(ended)


def _set(db: Connection, user_id: str, unless: ColumnElement[bool] | None, **values: Any) -> str | None:
    """Change a user; returns the address, or None if there was nothing to change."""
    if db.execute(select(col(User.id)).where(col(User.id) == user_id)).first() is None:
        raise UserNotFound
    statement = update(User).where(col(User.id) == user_id).values(values).returning(col(User.email_address))
    return db.scalar(statement if unless is None else statement.where(unless))
