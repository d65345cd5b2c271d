"""What may happen to a session: sign out, switch, touch, and end when its time has passed.

Each verb checks the store in the statement that changes it, so nothing that a tab or a cache believes is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, Update, and_, case, exists, func, or_, select, update
from sqlmodel import col

from models import AuditAction, Client, Model, Session, SessionStatus, User
from models.statements import built_once

from ..credentials.tokens import hash_secret, new_secret
from ..errors import ClientRenewed, SessionNotFound
from ..requests.request_info import RequestInfo
from ..settings import Settings
from .audit import Subject, record, record_ended
from .clients import ClientView


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What a sign-out did."""

    session_ids: tuple[str, ...]
    """The sessions that ended; empty if nothing was signed in."""
    active_ended: bool
    """Whether the session in use was among them."""
    others_remain: bool
    """Whether other accounts stay signed in on this client."""


PENDING_LIFETIME = timedelta(hours=1)
"""Of a session in which a password has yet to be chosen: time enough to think of one, and little for whoever finds the
browser afterwards."""


def signed_in(now: datetime) -> ColumnElement[bool]:
    """The condition that a session is signed in at a moment."""
    return and_(col(Session.status) == SessionStatus.ACTIVE, col(Session.expire_at) > now,
                or_(col(Session.abandon_at).is_(None), col(Session.abandon_at) > now))


def alive(now: datetime) -> ColumnElement[bool]:
    """The condition that a session has not ended at a moment: it is signed in, or pending."""
    return or_(signed_in(now), is_pending(now))


def is_pending(now: datetime) -> ColumnElement[bool]:
    """The condition that a password has yet to be chosen in a session."""
    return and_(col(Session.status) == SessionStatus.PENDING, col(Session.expire_at) > now)


def ending(those: Select[str], *, locking: Sequence[type[Model]] = (Session,), skip_locked: bool = False) -> Update:
    """The statement that ends the sessions whose ids a query finds.

    Where several write at once, whoever comes second waits and finds them ended. All lock the sessions in one order,
    so that two who end the same ones do not wait for each other.

    :param locking: the models whose rows are locked until the transaction ends, in the order in which they are
    :param skip_locked: leave out the sessions that somebody else has locked, instead of waiting
    """
    found = (those.order_by(col(Session.created_at), col(Session.id))
             .with_for_update(of=locking, key_share=True, skip_locked=skip_locked)
             .cte('found'))  # found once: as a mere subquery, PostgreSQL may run it again for each row, past its limit
    return update(Session).where(col(Session.id).in_(select(found.c.id)))


def sign_out(db: Connection, now: datetime, client: ClientView | None, session_id: str | None = None, *,
             status: SessionStatus = SessionStatus.REMOVED, request_info: RequestInfo | None = None) -> SignedOut:
    """Sign out of this client: of all its sessions, or of the given one. Other clients of the user stay signed in.

    :param client: who asks; None is somebody with no client, and nothing is signed in there
    :param session_id: the one session to end; without it, every session of the client
    :param status: what becomes of the sessions: removed, or ended
    :raises SessionNotFound: if the given session is not signed in on this client; then nobody was signed out
    :raises ClientRenewed: if the client was given another secret since it was read; then nobody was signed out
    """
    if client is None and session_id is None:
        return SignedOut((), active_ended=False, others_remain=False)
    if client is None:
        raise SessionNotFound
    if session_id is None:
        ended = db.execute(*_end_all(client.id, client.secret_hash, status, now)).all()
        if not ended:
            _check_that_nobody_is_left(db, client.id, now)
    else:
        ended = db.execute(*_end_one(client.id, client.secret_hash, status, now, session_id)).all()
        if not ended:
            raise SessionNotFound
    record(db, AuditAction.SIGNED_OUT, now, [Subject(user_id, client.id, ended_id) for ended_id, user_id in ended],
           request_info)
    ended_ids = tuple(row[0] for row in ended)
    return SignedOut(ended_ids, active_ended=client.chosen_session_id in ended_ids,
                     others_remain=any(other.id not in ended_ids for other in client.signed_in(now)))


def forget_client(db: Connection, now: datetime, client: ClientView | None, *,
                  request_info: RequestInfo | None = None) -> None:
    """Sign out of this client and make its cookie worthless, so that the browser begins anew.

    :raises ClientRenewed: if it was given another secret since it was read; then everybody is still signed in
    """
    if client is None:
        return
    ended = db.execute(*_end_all(client.id, client.secret_hash, SessionStatus.REMOVED, now)).all()
    record(db, AuditAction.SIGNED_OUT, now, [Subject(user_id, client.id, ended_id) for ended_id, user_id in ended],
           request_info)
    forgotten = db.execute(
        update(Client).where(col(Client.id) == client.id, col(Client.secret_hash) == client.secret_hash)
        .values(secret_hash=hash_secret(new_secret()), active_session_id=None).returning(col(Client.id)))
    if forgotten.first() is None:  # the browser would drop its new cookie, and its accounts would live on unseen
        _check_that_nobody_is_left(db, client.id, now)


def set_active(db: Connection, now: datetime, client: ClientView | None, session_id: str, *, settings: Settings,
               request_info: RequestInfo | None = None) -> None:
    """Use another of the client's sessions, or go on using the one in use; whoever does so is active.

    :raises SessionNotFound: if it is not signed in on this client, or its user is disabled; then nothing changes
    """
    if client is None or db.execute(*_choose(client.id, client.secret_hash, session_id, now)).first() is None:
        raise SessionNotFound
    touch(db, now, client.id, session_id, settings=settings, request_info=request_info)
    if session_id != client.chosen_session_id:
        user_id = next((known.user.id for known in client.sessions if known.id == session_id), None)
        record(db, AuditAction.SWITCHED, now, [Subject(user_id, client.id, session_id)], request_info)


def touch(db: Connection, now: datetime, client_id: str, session_id: str, *, settings: Settings,
          request_info: RequestInfo | None = None) -> None:
    """Note that the person is active: a later inactivity end, a newer last-seen time, and from where.

    It is written once in an interval; at once if it is from somewhere else, such as with a stolen cookie.
    """
    until, kept_until = (abandon_at(settings, now, kept=kept) for kept in (False, True))
    interval = settings.activity_interval
    enough, kept_enough = until and until - interval, kept_until and kept_until - (kept_until - now) / KEPT_STEPS
    moments = now, until, kept_until, enough, kept_enough, now - interval, now + interval
    if request_info is None:
        db.execute(*_touch(client_id, session_id, *moments))
    else:
        db.execute(*_touch_from(client_id, session_id, *moments, request_info.user_agent, request_info.ip_address))


KEPT_STEPS = 100
"""The inactivity end of a kept session moves in steps of this part of its limit: each move is told to all processes."""

OVERDUE_AT_ONCE = 1000
"""How many overdue sessions one verb ends: after a day without a server they may be very many."""


def end_overdue(db: Connection, now: datetime) -> bool:
    """Mark sessions whose lifetime has passed, of every client; returns whether there may be more of them."""
    ended = db.execute(*_end_overdue(now)).all()
    expired = db.scalars(*_end_overdue_pending(now)).all()
    record_ended(db, AuditAction.EXPIRED, now, expired)
    for action, status in ((AuditAction.EXPIRED, SessionStatus.EXPIRED),
                           (AuditAction.ABANDONED, SessionStatus.ABANDONED)):
        record_ended(db, action, now, [session_id for session_id, found in ended if found == status])
    return OVERDUE_AT_ONCE in {len(ended), len(expired)}


def abandon_at(settings: Settings, now: datetime, *, kept: bool) -> datetime | None:
    """When a session that is used now reaches its inactivity limit; None if there is no such limit.

    :param kept: whether its person asked to be kept signed in
    """
    limit = settings.lifetimes(kept=kept).inactivity
    return None if limit is None else now + limit


def _check_that_nobody_is_left(db: Connection, client_id: str, now: datetime) -> None:
    """Where nothing was found with the secret that was known, somebody may be signed in with a newer one."""
    here = select(col(Session.id)).where(col(Session.client_id) == client_id, alive(now)).limit(1)
    if db.execute(here).first() is not None:
        raise ClientRenewed


def _ending_those_of(client_id: str, secret_hash: str, now: datetime, *only: ColumnElement[bool]) -> Update:
    those = select(col(Session.id)).join_from(Session, Client).where(
        col(Client.id) == client_id, col(Client.secret_hash) == secret_hash, alive(now), *only)
    return ending(those, locking=(Client, Session))


@built_once
def _end_all(client_id: str, secret_hash: str, status: SessionStatus, now: datetime):
    return (_ending_those_of(client_id, secret_hash, now).values(status=status)
            .returning(col(Session.id), col(Session.user_id)))


@built_once
def _end_one(client_id: str, secret_hash: str, status: SessionStatus, now: datetime, session_id: str):
    return (_ending_those_of(client_id, secret_hash, now, col(Session.id) == session_id).values(status=status)
            .returning(col(Session.id), col(Session.user_id)))


@built_once
def _choose(client_id: str, secret_hash: str, session_id: str, now: datetime):
    is_signed_in_here = exists().where(
        col(Session.id) == session_id, col(Session.client_id) == client_id, signed_in(now),
        col(Session.user_id) == User.id, col(User.disabled).is_(False))
    return (update(Client)
            .where(col(Client.id) == client_id, col(Client.secret_hash) == secret_hash, is_signed_in_here)
            .values(active_session_id=session_id).returning(col(Client.id)))


def _used(now: datetime, until: datetime | None, kept_until: datetime | None, kept_enough: datetime | None):
    """What is written of a session that is used."""
    is_late_enough = and_(col(Session.abandon_at) > kept_enough, col(Session.abandon_at) <= kept_until)
    kept = case((is_late_enough, col(Session.abandon_at)), else_=kept_until)
    return {'last_active_at': now, 'abandon_at': case((col(Session.kept), kept), else_=until)}


def _is_to_be_noted(enough: datetime | None, kept_enough: datetime | None, not_since: datetime, not_after: datetime
                    ) -> ColumnElement[bool]:
    """That no activity was noted of late, or the session ends sooner than that would let it. A clock that was set back
    has left activity in the future: that counts as none."""
    return or_(col(Session.last_active_at) < not_since, col(Session.last_active_at) > not_after,
               col(Session.abandon_at) < case((col(Session.kept), kept_enough), else_=enough))


@built_once
def _touch(client_id: str, session_id: str, now: datetime, until: datetime | None, kept_until: datetime | None,
           enough: datetime | None, kept_enough: datetime | None, not_since: datetime, not_after: datetime):
    return (update(Session)
            .where(col(Session.id) == session_id, col(Session.client_id) == client_id, signed_in(now),
                   _is_to_be_noted(enough, kept_enough, not_since, not_after))
            .values(_used(now, until, kept_until, kept_enough)))


@built_once
def _touch_from(client_id: str, session_id: str, now: datetime, until: datetime | None, kept_until: datetime | None,
                enough: datetime | None, kept_enough: datetime | None, not_since: datetime, not_after: datetime,
                user_agent: str, ip_address: str):
    was_elsewhere = or_(func.coalesce(col(Session.last_user_agent), col(Session.user_agent)) != user_agent,
                        func.coalesce(col(Session.last_ip_address), col(Session.ip_address)) != ip_address)
    return (update(Session)
            .where(col(Session.id) == session_id, col(Session.client_id) == client_id, signed_in(now),
                   or_(_is_to_be_noted(enough, kept_enough, not_since, not_after), was_elsewhere))
            .values(_used(now, until, kept_until, kept_enough) | {
                'last_user_agent': user_agent, 'last_ip_address': ip_address}))


@built_once
def _end_overdue(now: datetime):
    is_overdue = or_(col(Session.expire_at) <= now,
                     and_(col(Session.abandon_at).is_not(None), col(Session.abandon_at) <= now))
    those = (select(col(Session.id)).where(col(Session.status) == SessionStatus.ACTIVE, is_overdue)
             .limit(OVERDUE_AT_ONCE))
    return (ending(those, skip_locked=True)  # somebody else is at it; they are looked at again
            .values(status=case((col(Session.expire_at) <= now, SessionStatus.EXPIRED), else_=SessionStatus.ABANDONED))
            .returning(col(Session.id), col(Session.status)))


@built_once
def _end_overdue_pending(now: datetime):
    those = (select(col(Session.id))
             .where(col(Session.status) == SessionStatus.PENDING, col(Session.expire_at) <= now).limit(OVERDUE_AT_ONCE))
    return (ending(those, skip_locked=True).values(status=SessionStatus.EXPIRED).returning(col(Session.id)))
