"""Room for one session more: a user has so many at most, and the one that was used least recently makes room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from models import AuditAction, Session, SessionStatus
from models.statements import built_once

from ..requests.request_info import RequestInfo
from .audit import record_ended
from .sessions import ending, signed_in


def make_room(db: Connection, now: datetime, user_id: str, at_most: int, request_info: RequestInfo) -> None:
    """End the sessions of a user that were used least recently, so that there is room for one more.

    The user has to be locked, so that two sign-ins at once do not both find room.

    :param at_most: how many sessions they may have
    :param request_info: where they sign in
    """
    ended = db.scalars(*_replace(user_id, now, at_most - 1)).all()
    record_ended(db, AuditAction.REPLACED, now, ended, request_info)


@built_once
def _replace(user_id: str, now: datetime, others: int):
    too_many = (select(col(Session.id)).where(col(Session.user_id) == user_id, signed_in(now))
                .order_by(col(Session.last_active_at).desc(), col(Session.created_at).desc(), col(Session.id))
                .limit(REPLACED_AT_ONCE).offset(others))
    return (ending(select(col(Session.id)).where(col(Session.id).in_(too_many))).values(status=SessionStatus.REPLACED)
            .returning(col(Session.id)))


REPLACED_AT_ONCE = 1000
"""Where the limit was lowered, there may be very many."""
