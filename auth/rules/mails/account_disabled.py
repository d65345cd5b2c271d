"""Tells a person that they cannot use their account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...language import _
from ...mail.content import Content
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class AccountDisabled(Mail):
    """Posted when an administrator disables a user."""

    kind: ClassVar[str] = 'account_disabled'

    def content(self, secret: str) -> Content:
        """Tell it, and whom to ask."""
        return Content(
            _('Your account was disabled'),
            (_('An administrator of this site has disabled your account. All your devices were signed out, and you '
               'cannot sign in.'),
             _('If you think that this is a mistake, ask the administrator of the site.')))
