"""What happened to whom, for good."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field

from .base import Model
from .types import Moment, new_ordered_id


class AuditAction(StrEnum):
    """What an audit event tells."""

    SIGNED_UP = 'signed_up'
    SIGNED_IN = 'signed_in'
    SIGN_IN_FAILED = 'sign_in_failed'
    SIGN_IN_REFUSED = 'sign_in_refused'
    """With the right password, such as that of a disabled account."""
    SWITCHED = 'switched'
    SIGNED_OUT = 'signed_out'
    REVOKED = 'revoked'
    EXPIRED = 'expired'
    ABANDONED = 'abandoned'
    REPLACED = 'replaced'
    """By a sign-in on one browser more than a user may have."""
    NAME_CHANGED = 'name_changed'
    DEVICE_RENAMED = 'device_renamed'
    WRONG_PASSWORD = 'wrong_password'  # noqa: S105 (the name of an action)
    """In a session, where the current password was asked for."""
    RE_AUTHENTICATED = 're_authenticated'
    """The password was given again in a session."""
    PASSWORD_CHANGED = 'password_changed'  # noqa: S105 (the name of an action)
    DATA_EXPORTED = 'data_exported'
    """What is kept of the person was read, by them or for them."""
    RESET_ASKED = 'reset_asked'
    """A link to choose a new password was mailed."""
    PASSWORD_RESET = 'password_reset'  # noqa: S105 (the name of an action)
    """By such a link."""
    ADDRESS_CHANGED = 'address_changed'
    ADDRESS_CHANGE_UNDONE = 'address_change_undone'
    """By the link that was mailed to the address before."""
    ACCOUNT_DELETED = 'account_deleted'
    DISABLED = 'disabled'
    ENABLED = 'enabled'
    ADMIN_GRANTED = 'admin_granted'
    ADMIN_WITHDRAWN = 'admin_withdrawn'
    ROLE_GIVEN = 'role_given'
    ROLE_TAKEN = 'role_taken'
    INVITED = 'invited'
    """An invitation to sign up was made; whom it is about nobody knows yet."""
    INVITATION_WITHDRAWN = 'invitation_withdrawn'
    INVITATION_USED = 'invitation_used'
    """By the user who signed up; who had made it is the actor."""
    SIGNING_KEY_REPLACED = 'signing_key_replaced'
    """Session tokens are signed with another key, whose id is the detail."""
    SECRET_KEY_CREATED = 'secret_key_created'  # noqa: S105 (the name of an action)
    """A key for the back-end API was made; the detail is its id, as it is when it is revoked."""
    SECRET_KEY_REVOKED = 'secret_key_revoked'  # noqa: S105 (the name of an action)


HAS_FAILED = "action IN ('sign_in_failed', 'sign_in_refused', 'wrong_password')"
"""Events of attempts, which are kept for a shorter time than the others."""


class AuditEvent(Model, table=True):
    """One line of the audit log. It refers to other rows by id only, so that it outlives them."""

    __tablename__ = 'audit_event'  # pyright: ignore[reportAssignmentType]

    __table_args__ = (Index('ix_audit_event_user_id_at', 'user_id', 'at', 'id'),
                      Index('ix_audit_event_failed_at', 'at', sqlite_where=text(HAS_FAILED),
                            postgresql_where=text(HAS_FAILED)),
                      Index('ix_audit_event_actor', 'actor', sqlite_where=text("actor != ''"),
                            postgresql_where=text("actor != ''")))

    id: str = Field(default_factory=lambda: new_ordered_id('evt'), primary_key=True)
    at: datetime = Field(sa_type=Moment, index=True)
    action: str
    user_id: str | None = None
    client_id: str | None = None
    session_id: str | None = None
    ip_address: str = ''
    user_agent: str = ''
    actor: str = ''
    """Who did it, if not the person themselves: the id of an administrator or of a secret key, or "command line"."""
    detail: str = ''
    """What it is about beside that, such as the role that was given."""
    times: int = 1
    """How many of the same kind it stands for: of very many attempts only the first few have an event of their own."""
