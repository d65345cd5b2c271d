"""How often something was tried that is limited."""

from __future__ import annotations

from sqlalchemy import Double
from sqlmodel import Field

from .base import Model


class Attempts(Model, table=True):
    """What one limit has counted of one account, address or browser; see ``auth.rules.buckets``.

    Whose it is stands there as text, not as a reference: most of them are of no row of ours.
    """

    act: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    """Of what ``who`` is: an account, an address or a browser."""
    who: str = Field(primary_key=True)
    drained_at: float = Field(sa_type=Double, index=True)
    """When nothing is left of the attempts, in seconds since 1970: no dialect reckons with moments as another does."""
    in_a_row: int = 0
    """Since the last that succeeded."""
