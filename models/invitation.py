"""The invitations to sign up that still work."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from .base import Model
from .types import Moment, new_id


class Invitation(Model, table=True):
    """An invitation to sign up. It works once: what uses it deletes the row, and so does whoever withdraws it."""

    id: str = Field(default_factory=lambda: new_id('inv'), primary_key=True)
    secret_hashes: str = Field(default='', repr=False)
    """Of the secrets that its link had, the newest first: more than one if its mail was sent before in vain. None until
    it is mailed."""
    email_address: str = ''
    """The only one that may sign up with it; empty for any."""
    created_by: str
    """The id of an administrator, or "command line"."""
    mail_id: str = Field(default='', index=True)
    """The mail that brings the link; empty where the administrator hands it over."""
    created_at: datetime = Field(sa_type=Moment)
    expire_at: datetime = Field(sa_type=Moment, index=True)
