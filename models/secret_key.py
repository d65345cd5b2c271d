"""The secret keys with which servers use the back-end API."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment, new_id


class SecretKey(Model, table=True):
    """A secret key. It stays here once it is revoked: the history of an account tells by its name who did something."""

    __tablename__ = 'secret_key'  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=lambda: new_id('key'), primary_key=True)
    name: str
    """What the operator calls the server that has it; people read it in the history of their account."""
    secret_hash: str = Field(repr=False)
    """SHA-256 of the secret in the key, in hex; the secret itself is stored nowhere."""
    created_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    """None while it works."""
