"""One user signed in on one client."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, false, text
from sqlmodel import Field

from .base import Model
from .types import Moment, new_id


class SessionStatus(StrEnum):
    """Why a session is, or is not, signed in. Only ``active`` is; a status the code does not know is not."""

    ACTIVE = 'active'
    PENDING = 'pending'
    """Signed in, but a task is left to do."""
    REMOVED = 'removed'
    """Signed out here, and gone from the client."""
    ENDED = 'ended'
    """Signed out, still listed on the client."""
    REVOKED = 'revoked'
    """Ended from somewhere else."""
    EXPIRED = 'expired'
    """The absolute lifetime passed."""
    ABANDONED = 'abandoned'
    """The inactivity limit passed."""
    REPLACED = 'replaced'
    """Its user signed in on one browser more than they may, and this one was used least recently."""


class Session(Model, table=True):
    """One user signed in on one client. Once it has ended it never becomes active again."""

    __table_args__ = (Index('ix_session_expire_at', 'expire_at', sqlite_where=text("status = 'active'")),
                      Index('ix_session_abandon_at', 'abandon_at',
                            sqlite_where=text("status = 'active' AND abandon_at IS NOT NULL")),
                      Index('ix_session_created_at', 'created_at', 'id', sqlite_where=text("status = 'active'"),
                            postgresql_where=text("status = 'active'")),
                      Index('ix_session_pending', 'expire_at', sqlite_where=text("status = 'pending'"),
                            postgresql_where=text("status = 'pending'")),
                      Index('ix_session_ended_at', 'ended_at', sqlite_where=text("status != 'active'"),
                            postgresql_where=text("status != 'active'")))

    id: str = Field(default_factory=lambda: new_id('sess'), primary_key=True)
    user_id: str = Field(foreign_key='user.id', ondelete='CASCADE', index=True)
    client_id: str = Field(foreign_key='client.id', ondelete='CASCADE', index=True)
    status: str = SessionStatus.ACTIVE
    created_at: datetime = Field(sa_type=Moment)
    authenticated_at: datetime | None = Field(default=None, sa_type=Moment)
    """When its password was last given; None is when it was made."""
    last_active_at: datetime = Field(sa_type=Moment)
    expire_at: datetime = Field(sa_type=Moment)
    """When the absolute lifetime passes."""
    abandon_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the inactivity limit passes; none if there is no such limit."""
    user_agent: str = ''
    """Of the sign-in, as is the address."""
    ip_address: str = ''
    last_user_agent: str | None = None
    """Of the last activity, as is the address; None is that of the sign-in, before this was noted."""
    last_ip_address: str | None = None
    kept: bool = Field(default=False, sa_column_kwargs={'server_default': false()})
    """Whether its person asked to be kept signed in: longer limits, and a cookie that outlives the browser."""
    device_name: str = ''
    """What its person calls the device."""
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    """When it was found to have ended; the purger notes it, whoever ended the session."""
