"""The erasure of a person: of all that the store held of them, the ids and times of the audit log are left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Update, delete, exists, literal_column, select, update
from sqlmodel import col

from models import Attempts, AuditAction, AuditEvent, Client, Invitation, Session, SessionStatus, User, WrongPasswords

from ..errors import UserNotFound
from .actor import Administrator
from .audit import Subject, record
from .last_administrator import check_deletable, lock_administrators
from .limits import Act, digest_of
from .mail import drop_mails_of

AT_ONCE = 500
"""Of how many clients one statement looks whether they are left empty."""


def erase(db: Connection, user_id: str) -> int:
    """Delete a user, who is locked, with all that is theirs; returns how many of their sessions were signed in."""
    email_address = db.scalar(select(col(User.email_address)).where(col(User.id) == user_id)) or ''
    theirs = select(col(Session.id)).where(col(Session.user_id) == user_id)
    client_ids = _lock_clients(db, user_id)
    db.execute(delete(WrongPasswords).where(col(WrongPasswords.session_id).in_(theirs)))
    there = db.scalars(delete(Session).where(col(Session.user_id) == user_id).returning(col(Session.status))).all()
    db.execute(delete(User).where(col(User.id) == user_id))
    for start in range(0, len(client_ids), AT_ONCE):
        some = client_ids[start:start + AT_ONCE]
        db.execute(delete(Client).where(col(Client.id).in_(some), ~exists().where(col(Session.client_id) == Client.id)))
        _forget_attempts(db, [f'{client_id} {user_id}' for client_id in some], kind='browser')
    _forget_attempts(db, [user_id, digest_of(email_address)], kind='account')
    drop_mails_of(db, user_id)
    if email_address:
        db.execute(delete(Invitation).where(col(Invitation.email_address) == email_address))
    for statement in forgetting_where(user_id):
        db.execute(statement)
    return there.count(SessionStatus.ACTIVE)


def erase_user(db: Connection, now: datetime, administrator: Administrator, user_id: str) -> int:
    """Erase somebody who has asked for it; returns how many of their sessions ended.

    :raises UserNotFound: if there is no such user
    :raises LastAdministrator: if nobody else is one, and others have accounts
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    lock_administrators(db, user_id)
    actor = administrator(db, now, on=user_id, lock=True)
    check_deletable(db, user_id)
    locked = db.execute(select(col(User.id)).where(col(User.id) == user_id).with_for_update()).first()
    if locked is None:
        raise UserNotFound
    ended = erase(db, user_id)
    record(db, AuditAction.ACCOUNT_DELETED, now, [Subject(user_id)], actor=actor)
    return ended


def forgetting_where(user_id: str) -> tuple[Update, Update]:
    """After these, the audit log does not tell from where a user did anything, nor an administrator to others."""
    nowhere = {'ip_address': '', 'user_agent': ''}
    has_actor = col(AuditEvent.actor) != literal_column("''")  # what the index is of
    return (update(AuditEvent).where(col(AuditEvent.user_id) == user_id).values(nowhere),
            update(AuditEvent).where(has_actor, col(AuditEvent.actor) == user_id).values(nowhere))


def _lock_clients(db: Connection, user_id: str) -> list[str]:
    """Lock the clients of a user before their sessions, as every verb does; returns their ids."""
    with_sessions = select(col(Session.client_id)).where(col(Session.user_id) == user_id)
    return list(db.scalars(select(col(Client.id)).where(col(Client.id).in_(with_sessions))
                           .order_by(col(Client.id)).with_for_update()))


def _forget_attempts(db: Connection, of: list[str], *, kind: str) -> None:
    db.execute(delete(Attempts).where(col(Attempts.act).in_(list(Act)), col(Attempts.kind) == kind,
                                      col(Attempts.who).in_(of)))
