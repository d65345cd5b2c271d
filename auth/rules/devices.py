"""The devices of a user: the sessions they are signed in with, on every client, and ending those elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select

from models import AuditAction, SessionStatus
from models.tables import session

from ..errors import SessionNotFound
from ..requests.request_info import RequestInfo
from ..requests.user_agents import UserAgent, read_user_agent
from .actor import Acting, acting
from .audit import Subject, record, record_ended
from .clients import ClientView
from .context import Auth, Connection
from .sessions import ending, signed_in_now

DEVICES_A_PAGE = 10


@dataclass(frozen=True, slots=True)
class Device:
    """One session of a user, as its owner may see it."""

    session_id: str
    this_device: bool
    """Whether it is on the client that asks."""
    user_agent: UserAgent
    ip_address: str
    created_at: datetime
    last_active_at: datetime


@dataclass(frozen=True, slots=True)
class Devices:
    """One page of a user's devices."""

    devices: tuple[Device, ...]
    total: int
    """On all pages."""
    others: int = 0
    """Those on all pages that are not on this client."""


_OF_USER = (session.c.user_id == bindparam('the_user'), signed_in_now())

_COUNT = select(func.count(), func.count().filter(session.c.client_id != bindparam('the_client'))).where(*_OF_USER)
_LIST = (
    select(session.c.id, session.c.client_id, session.c.user_agent, session.c.ip_address, session.c.created_at,
           session.c.last_active_at)
    .where(*_OF_USER)
    .order_by(case((session.c.client_id == bindparam('the_client'), 0), else_=1), session.c.created_at.desc(),
              session.c.id)
    .limit(bindparam('the_limit')).offset(bindparam('the_offset'))
)
_THOSE = select(session.c.id).where(*_OF_USER)
_END_ONE = ending(_THOSE.where(session.c.id == bindparam('the_session'))).values(
    status=case((session.c.client_id == bindparam('the_client'), SessionStatus.REMOVED), else_=SessionStatus.REVOKED)
).returning(session.c.id, session.c.client_id)
_REVOKE_OTHERS = ending(_THOSE.where(session.c.client_id != bindparam('the_client'))).values(
    status=SessionStatus.REVOKED).returning(session.c.id)


async def read_devices(auth: Auth, client: ClientView | None, *, page: int = 0,
                       session_id: str | None = None) -> Devices:
    """Read a page of the devices of whoever acts: this one first, then the newest sign-in first.

    :param page: counted from 0
    :param session_id: the session of the client that asks; by default the active one
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached
    """
    now = auth.now()
    async with auth.read() as connection:
        who = await acting(connection, client, now, session_id)
        total, others = (await connection.execute(_COUNT, {'the_user': who.user_id, 'the_client': who.client_id,
                                                           'now': now})).one()
        return Devices(await _read(connection, who, now, DEVICES_A_PAGE, page * DEVICES_A_PAGE), total, others)


async def read_all_devices(auth: Auth, client: ClientView | None, *, session_id: str | None = None
                           ) -> tuple[Device, ...]:
    """Read the devices of whoever acts, in the same order; of very many, the first thousand.

    :param session_id: the session of the client that asks; by default the active one
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached
    """
    now = auth.now()
    async with auth.read() as connection:
        return await _read(connection, await acting(connection, client, now, session_id), now, 1000, 0)


async def revoke(auth: Auth, client: ClientView | None, session_id: str, *, acting_session_id: str | None = None,
                 request_info: RequestInfo | None = None) -> SessionStatus:
    """Sign out one device of whoever acts; if it is this one, that is a plain sign-out of that session.

    :return: what became of the session: revoked, or removed if it was on this client
    :raises NotSignedIn: if nobody is signed in
    :raises SessionNotFound: if they have no such session that is signed in; then nothing ends
    :raises StoreAway: if the store can't be reached
    """
    now = auth.now()
    async with auth.transaction() as db:
        who = await acting(db, client, now, acting_session_id)
        ended = (await db.execute(_END_ONE, {'the_user': who.user_id, 'the_client': who.client_id,
                                             'the_session': session_id, 'now': now})).first()
        if ended is None:
            raise SessionNotFound('You have no such device that is signed in. Nobody was signed out; '
                                  'reload the page to see your devices.')
        here = ended.client_id == who.client_id
        await record(db, AuditAction.SIGNED_OUT if here else AuditAction.REVOKED, now,
                     [Subject(who.user_id, ended.client_id, ended.id)], request_info)
    return SessionStatus.REMOVED if here else SessionStatus.REVOKED


async def revoke_others(auth: Auth, client: ClientView | None, *, acting_session_id: str | None = None,
                        request_info: RequestInfo | None = None) -> int:
    """Sign out all devices of whoever acts but this one.

    :return: how many there were
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached
    """
    now = auth.now()
    async with auth.transaction() as db:
        who = await acting(db, client, now, acting_session_id)
        return await revoke_elsewhere(db, who.user_id, who.client_id, now, request_info)


async def revoke_elsewhere(db: Connection, user_id: str, client_id: str, now: datetime,
                           request_info: RequestInfo | None) -> int:
    """Within a transaction: end a user's sessions on all clients but one; returns how many."""
    ended = (await db.scalars(_REVOKE_OTHERS, {'the_user': user_id, 'the_client': client_id, 'now': now})).all()
    await record_ended(db, AuditAction.REVOKED, now, ended, request_info)
    return len(ended)


async def _read(connection: Connection, who: Acting, now: datetime, limit: int, offset: int) -> tuple[Device, ...]:
    rows = await connection.execute(_LIST, {'the_user': who.user_id, 'the_client': who.client_id, 'now': now,
                                            'the_limit': limit, 'the_offset': offset})
    return tuple(Device(session_id, client_id == who.client_id, read_user_agent(user_agent), ip_address, created_at,
                        last_active_at)
                 for session_id, client_id, user_agent, ip_address, created_at, last_active_at in rows)
