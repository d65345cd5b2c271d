"""The key pairs that session tokens are signed with."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment


class SigningKey(Model, table=True):
    """A key pair. The one with the highest number signs; the one before it is published until its tokens have expired.

    The number is chosen by whoever makes the pair, one more than the last: of two who do so at once, one is refused.
    """

    __tablename__ = 'signing_key'  # pyright: ignore[reportAssignmentType]

    number: int = Field(primary_key=True, sa_column_kwargs={'autoincrement': False})
    id: str
    """What tokens call it: the thumbprint of the public key (RFC 7638)."""
    public_key: str
    """RSA, as PEM (SubjectPublicKeyInfo)."""
    private_key: str = Field(repr=False)
    """As PEM (PKCS #8); empty once another one signs. It is a secret that has to be at rest: who has it signs tokens
    that other servers believe. This server takes none of them for a sign-in."""
    created_at: datetime = Field(sa_type=Moment)
