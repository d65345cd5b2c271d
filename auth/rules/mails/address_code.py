"""Brings the code by which an account gets another address; who has an account with that address is told so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...language import _
from ...mail.content import Code, Content
from .code_mail import CodeMail, how_long


@dataclass(frozen=True, kw_only=True)
class AddressCode(CodeMail):
    """Posted to the new address of a person who wants to change it."""

    kind: ClassVar[str] = 'address_code'

    def content(self, secret: str) -> Content:
        """Give the code, or tell that there is an account."""
        if not secret:
            return Content(
                _('Your email address was entered for another account'),
                (_('Somebody, perhaps you, wanted to give another account this email address. Your own account has it, '
                   'so nothing was changed.'),),
                after=(_('If it was you, change the address of your own account first, or delete that account.'),
                       _('If it was not you, there is nothing to do.')))
        return Content(
            _('Your code to change the email address'),
            (_('Type this code where you have changed the email address of your account.'),),
            Code(secret),
            (how_long(), _('If you did not change it, do nothing: without the code nothing is changed.')))
