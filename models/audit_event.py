"""What happened to whom, for good."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from .types import Moment, new_id


class AuditAction(StrEnum):
    """What an audit event tells."""

    SIGNED_UP = 'signed_up'
    SIGNED_IN = 'signed_in'
    SIGN_IN_FAILED = 'sign_in_failed'
    SWITCHED = 'switched'
    SIGNED_OUT = 'signed_out'
    REVOKED = 'revoked'
    EXPIRED = 'expired'
    ABANDONED = 'abandoned'


class AuditEvent(SQLModel, table=True):
    """One line of the audit log. It refers to other rows by id only, so that it outlives them."""

    __tablename__ = 'audit_event'  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=lambda: new_id('evt'), primary_key=True)
    at: datetime = Field(sa_type=Moment, index=True)
    action: str
    user_id: str | None = Field(default=None, index=True)
    client_id: str | None = None
    session_id: str | None = None
    ip_address: str = ''
    user_agent: str = ''
