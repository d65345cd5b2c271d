"""Tells a person of a device that is new to their account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlmodel import col

from models import Session
from models.statements import built_once

from .mail import post
from .mails import NewDevice
from .mails.kind import Header

TOLD_A_DAY = 10
"""Of how many devices a person is told at most in 24 hours. An account may have the address of somebody who never asked
for it: without an end, whoever made it could fill their mailbox by signing in again and again."""


def tell_of_new_device(db: Connection, now: datetime, *, user_id: str, to: str, user_agent: str) -> None:
    """Post the notice; the session has been written already."""
    if db.execute(*_count(user_id, now - timedelta(days=1))).scalar_one() <= TOLD_A_DAY:
        post(db, now, to=to, mail=NewDevice(user_agent=Header(user_agent), at=now), user_id=user_id)


@built_once
def _count(user_id: str, since: datetime):
    lately = select(col(Session.id)).where(col(Session.user_id) == user_id, col(Session.created_at) > since)
    return select(func.count()).select_from(lately.limit(TOLD_A_DAY + 1).subquery())
