"""Brings the code by which an account gets another address; who has an account with that address is told so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection

from ...language import _
from ...mail.content import Code, Content
from ..mailed_codes import LIFETIME, make_code
from .code_words import how_long
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class AddressCode(Mail):
    """Posted to the new address of a person who wants to change it."""

    kind: ClassVar[str] = 'address_code'
    useful_for: ClassVar[timedelta] = LIFETIME

    def prepare(self, db: Connection, now: datetime, mail_id: str) -> str | None:
        """Make the code; none if somebody has the address."""
        return make_code(db, now, mail_id)

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
