"""Brings the link by which somebody chooses a new password, if there is such an account."""

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
from ...requests.user_agents import read_user_agent
from ..accounts import with_address
from ..mailed_links import LIFETIMES, make_link
from .harmless import harmless
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class ResetPassword(Mail):
    """Posted for whatever address somebody types; only that of a user gets it.

    So whether there is such a user makes no difference to the request, nor to the time that it takes.
    """

    kind: ClassVar[str] = 'reset_password'
    useful_for: ClassVar[timedelta] = timedelta(hours=1)
    browser: str
    device: str

    @classmethod
    def asked(cls, user_agent: str) -> ResetPassword:
        """Tell from what device it was asked for."""
        seen = read_user_agent(user_agent)
        return cls(browser=seen.browser, device=seen.device)

    def prepare(self, db: Connection, now: datetime, mail_id: str) -> str | None:
        """Make the link, if the address is somebody's whose password is still the one they had then."""
        mail = db.execute(select(*columns(QueuedMail.email_address, QueuedMail.created_at))
                          .where(col(QueuedMail.id) == mail_id)).one()
        user = db.execute(select(*columns(User.id, User.email_address, User.password_changed_at))
                          .where(with_address(db, mail.email_address), col(User.disabled).is_(False))).first()
        if user is None or user.password_changed_at > mail.created_at:
            return None
        return make_link(db, now, LinkKind.RESET_PASSWORD, user.id, user.email_address)

    def content(self, secret: str) -> Content:
        """Give the link, and say what to do if nobody asked for it."""
        minutes = int(LIFETIMES[LinkKind.RESET_PASSWORD].total_seconds() / 60)
        device = harmless(_('{browser} on {device}', browser=_(self.browser), device=_(self.device)))
        return Content(
            _('Choose a new password'),
            (_('Somebody asked for a new password for your account, with {device}. Open the link to choose one.',
               device=device),),
            Link(_('Choose a new password'), f'/reset-password#code={secret}'),
            (ngettext('The link works once, within {count} minute. All devices will be signed out.',
                      'The link works once, within {count} minutes. All devices will be signed out.', minutes),
             _('If you did not ask for it, do nothing: your password stays as it is.')))
