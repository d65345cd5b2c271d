"""What is kept no longer: each verb purges a portion, so that nobody waits for it, and tells whether there may be more.

Any number of processes may purge at once, and be killed at any moment: a portion is one transaction, and what one has
locked another one leaves out. The times are those of ``PrivacySettings``; indexes find what is old.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, TextClause, and_, delete, exists, literal_column, select, text, update
from sqlalchemy.orm import Mapped
from sqlmodel import col

from models import HAS_FAILED, AuditEvent, Client, Model, PolicyViolation, Session, WrongPasswords

from ..settings import Settings

AT_ONCE = 500
"""Rows of a portion, for some 10 ms: others wait to write meanwhile."""

Purge = Callable[[Connection, datetime, Settings], bool]


_HAS_ENDED: ColumnElement[bool] = and_(col(Session.status) != literal_column("'active'"),  # what the index is of
                                       col(Session.status) != literal_column("'pending'"))


def note_ends(db: Connection, now: datetime, settings: Settings) -> bool:
    """Note of sessions that they have ended, whoever ended them, and however: they are kept from now on."""
    those = select(col(Session.id)).where(_HAS_ENDED, col(Session.ended_at).is_(None)).limit(AT_ONCE)
    found = db.scalars(those.with_for_update(skip_locked=True)).all()
    if found:
        db.execute(update(Session).where(col(Session.id).in_(found)).values(ended_at=now))
    return len(found) == AT_ONCE


def purge_sessions(db: Connection, now: datetime, settings: Settings) -> bool:
    """Delete sessions that have ended long ago. What the audit log says of them stays."""
    if settings.kept_after_end is None:
        return False
    those = (select(col(Session.id)).where(_HAS_ENDED, col(Session.ended_at) < now - settings.kept_after_end)
             .order_by(col(Session.ended_at)).limit(AT_ONCE))
    found = db.scalars(those.with_for_update(skip_locked=True)).all()
    if found:
        db.execute(delete(WrongPasswords).where(col(WrongPasswords.session_id).in_(found)))
        db.execute(delete(Session).where(col(Session.id).in_(found), _HAS_ENDED))
    return len(found) == AT_ONCE


def purge_clients(db: Connection, now: datetime, settings: Settings, after: str = '') -> str:
    """Delete clients that have no session, among the next ones by their id; returns the last one that was looked at.

    :param after: the last one of the portion before
    :return: nothing if there are no more
    """
    if settings.kept_unused is None:
        return ''
    looked_at = db.execute(select(col(Client.id), col(Client.created_at)).where(col(Client.id) > after)
                           .order_by(col(Client.id)).limit(AT_ONCE)).all()
    old = [client_id for client_id, created_at in looked_at if created_at < now - settings.kept_unused]
    empty = ~exists().where(col(Session.client_id) == Client.id)
    # Locked first, and looked at again then: somebody may be signing in on it.
    found = db.scalars(select(col(Client.id)).where(col(Client.id).in_(old), empty).order_by(col(Client.id))
                       .with_for_update(skip_locked=True)).all()
    if found:
        db.execute(delete(Client).where(col(Client.id).in_(found), empty))
    return looked_at[-1][0] if len(looked_at) == AT_ONCE else ''


def purge_failed(db: Connection, now: datetime, settings: Settings) -> bool:
    """Delete the events of attempts that failed long ago."""
    return _purge(db, AuditEvent, col(AuditEvent.at), now, settings.attempts_kept, text(HAS_FAILED))


def purge_events(db: Connection, now: datetime, settings: Settings) -> bool:
    """Delete what else happened long ago."""
    return _purge(db, AuditEvent, col(AuditEvent.at), now, settings.events_kept)


def purge_reports(db: Connection, now: datetime, settings: Settings) -> bool:
    """Delete what browsers have not refused for long."""
    return _purge(db, PolicyViolation, col(PolicyViolation.last_at), now, settings.reports_kept)


PURGES: tuple[Purge, ...] = (note_ends, purge_sessions, purge_failed, purge_events, purge_reports)
"""All that is purged by its age."""

def _purge(db: Connection, model: type[Model], moment: Mapped[datetime], now: datetime,
           kept: timedelta | None, *more: TextClause) -> bool:
    if kept is None:
        return False
    key: Mapped[str] = getattr(model, 'id')  # noqa: B009 (each of them has one)
    those = select(key).where(moment < now - kept, *more).order_by(moment).limit(AT_ONCE)
    found = db.scalars(those.with_for_update(skip_locked=True)).all()
    if found:
        db.execute(delete(model).where(key.in_(found)))
    return len(found) == AT_ONCE
