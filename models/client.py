"""One browser on one device."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment, new_id


class Client(Model, table=True):
    """One browser on one device, known by its cookie; it holds the sessions of one or several users."""

    id: str = Field(default_factory=lambda: new_id('client'), primary_key=True)
    secret_hash: str = Field(repr=False)
    """SHA-256 of the secret in the cookie, in hex; the secret itself is stored nowhere."""
    active_session_id: str | None = None
    created_at: datetime = Field(sa_type=Moment)
