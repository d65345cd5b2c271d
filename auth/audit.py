"""The audit log: one line for each thing that happened to an account, written in the transaction that did it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from models import AuditAction
from models.tables import audit_event
from models.types import new_ordered_id

from .context import Connection
from .visitor import Visitor


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an audit event is about."""

    user_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None


_INSERT = insert(audit_event)


async def record(db: Connection, action: AuditAction, at: datetime, subjects: Iterable[Subject],
                 visitor: Visitor | None = None, *, actor: str = '') -> None:
    """Write one event for each subject.

    :param visitor: where it was done
    :param actor: who did it, if not the subject themselves
    """
    visitor = visitor or Visitor()
    rows = [{'id': new_ordered_id('evt'), 'at': at, 'action': action, 'user_id': subject.user_id,
             'client_id': subject.client_id, 'session_id': subject.session_id,
             'ip_address': visitor.ip_address, 'user_agent': visitor.user_agent, 'actor': actor}
            for subject in subjects]
    if rows:
        await db.execute(_INSERT, rows)
