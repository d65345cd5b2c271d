"""The wrong passwords given in a session."""

from __future__ import annotations

from sqlmodel import Field

from .base import Model


class WrongPasswords(Model, table=True):
    """How many wrong current passwords were given in a session in a row; none has no row.

    It is no column of the session, since a session is what tabs show; it refers to it by its id only.
    """

    __tablename__ = 'wrong_passwords'  # pyright: ignore[reportAssignmentType]

    session_id: str = Field(primary_key=True)
    count: int
