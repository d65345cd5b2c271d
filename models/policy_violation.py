"""What browsers have refused to load or run on pages of the site."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment


class PolicyViolation(Model, table=True):
    """One kind of thing that browsers refused, and how often. It names pages as the routes do, and nobody."""

    __tablename__ = 'policy_violation'  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True)
    """Made of what follows, so that the same kind is one row, whichever process hears of it."""
    page: str
    directive: str
    blocked: str
    source: str
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment, index=True)
    count: int
