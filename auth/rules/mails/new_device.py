"""Tells a person that somebody signed in to their account on a device that was not seen with it before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from babel.dates import format_datetime

from ...language import _, tag
from ...mail.content import Content, Link
from ...requests.user_agents import read_user_agent
from .harmless import harmless
from .kind import Header, Mail


@dataclass(frozen=True, kw_only=True)
class NewDevice(Mail):
    """Posted by a sign-in on a client that has no earlier session of the user."""

    kind: ClassVar[str] = 'new_device'
    user_agent: Header
    """What the browser says of itself; it is read when the mail is sent, and not by the sign-in."""
    at: datetime

    def content(self, secret: str) -> Content:
        """Tell what signed in and when, and what to do if it was somebody else."""
        device = harmless(str(read_user_agent(self.user_agent)))
        at = format_datetime(self.at, 'long', locale=tag().replace('-', '_'))
        return Content(
            _('New sign-in to your account'),
            (_('Somebody signed in to your account on a device that was not used with it before: {device}, {at}.',
               device=device, at=at),
             _('If this was you, there is nothing to do.'),
             _('If it was not, somebody knows your password. Choose a new one, and sign out that device.')),
            Link(_('Show my devices'), '/account/security'))
