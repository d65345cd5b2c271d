"""The audit log: one line for each thing that happened to an account, written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models import AuditAction
from models.tables import audit_event
from models.types import new_id

MAX_USER_AGENT = 512
"""Characters kept of a User-Agent header."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request came from."""

    ip_address: str = ''
    user_agent: str = ''


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an audit event is about."""

    user_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None


_INSERT = insert(audit_event)


async def record(db: AsyncSession, action: AuditAction, at: datetime, subjects: Iterable[Subject],
                 visitor: Visitor | None = None) -> None:
    """Write one event for each subject."""
    visitor = visitor or Visitor()
    rows = [{'id': new_id('evt'), 'at': at, 'action': action, 'user_id': subject.user_id,
             'client_id': subject.client_id, 'session_id': subject.session_id,
             'ip_address': visitor.ip_address, 'user_agent': visitor.user_agent} for subject in subjects]
    if rows:
        await db.execute(_INSERT, rows)
