"""The history of an account: its own part of the audit log, which its owner may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select
from sqlmodel import col

from models import AuditAction, AuditEvent, SecretKey, Session
from models.statements import columns

from ..requests.user_agents import UserAgent, read_user_agent
from .actor import Administrator, Doer, doer_of, find_actor
from .clients import ClientView

EVENTS_A_PAGE = 15


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One event of an account."""

    id: str
    at: datetime
    action: str
    """What happened, an ``AuditAction``; a later version may have written one that is not known here."""
    from_device: UserAgent | None
    """The device it was done from, if that is known; an administrator's is not told."""
    ip_address: str
    """Of that device; empty if it is not known."""
    by: Doer
    """Who did it, if not the person themselves."""
    ended_device: UserAgent | None
    """The device whose session it was, if that is another one."""
    times: int = 1
    """How often: of very many attempts, one event stands for all but the first few."""
    detail: str = ''
    """What it is about beside that, such as the role that was given."""
    server: str = ''
    """What the operator calls the server that did it, if it was one."""


@dataclass(frozen=True, slots=True)
class History:
    """One page of the history of an account, the newest event first."""

    events: tuple[HistoryEvent, ...]
    has_more: bool


def read_history(db: Connection, now: datetime, client: ClientView | None, *, after: HistoryEvent | None = None
                 ) -> History:
    """Read a page of the history of whoever acts.

    :param after: the last event of the page before
    :raises NotSignedIn: if nobody is signed in
    """
    return _read(db, find_actor(db, now, client).user_id, after)


def read_history_of(db: Connection, now: datetime, administrator: Administrator, user_id: str, *,
                    after: HistoryEvent | None = None) -> History:
    """Read a page of the history of a user.

    :param after: the last event of the page before
    :raises NotAllowed: if they may not administer; or ``NotSignedIn``
    """
    administrator(db, now, reading=True)
    return _read(db, user_id, after)


def _read(db: Connection, user_id: str, after: HistoryEvent | None) -> History:
    listed = _events_of(user_id)
    if after is not None:
        listed = listed.where(or_(col(AuditEvent.at) < after.at,
                                  and_(col(AuditEvent.at) == after.at, col(AuditEvent.id) < after.id)))
    rows = db.execute(listed).all()
    return History(tuple(_event(*row) for row in rows[:EVENTS_A_PAGE]), has_more=len(rows) > EVENTS_A_PAGE)


def _events_of(user_id: str) -> Select[*tuple[Any, ...]]:
    return (select(*columns(AuditEvent.id, AuditEvent.at, AuditEvent.action, AuditEvent.ip_address,
                            AuditEvent.user_agent, AuditEvent.actor, Session.user_agent, AuditEvent.times,
                            AuditEvent.detail, SecretKey.name))
            .select_from(AuditEvent).outerjoin(Session, col(Session.id) == AuditEvent.session_id)
            .outerjoin(SecretKey, col(SecretKey.id) == AuditEvent.actor)
            .where(col(AuditEvent.user_id) == user_id)
            .order_by(col(AuditEvent.at).desc(), col(AuditEvent.id).desc())
            .limit(EVENTS_A_PAGE + 1))


def _event(event_id: str, at: datetime, action: str, ip_address: str, user_agent: str, actor: str,
           session_agent: str | None, times: int, detail: str, server: str | None) -> HistoryEvent:
    from_device = read_user_agent(user_agent) if user_agent else None
    if actor:  # where an administrator sits is not for everybody to know
        from_device, ip_address = None, ''
    elsewhere = action in {AuditAction.REVOKED, AuditAction.REPLACED} and session_agent is not None
    return HistoryEvent(event_id, at, action, from_device, ip_address, doer_of(actor),
                        read_user_agent(session_agent) if elsewhere else None, times, detail, server or '')
