"""Brings the link by which somebody signs up who was invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection, select, update
from sqlmodel import col

from models import Invitation
from models.statements import columns

from ...credentials.tokens import hash_secret, new_secret
from ...language import _
from ...mail.content import Content, Link
from .kind import Mail

SENT_AT_MOST = 3
"""How many of the links of one mail work, if it was sent before in vain."""


@dataclass(frozen=True, kw_only=True)
class InvitationMail(Mail):
    """Posted when an administrator invites an address. Nobody but its reader gets the link."""

    kind: ClassVar[str] = 'invitation'
    useful_for: ClassVar[timedelta] = timedelta(days=3)
    expire_at: datetime

    def prepare(self, db: Connection, now: datetime, mail_id: str) -> str | None:
        """Make the link, if the invitation still works."""
        found = db.execute(select(*columns(Invitation.id, Invitation.secret_hashes))
                           .where(col(Invitation.mail_id) == mail_id, col(Invitation.expire_at) > now)
                           .with_for_update()).first()
        if found is None:
            return None
        secret = new_secret()
        hashes = [hash_secret(secret), *found.secret_hashes.split()][:SENT_AT_MOST]
        db.execute(update(Invitation).where(col(Invitation.id) == found.id).values(secret_hashes=' '.join(hashes)))
        return f'{found.id}.{secret}'

    def content(self, secret: str) -> Content:
        """Give the link, and say until when it works."""
        return Content(
            _('You are invited'),
            (_('The administrator of this site invites you to sign up, with this email address.'),),
            Link(_('Sign up'), f'/sign-up#ticket={secret}'),
            (_('The link works once, until {day} (UTC).', day=f'{self.expire_at:%Y-%m-%d %H:%M}'),
             _('If you do not want an account, do nothing.')))
