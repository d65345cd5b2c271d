"""Who acts: found in the transaction that acts for them, so that nobody acts in a session that has just ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import client, session, user

from ..errors import NotAllowed, NotSignedIn
from .clients import ClientView
from .context import Connection
from .sessions import signed_in_now

_WHO = (
    select(session.c.id, client.c.id, user.c.id, user.c.email_address, user.c.is_admin, user.c.password_hash)
    .where(session.c.id == bindparam('the_session'), session.c.client_id == bindparam('the_client'), signed_in_now(),
           client.c.id == session.c.client_id, client.c.secret_hash == bindparam('the_secret_hash'),
           user.c.id == session.c.user_id, user.c.disabled.is_(False))
)
_HOLD = _WHO.with_for_update(of=[user, client, session], key_share=True)
"""The session can't end, nor its user act elsewhere, before the act is done. Every act takes rows in this order."""
_HOLD_USERS = (
    select(user.c.id)
    .where(or_(user.c.id == bindparam('the_other'), user.c.id.in_(
        select(session.c.user_id).where(session.c.id == bindparam('the_session')))))
    .order_by(user.c.id).with_for_update(key_share=True)
)
"""Two who act on each other take both users in one order; else each would wait for the other."""


@dataclass(frozen=True, slots=True)
class Acting:
    """A user, in one of their sessions."""

    session_id: str
    client_id: str
    user_id: str
    email_address: str
    is_admin: bool
    password_hash: str = field(repr=False)


async def acting(db: Connection, client: ClientView | None, now: datetime, session_id: str | None = None) -> Acting:
    """Find the user for whom a client acts; within a transaction, they are held until it ends.

    :param session_id: the session of the client in which they act; by default the active one
    :raises NotSignedIn: if it is not signed in, or the client has another secret by now
    """
    active = client and client.active_session(now)
    wanted = session_id or (active and active.id)
    if client is None or wanted is None:
        raise NotSignedIn
    found = (await db.execute(_HOLD if isinstance(db, AsyncSession) else _WHO, {
        'the_session': wanted, 'the_client': client.id, 'the_secret_hash': client.secret_hash, 'now': now})).first()
    if found is None:
        raise NotSignedIn
    return Acting(*found)


async def hold_users(db: Connection, other: str | None, session_id: str | None = None) -> None:
    """Within a transaction that concerns another user: hold them, and the user of a session, before all else."""
    if other is not None and isinstance(db, AsyncSession):
        await db.execute(_HOLD_USERS, {'the_other': other, 'the_session': session_id or ''})


async def acting_admin(db: Connection, client: ClientView | None, now: datetime, *, on: str | None = None) -> Acting:
    """Find the administrator for whom a client acts.

    :param on: the user whom the act concerns
    :raises NotSignedIn: if nobody is signed in
    :raises NotAllowed: if it is no administrator
    """
    active = client and client.active_session(now)
    await hold_users(db, on, active and active.id)
    who = await acting(db, client, now)
    if not who.is_admin:
        raise NotAllowed
    return who
