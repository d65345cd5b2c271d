"""What may happen to a session: sign out, switch, touch, and end when its time has passed.

Each verb checks the store in the statement that changes it, so nothing that a tab or a cache believes is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, and_, bindparam, case, exists, or_, select, update

from models import AuditAction, SessionStatus
from models.tables import client, session, user

from ..credentials.tokens import hash_secret, new_secret
from ..errors import ClientRenewed, SessionNotFound
from ..requests.request_info import RequestInfo
from .audit import Subject, record, record_ended
from .clients import ClientView
from .context import Auth, Connection


@dataclass(frozen=True, slots=True)
class SignedOut:
    """What a sign-out did."""

    session_ids: tuple[str, ...]
    """The sessions that ended; empty if nothing was signed in."""
    active_ended: bool
    """Whether the session in use was among them."""
    others_remain: bool
    """Whether other accounts stay signed in on this client."""


def signed_in_now() -> ColumnElement[bool]:
    """The condition that a session is signed in at the moment bound as ``now``."""
    return and_(session.c.status == SessionStatus.ACTIVE, session.c.expire_at > bindparam('now'),
                or_(session.c.abandon_at.is_(None), session.c.abandon_at > bindparam('now')))


def ending(those: Select[str], *, holding: Sequence[Table] = (session,), skip_held: bool = False) -> Update:
    """The statement that ends the sessions whose ids a query finds.

    Where several write at once, whoever comes second waits and finds them ended. All take the sessions in one order,
    so that two who end the same ones do not wait for each other.

    :param holding: the tables whose rows are held until the transaction ends, in the order in which they are taken
    :param skip_held: leave out the sessions that somebody else holds, instead of waiting
    """
    found = (those.order_by(session.c.created_at, session.c.id)
             .with_for_update(of=holding, key_share=True, skip_locked=skip_held)
             .cte('found'))  # found once: as a mere subquery, PostgreSQL may run it again for each row, past its limit
    return update(session).where(session.c.id.in_(select(found.c.id)))


_END_ALL = (
    ending(select(session.c.id).join_from(session, client)
           .where(client.c.id == bindparam('the_client'), client.c.secret_hash == bindparam('the_secret_hash'),
                  signed_in_now()), holding=(client, session))
    .values(status=bindparam('the_status'))
    .returning(session.c.id, session.c.user_id)
)
_END_ONE = _END_ALL.where(session.c.id == bindparam('the_session'))
_FORGET = update(client).where(client.c.id == bindparam('the_client'),
                               client.c.secret_hash == bindparam('the_secret_hash')).values(
    secret_hash=bindparam('the_new_hash'), active_session_id=None).returning(client.c.id)

_ANY_HERE = select(session.c.id).where(session.c.client_id == bindparam('the_client'), signed_in_now()).limit(1)

_CHOOSE = (
    update(client)
    .where(client.c.id == bindparam('the_client'), client.c.secret_hash == bindparam('the_secret_hash'),
           exists().where(session.c.id == bindparam('the_session'), session.c.client_id == bindparam('the_client'),
                          session.c.user_id == user.c.id, user.c.disabled.is_(False), signed_in_now()))
    .values(active_session_id=bindparam('the_session'))
    .returning(client.c.id)
)

_TOUCH = (
    update(session)
    .where(session.c.id == bindparam('the_session'), session.c.client_id == bindparam('the_client'), signed_in_now(),
           session.c.last_active_at < bindparam('not_since'))
    .values(last_active_at=bindparam('now'), abandon_at=bindparam('the_abandon_at'))
)

OVERDUE_AT_ONCE = 1000
"""How many overdue sessions are ended in one transaction: after a day without a server they may be very many."""

_IS_OVERDUE = or_(session.c.expire_at <= bindparam('now'),
                  and_(session.c.abandon_at.is_not(None), session.c.abandon_at <= bindparam('now')))
_END_OVERDUE = (
    ending(select(session.c.id).where(session.c.status == SessionStatus.ACTIVE, _IS_OVERDUE).limit(OVERDUE_AT_ONCE),
           skip_held=True)  # somebody else is at it; they are looked at again
    .values(status=case((session.c.expire_at <= bindparam('now'), SessionStatus.EXPIRED),
                        else_=SessionStatus.ABANDONED))
    .returning(session.c.id, session.c.status)
)


async def sign_out(auth: Auth, client: ClientView | None, session_id: str | None = None, *,
                   status: SessionStatus = SessionStatus.REMOVED, request_info: RequestInfo | None = None) -> SignedOut:
    """Sign out of this client: of all its sessions, or of the given one. Other clients of the user stay signed in.

    :param client: who asks; None is somebody with no client, and nothing is signed in there
    :param session_id: the one session to end; without it, every session of the client
    :param status: what becomes of the sessions: removed, or ended
    :raises SessionNotFound: if the given session is not signed in on this client; then nobody was signed out
    :raises ClientRenewed: if the client was given another secret since it was read; then nobody was signed out
    :raises StoreAway: if the store can't be reached; then everybody is still signed in
    """
    if client is None and session_id is None:
        return SignedOut((), active_ended=False, others_remain=False)
    if client is None:
        raise SessionNotFound
    now = auth.now()
    asked = {'the_client': client.id, 'the_secret_hash': client.secret_hash, 'the_status': status, 'now': now}
    async with auth.transaction() as db:
        if session_id is None:
            ended = (await db.execute(_END_ALL, asked)).all()
            if not ended:
                await _check_that_nobody_is_left(db, asked)
        else:
            ended = (await db.execute(_END_ONE, {**asked, 'the_session': session_id})).all()
            if not ended:
                raise SessionNotFound
        await record(db, AuditAction.SIGNED_OUT, now,
                     [Subject(user_id, client.id, ended_id) for ended_id, user_id in ended], request_info)
    ended_ids = tuple(row[0] for row in ended)
    return SignedOut(ended_ids, active_ended=client.chosen_session_id in ended_ids,
                     others_remain=any(other.id not in ended_ids for other in client.signed_in(now)))


async def forget_client(auth: Auth, client: ClientView | None, *, request_info: RequestInfo | None = None) -> None:
    """Sign out of this client and make its cookie worthless, so that the browser begins anew.

    :raises ClientRenewed: if it was given another secret since it was read; then everybody is still signed in
    :raises StoreAway: if the store can't be reached; then everybody is still signed in
    """
    if client is None:
        return
    now = auth.now()
    asked = {'the_client': client.id, 'the_secret_hash': client.secret_hash, 'now': now}
    async with auth.transaction() as db:
        ended = (await db.execute(_END_ALL, {**asked, 'the_status': SessionStatus.REMOVED})).all()
        await record(db, AuditAction.SIGNED_OUT, now,
                     [Subject(user_id, client.id, ended_id) for ended_id, user_id in ended], request_info)
        forgotten = await db.execute(_FORGET, {**asked, 'the_new_hash': hash_secret(new_secret())})
        if forgotten.first() is None:  # the browser would drop its new cookie, and its accounts would live on unseen
            await _check_that_nobody_is_left(db, asked)


async def set_active(auth: Auth, client: ClientView | None, session_id: str, *,
                     request_info: RequestInfo | None = None) -> None:
    """Use another of the client's sessions, or go on using the one in use; whoever does so is active.

    :raises SessionNotFound: if it is not signed in on this client; then nothing changes
    :raises StoreAway: if the store can't be reached
    """
    if client is None:
        raise SessionNotFound
    now = auth.now()
    async with auth.transaction() as db:
        chosen = await db.execute(_CHOOSE, {'the_client': client.id, 'the_secret_hash': client.secret_hash,
                                            'the_session': session_id, 'now': now})
        if chosen.first() is None:
            raise SessionNotFound
        await _touch(db, auth, client.id, session_id, now)
        if session_id != client.chosen_session_id:
            user_id = next((known.user.id for known in client.sessions if known.id == session_id), None)
            await record(db, AuditAction.SWITCHED, now, [Subject(user_id, client.id, session_id)], request_info)


async def touch(auth: Auth, client_id: str, session_id: str) -> None:
    """Note that the person is active: a later inactivity end, and a newer last-seen time.

    :raises StoreAway: if the store can't be reached
    """
    async with auth.transaction() as db:
        await _touch(db, auth, client_id, session_id, auth.now())


async def end_overdue(auth: Auth) -> None:
    """Mark the sessions whose lifetime has passed, of every client; others may write in between.

    :raises StoreAway: if the store can't be reached
    """
    now, more = auth.now(), True
    while more:
        async with auth.transaction() as db:
            ended = (await db.execute(_END_OVERDUE, {'now': now})).all()
            for action, status in ((AuditAction.EXPIRED, SessionStatus.EXPIRED),
                                   (AuditAction.ABANDONED, SessionStatus.ABANDONED)):
                await record_ended(db, action, now, [session_id for session_id, found in ended if found == status])
        more = len(ended) == OVERDUE_AT_ONCE


def abandon_at(auth: Auth, now: datetime) -> datetime | None:
    """When a session that is used now ends for want of use; None if there is no such limit."""
    limit = auth.settings.session_inactivity
    return None if limit is None else now + limit


async def _check_that_nobody_is_left(db: Connection, asked: dict[str, Any]) -> None:
    """Where nothing was found with the secret that was known, somebody may be signed in with a newer one."""
    if (await db.execute(_ANY_HERE, asked)).first() is not None:
        raise ClientRenewed


async def _touch(db: Connection, auth: Auth, client_id: str, session_id: str, now: datetime) -> None:
    await db.execute(_TOUCH, {'the_client': client_id, 'the_session': session_id, 'now': now,
                              'the_abandon_at': abandon_at(auth, now),
                              'not_since': now - auth.settings.activity_interval})
