"""Tells a person that their account has its earlier address again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...language import _
from ...mail.content import Content, Link
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class AddressChangeUndone(Mail):
    """Posted by the undoing of a change, to both addresses."""

    kind: ClassVar[str] = 'address_change_undone'
    is_yours: bool
    """Whether it goes to the address that the account has again."""

    def content(self, secret: str) -> Content:
        """Tell what is so now, and what to do."""
        if not self.is_yours:
            return Content(
                _('The change of your email address was undone'),
                (_('An account had this email address. The change was undone with the link that was mailed to the '
                   'address before, so you cannot sign in with this one any more.'),))
        return Content(
            _('The change of your email address was undone'),
            (_('Your account has this email address again. Every device was signed out, and the password does not work '
               'any more. If you have not chosen a new one yet, do it now.'),),
            Link(_('Choose a new password'), '/forgot-password'))
