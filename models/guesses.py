"""How many passwords were guessed, in each few minutes."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment


class Guesses(Model, table=True):
    """The guesses of a few minutes, of all processes together; they are too many for an audit event each."""

    __tablename__ = 'guesses'  # pyright: ignore[reportAssignmentType]

    since: datetime = Field(sa_type=Moment, primary_key=True)
    last_at: datetime = Field(sa_type=Moment)
    wrong: int = 0
    """Passwords that were wrong."""
    refused: int = 0
    """Those that nobody looked at, because of a limit."""
    told: bool = False
    """Whether administrators were told of so many."""
