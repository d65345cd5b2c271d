"""What an app keeps for an account."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment


class AccountValue(Model, table=True):
    """One value that an app keeps for a user, under a name of its choice. It goes with the account."""

    __tablename__ = 'account_value'  # pyright: ignore[reportAssignmentType]

    user_id: str = Field(foreign_key='user.id', ondelete='CASCADE', primary_key=True)
    name: str = Field(primary_key=True)
    value: str
    """As JSON, in ASCII."""
    changed_at: datetime = Field(sa_type=Moment)
