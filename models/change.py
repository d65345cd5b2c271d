"""The notes that the triggers of a SQLite store leave for the change feed."""

from __future__ import annotations

from sqlmodel import Field

from .base import Model


class Change(Model, table=True):
    """One committed change that some tab may have to show. Written by triggers only; old ones are purged."""

    seq: int | None = Field(default=None, primary_key=True)
    client_id: str | None = None
    user_id: str | None = None
