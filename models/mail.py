"""The mails that wait to be sent: the queue, written in the transaction of what they tell of."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment, new_ordered_id


class QueuedMail(Model, table=True):
    """One mail to one person, until it is sent or given up: then the row is deleted. It holds no secret, ever."""

    __tablename__ = 'mail'  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=lambda: new_ordered_id('mail'), primary_key=True)
    kind: str
    """What it is about; see ``auth.rules.mails``."""
    details: str = '{}'
    """The values of that kind, as JSON."""
    email_address: str
    user_id: str | None = Field(default=None, index=True)
    """Whom it concerns; what is left of them here goes with them. A user need not exist."""
    language: str = ''
    """A tag of who caused it, such as "de-AT"; empty for nobody who reads, such as the command line."""
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    """The next attempt; whoever makes one moves it to the end of their lease first."""
    expire_at: datetime = Field(sa_type=Moment, index=True)
    """Nobody would want to read it any more. The queue is served by this, the most urgent first."""
    attempts: int = 0
    """How many were begun. It tells whose claim a row is under: only the newest one may say what became of it."""
