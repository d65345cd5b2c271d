"""The secrets of clients that were replaced a moment ago."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment


class ReplacedSecret(Model, table=True):
    """A secret that a client had until a moment ago. It opens nothing; it tells that a cookie is not the newest one."""

    __tablename__ = 'replaced_secret'  # pyright: ignore[reportAssignmentType]

    secret_hash: str = Field(primary_key=True, repr=False)
    client_id: str
    """It may be gone by now; this is forgotten within a minute, too."""
    replaced_at: datetime = Field(sa_type=Moment, index=True)
