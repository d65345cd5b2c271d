"""Tells a person that their password is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...language import _
from ...mail.content import Content, Link
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Mail):
    """Posted by whatever gives a user another password, to the address that they have then."""

    kind: ClassVar[str] = 'password_changed'
    by_administrator: bool = False
    """Whether an administrator has set it, and not the person themselves."""

    def content(self, secret: str) -> Content:
        """Tell it, and what to do if it was somebody else."""
        if self.by_administrator:
            return Content(
                _('Your password was set by an administrator'),
                (_('An administrator of this site has given your account another password. All your devices were '
                   'signed out.'),),
                after=(_('If you did not expect this, ask the administrator of the site.'),))
        return Content(
            _('Your password was changed'),
            (_('The password of your account was changed just now.'),
             _('If this was you, there is nothing to do.'),
             _('If it was not, somebody else can use your account. Choose a new password at once, and sign out your '
               'other devices. If you cannot sign in any more, ask the administrator of the site.')),
            Link(_('Open the security settings'), '/account/security'))
