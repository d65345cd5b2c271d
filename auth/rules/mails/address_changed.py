"""Tells a person, at the address that their account had, that it has another one, and brings the link to undo that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection, select
from sqlmodel import col

from models import LinkKind, QueuedMail, User
from models.statements import columns

from ...language import _, ngettext
from ...mail.content import Content, Link
from ..mailed_links import LIFETIMES, make_link
from .kind import EmailAddress, Mail


@dataclass(frozen=True, kw_only=True)
class AddressChanged(Mail):
    """Posted by the change of an address, to the address before."""

    kind: ClassVar[str] = 'address_changed'
    useful_for: ClassVar[timedelta] = LIFETIMES[LinkKind.UNDO_ADDRESS_CHANGE]
    new_address: EmailAddress

    def prepare(self, db: Connection, now: datetime, mail_id: str) -> str | None:
        """Make the link, unless the account has the address again. It works from when the address was changed."""
        mail = db.execute(select(*columns(QueuedMail.email_address, QueuedMail.user_id, QueuedMail.created_at))
                          .where(col(QueuedMail.id) == mail_id)).one()
        has_now = db.scalar(select(col(User.email_address)).where(col(User.id) == mail.user_id))
        if has_now is None or has_now == mail.email_address:
            return None
        return make_link(db, mail.created_at, LinkKind.UNDO_ADDRESS_CHANGE, mail.user_id, mail.email_address)

    def content(self, secret: str) -> Content:
        """Tell it, and how to undo it."""
        days = LIFETIMES[LinkKind.UNDO_ADDRESS_CHANGE].days
        told = _('The email address of your account was changed to {address}.', address=self.new_address) \
            if self.new_address else _('The email address of your account was changed.')
        return Content(
            _('Your email address was changed'),
            (told, _('If this was you, there is nothing to do.'),
             _('If it was not, somebody else can use your account. Undo the change: that signs out every device, and '
               'you choose a new password.')),
            Link(_('Undo the change'), f'/undo-address-change#code={secret}'),
            (ngettext('The link works once, within {count} day of the change.',
                      'The link works once, within {count} days of the change.', days),))
