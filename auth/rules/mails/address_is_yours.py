"""Tells a person, at the new address of their account, that it is their address now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ...language import _
from ...mail.content import Content
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class AddressIsYours(Mail):
    """Posted by the change of an address, to the new one."""

    kind: ClassVar[str] = 'address_is_yours'

    def content(self, secret: str) -> Content:
        """Tell what it is used for."""
        return Content(
            _('This is the email address of your account now'),
            (_('You sign in with this email address from now on. The address before was told of it.'),))
