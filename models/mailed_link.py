"""The links that were mailed and still work."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from .base import Model
from .types import Moment


class LinkKind(StrEnum):
    """What a mailed link is good for."""

    RESET_PASSWORD = 'reset_password'  # noqa: S105 (the name of a kind)
    UNDO_ADDRESS_CHANGE = 'undo_address_change'


class MailedLink(Model, table=True):
    """A link that was mailed. It works once: what uses it deletes the row."""

    __tablename__ = 'mailed_link'  # pyright: ignore[reportAssignmentType]

    secret_hash: str = Field(primary_key=True, repr=False)
    """The secret itself is in the mail and nowhere else."""
    kind: str
    user_id: str = Field(foreign_key='user.id', ondelete='CASCADE', index=True)
    email_address: str
    """The one it was mailed to, which its user had then."""
    created_at: datetime = Field(sa_type=Moment)
    expire_at: datetime = Field(sa_type=Moment, index=True)
