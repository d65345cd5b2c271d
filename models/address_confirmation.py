"""Addresses that wait for the code that was mailed to them."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment


class AddressConfirmation(Model, table=True):
    """Somebody has to prove that an address is theirs, before they get an account with it or their account gets it.

    It is known by the hash of its id, which only the browser has that asked.
    """

    __tablename__ = 'address_confirmation'  # pyright: ignore[reportAssignmentType]

    id_hash: str = Field(primary_key=True, repr=False)
    email_address: str
    user_id: str | None = Field(default=None, foreign_key='user.id', ondelete='CASCADE', index=True)
    """Whose address it becomes; None is somebody who signs up, with what follows."""
    first_name: str = ''
    last_name: str = ''
    password_hash: str = Field(default='', repr=False)
    keep_signed_in: bool = False
    mail_id: str = Field(default='', index=True)
    """The mail with the newest code that was asked for."""
    code_hashes: str = Field(default='', repr=False)
    """Of the codes that this mail had, the newest first: more than one if it was sent before in vain. None before
    it was sent, and where somebody else has the address."""
    code_expire_at: datetime = Field(sa_type=Moment)
    guesses: int = 0
    """How often a code was entered since the last one was asked for."""
    codes: int = 0
    """How many codes were asked for."""
    invitation_id: str = ''
    """With which somebody signs up, where that takes an invitation; it is used up when the code is right."""
    created_at: datetime = Field(sa_type=Moment)
    expire_at: datetime = Field(sa_type=Moment, index=True)
