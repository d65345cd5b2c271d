"""The devices of a user: the sessions they are signed in with, on every client, and ending those elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, case, func, select
from sqlmodel import col

from models import AuditAction, Session, SessionStatus
from models.statements import built_once, columns

from ..errors import SessionNotFound
from ..language import N_
from ..requests.request_info import RequestInfo
from ..requests.user_agents import UserAgent
from .actor import Actor, find_actor
from .audit import Subject, record, record_ended
from .clients import ClientView
from .places import PLACES, Place, read_places
from .recent import RECENT, check_recent
from .sessions import alive, ending, signed_in

DEVICES_A_PAGE = 10

MOST_DEVICES = 1000
"""Of a user with more, no more are listed at once."""


@dataclass(frozen=True, slots=True)
class Device:
    """One session of a user, on whichever client, as its owner may see it: where it is and when it was last active."""

    session_id: str
    this_device: bool
    """Whether it is on the client that asks."""
    user_agent: UserAgent
    """Of the last activity, as is the address."""
    ip_address: str
    created_at: datetime
    last_active_at: datetime = field(compare=False)
    """Moves with every activity; a device of which only this has changed is shown as it was while it is in use."""
    name: str
    """What its person calls it; empty if nothing of their own."""
    signed_in_from: Place | None
    """Where the sign-in was, if that was from somewhere else."""
    expire_at: datetime
    abandon_at: datetime | None

    @property
    def called(self) -> str:
        """How to speak of it, in the language of the reader: by its own name, or by what it is."""
        return self.name or str(self.user_agent)


@dataclass(frozen=True, slots=True)
class Devices:
    """One page of a user's devices."""

    devices: tuple[Device, ...]
    total: int
    """On all pages."""
    others: int = 0
    """Those on all pages that are not on this client."""


def read_devices(db: Connection, now: datetime, client: ClientView | None, *, page: int = 0,
                 session_id: str | None = None) -> Devices:
    """Read a page of the devices of whoever acts: this one first, then the newest sign-in first.

    :param page: counted from 0
    :param session_id: the session of the client that asks; by default the active one
    :raises NotSignedIn: if nobody is signed in
    """
    actor = find_actor(db, now, client, session_id)
    total, others = db.execute(*_count(actor.user_id, actor.client_id, now)).one()
    return Devices(_read(db, actor, now, DEVICES_A_PAGE, page * DEVICES_A_PAGE), total, others)


def read_all_devices(db: Connection, now: datetime, client: ClientView | None, *, session_id: str | None = None
                     ) -> tuple[Device, ...]:
    """Read the devices of whoever acts, in the same order; of very many, the first thousand.

    :param session_id: the session of the client that asks; by default the active one
    :raises NotSignedIn: if nobody is signed in
    """
    return _read(db, find_actor(db, now, client, session_id), now, MOST_DEVICES, 0)


def revoke(db: Connection, now: datetime, client: ClientView | None, session_id: str, *,
           actor_session_id: str | None = None, recent: timedelta = RECENT,
           request_info: RequestInfo | None = None) -> SessionStatus:
    """Sign out one device of whoever acts; if it is this one, that is a plain sign-out of that session.

    :param recent: how long ago the password may have been given; for this device it does not matter
    :return: what became of the session: revoked, or removed if it was on this client
    :raises NotSignedIn: if nobody is signed in
    :raises ReverificationRequired: if it was given longer ago; whoever has found a tab must not shut the owner out
    :raises SessionNotFound: if they have no such session that is signed in; then nothing ends
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    ended = db.execute(*_end_one(actor.user_id, actor.client_id, session_id, now)).first()
    if ended is None or ended[1] != actor.client_id:
        check_recent(now, actor, recent)
    if ended is None:
        raise SessionNotFound(N_('You have no such device that is signed in. Nobody was signed out; '
                                 'reload the page to see your devices.'))
    ended_id, client_id = ended
    here = client_id == actor.client_id
    record(db, AuditAction.SIGNED_OUT if here else AuditAction.REVOKED, now,
           [Subject(actor.user_id, client_id, ended_id)], request_info)
    return SessionStatus.REMOVED if here else SessionStatus.REVOKED


def revoke_device(db: Connection, now: datetime, client: ClientView | None, session_id: str, *,
                  actor_session_id: str | None = None, recent: timedelta = RECENT,
                  request_info: RequestInfo | None = None) -> tuple[Device, SessionStatus]:
    """The same as ``revoke``; returns also the device as it was."""
    status = revoke(db, now, client, session_id, actor_session_id=actor_session_id, recent=recent,
                    request_info=request_info)
    return _device(client.id if client else '', *db.execute(*_one(session_id)).one()), status


def revoke_others(db: Connection, now: datetime, client: ClientView | None, *, actor_session_id: str | None = None,
                  recent: timedelta = RECENT, request_info: RequestInfo | None = None) -> int:
    """Sign out all devices of whoever acts but this one; returns how many there were.

    :param recent: how long ago the password may have been given
    :raises NotSignedIn: if nobody is signed in
    :raises ReverificationRequired: if it was given longer ago
    """
    actor = find_actor(db, now, client, actor_session_id, lock=True)
    check_recent(now, actor, recent)
    return revoke_elsewhere(db, now, actor.user_id, actor.client_id, request_info)


def revoke_elsewhere(db: Connection, now: datetime, user_id: str, client_id: str, request_info: RequestInfo | None
                     ) -> int:
    """End a user's sessions on all clients but one; returns how many there were."""
    ended = db.scalars(*_end_others(user_id, client_id, now)).all()
    record_ended(db, AuditAction.REVOKED, now, ended, request_info)
    return len(ended)


def revoke_all(db: Connection, now: datetime, user_id: str, request_info: RequestInfo | None) -> int:
    """End all sessions of a user, on every client, also those that are pending; returns how many there were."""
    ended = db.scalars(*_end_all(user_id, now)).all()
    record_ended(db, AuditAction.REVOKED, now, ended, request_info)
    return len(ended)


def count_others(db: Connection, now: datetime, client: ClientView | None, *, session_id: str | None = None) -> int:
    """Count the devices of whoever acts that ``revoke_others`` would sign out.

    :param session_id: the session of the client that asks; by default the active one
    :raises NotSignedIn: if nobody is signed in
    """
    actor = find_actor(db, now, client, session_id)
    return db.execute(*_count(actor.user_id, actor.client_id, now)).one()[1]


def _read(db: Connection, actor: Actor, now: datetime, limit: int, offset: int) -> tuple[Device, ...]:
    rows = db.execute(*_list(actor.user_id, actor.client_id, now, limit, offset))
    return tuple(_device(actor.client_id, *row) for row in rows)


def _device(here: str, session_id: str, client_id: str, created_at: datetime, last_active_at: datetime, name: str,
            expire_at: datetime, abandon_at: datetime | None, *places: Any) -> Device:
    last, signed_in_from = read_places(*places)
    return Device(session_id, client_id == here, last.user_agent, last.ip_address, created_at,
                  last_active_at, name, signed_in_from, expire_at, abandon_at)


def _those_of(user_id: str, now: datetime) -> Select[str]:
    return select(col(Session.id)).where(col(Session.user_id) == user_id, alive(now))


_DEVICE = (*columns(Session.id, Session.client_id, Session.created_at, Session.last_active_at, Session.device_name,
                    Session.expire_at, Session.abandon_at), *PLACES)


@built_once
def _one(session_id: str):
    return select(*_DEVICE).where(col(Session.id) == session_id)


@built_once
def _count(user_id: str, client_id: str, now: datetime):
    return select(func.count(), func.count().filter(col(Session.client_id) != client_id)).where(
        col(Session.user_id) == user_id, signed_in(now))


@built_once
def _list(user_id: str, client_id: str, now: datetime, limit: int, offset: int):
    return (select(*_DEVICE).where(col(Session.user_id) == user_id, signed_in(now))
            .order_by(case((col(Session.client_id) == client_id, 0), else_=1), col(Session.created_at).desc(),
                      col(Session.id))
            .limit(limit).offset(offset))


@built_once
def _end_one(user_id: str, client_id: str, session_id: str, now: datetime):
    status = case((col(Session.client_id) == client_id, SessionStatus.REMOVED), else_=SessionStatus.REVOKED)
    return (ending(_those_of(user_id, now).where(col(Session.id) == session_id)).values(status=status)
            .returning(col(Session.id), col(Session.client_id)))


@built_once
def _end_others(user_id: str, client_id: str, now: datetime):
    return (ending(_those_of(user_id, now).where(col(Session.client_id) != client_id))
            .values(status=SessionStatus.REVOKED).returning(col(Session.id)))


@built_once
def _end_all(user_id: str, now: datetime):
    return (ending(select(col(Session.id)).where(col(Session.user_id) == user_id, alive(now)))
            .values(status=SessionStatus.REVOKED).returning(col(Session.id)))
