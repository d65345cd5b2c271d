"""The history of an account: its own part of the audit log, which its owner may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select

from models import AuditAction
from models.tables import audit_event, session

from ..requests.user_agents import UserAgent, read_user_agent
from .actor import acting
from .clients import ClientView
from .context import Auth

EVENTS_A_PAGE = 15

_LIST = (
    select(audit_event.c.id, audit_event.c.at, audit_event.c.action, audit_event.c.ip_address, audit_event.c.user_agent,
           audit_event.c.actor, session.c.user_agent)
    .select_from(audit_event.outerjoin(session, session.c.id == audit_event.c.session_id))
    .where(audit_event.c.user_id == bindparam('the_user'))
    .order_by(audit_event.c.at.desc(), audit_event.c.id.desc())
    .limit(EVENTS_A_PAGE + 1)
)
_LIST_AFTER = _LIST.where(or_(audit_event.c.at < bindparam('the_at'),
                              and_(audit_event.c.at == bindparam('the_at'), audit_event.c.id < bindparam('the_id'))))


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
    by_administrator: bool
    ended_device: UserAgent | None
    """The device whose session it was, if that is another one."""


@dataclass(frozen=True, slots=True)
class History:
    """One page of the history of an account, the newest event first."""

    events: tuple[HistoryEvent, ...]
    has_more: bool


async def read_history(auth: Auth, client: ClientView | None, *, after: HistoryEvent | None = None) -> History:
    """Read a page of the history of whoever acts.

    :param after: the last event of the page before
    :raises NotSignedIn: if nobody is signed in
    :raises StoreAway: if the store can't be reached
    """
    async with auth.read() as connection:
        who = await acting(connection, client, auth.now())
        asked: dict[str, object] = {'the_user': who.user_id}
        if after is None:
            rows = (await connection.execute(_LIST, asked)).all()
        else:
            rows = (await connection.execute(_LIST_AFTER, {**asked, 'the_at': after.at, 'the_id': after.id})).all()
    return History(tuple(_event(*row) for row in rows[:EVENTS_A_PAGE]), has_more=len(rows) > EVENTS_A_PAGE)


def _event(event_id: str, at: datetime, action: str, ip_address: str, user_agent: str, actor: str,
           session_agent: str | None) -> HistoryEvent:
    from_device = read_user_agent(user_agent) if user_agent else None
    if actor:  # where an administrator sits is not for everybody to know
        from_device, ip_address = None, ''
    elsewhere = action == AuditAction.REVOKED and session_agent is not None
    return HistoryEvent(event_id, at, action, from_device, ip_address, bool(actor),
                        read_user_agent(session_agent) if elsewhere else None)
