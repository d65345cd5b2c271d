"""The audit log: one line for each thing that happened to an account, written in the transaction that did it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, String, cast, func, insert, select, update
from sqlmodel import col

from models import AuditAction, AuditEvent, Session, User
from models.statements import built_once
from models.types import new_ordered_id

from ..monitoring.committed import note
from ..requests.request_info import RequestInfo

FEW, FEW_OF_NOBODY = 15, 100
"""So many attempts of one kind have an event of their own in an hour: for one user, and for addresses that no user has.
"""

FEW_WITHIN = timedelta(hours=1)

RECORDED_AT_ONCE = 1000
"""Of how many sessions one statement writes the end."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an audit event is about."""

    user_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None


def record(db: Connection, action: AuditAction, at: datetime, subjects: Iterable[Subject],
           request_info: RequestInfo | None = None, *, actor: str = '', detail: str = '') -> None:
    """Write one event for each subject.

    :param request_info: where it was done
    :param actor: who did it, if not the subject themselves
    :param detail: what it is about beside that
    """
    request_info = request_info or RequestInfo()
    rows = [{'id': new_ordered_id('evt'), 'at': at, 'action': action, 'user_id': subject.user_id,
             'client_id': subject.client_id, 'session_id': subject.session_id,
             'ip_address': request_info.ip_address, 'user_agent': request_info.user_agent, 'actor': actor,
             'detail': detail}
            for subject in subjects]
    if rows:
        db.execute(_INSERT, rows)
        note(db, action, rows)


def record_attempt(db: Connection, now: datetime, action: AuditAction, subject: Subject,
                   request_info: RequestInfo) -> None:
    """Write the event of something that was refused; of very many, the newest that has an event stands for the rest.

    Its user was not locked meanwhile: of one who has been deleted, not even the event tells where it was tried.
    """
    locked = select(col(User.id)).where(col(User.id) == subject.user_id).with_for_update(key_share=True)
    is_gone = subject.user_id is not None and db.execute(locked).first() is None
    few = FEW if subject.user_id else FEW_OF_NOBODY
    newest = db.scalars(select(col(AuditEvent.id)).where(
        col(AuditEvent.user_id) == subject.user_id, col(AuditEvent.action) == action,
        col(AuditEvent.at) > now - FEW_WITHIN).order_by(col(AuditEvent.at).desc()).limit(few)).all()
    if len(newest) < few:
        record(db, action, now, [subject], None if is_gone else request_info)
    else:
        db.execute(update(AuditEvent).where(col(AuditEvent.id) == newest[0]).values(times=AuditEvent.times + 1))


def record_ended(db: Connection, action: AuditAction, at: datetime, session_ids: Sequence[str],
                 request_info: RequestInfo | None = None, *, actor: str = '') -> None:
    """Write one event for each of these sessions, by one statement for a thousand, since they may be very many.

    :param request_info: where it was done
    :param actor: who did it, if not the subject themselves
    """
    request_info = request_info or RequestInfo()
    for start in range(0, len(session_ids), RECORDED_AT_ONCE):
        db.execute(*_insert_ended(
            stem=new_ordered_id('evt')[:-8], first=10_000_000 + secrets.randbelow(80_000_000), at=at, action=action,
            ip_address=request_info.ip_address, user_agent=request_info.user_agent, actor=actor,
            session_ids=session_ids[start:start + RECORDED_AT_ONCE]))
    if session_ids:
        note(db, action, count=len(session_ids))


_INSERT = insert(AuditEvent)


@built_once
def _insert_ended(stem: str, first: int, at: datetime, action: AuditAction, ip_address: str, user_agent: str,
                  actor: str, session_ids: Collection[str]):
    event_id = stem + cast(first + func.row_number().over(order_by=col(Session.id)), String)
    written: dict[str, Any] = {
        'id': event_id, 'user_id': Session.user_id, 'client_id': Session.client_id, 'session_id': Session.id,
        'at': at, 'action': action, 'ip_address': ip_address, 'user_agent': user_agent, 'actor': actor}
    ended = select(*written.values()).where(col(Session.id).in_(session_ids))
    return insert(AuditEvent).from_select(list(written), ended)
