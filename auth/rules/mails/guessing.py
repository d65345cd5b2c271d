"""Tells an administrator that somebody is guessing passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from ...language import _, ngettext
from ...mail.content import Content, Link
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class Guessing(Mail):
    """Posted once for an attack, however many guesses it is of."""

    kind: ClassVar[str] = 'guessing'
    useful_for: ClassVar[timedelta] = timedelta(hours=6)
    count: int

    def content(self, secret: str) -> Content:
        """Tell how many, and that nothing has to be done at once."""
        return Content(
            _('Passwords are being guessed on the site'),
            (ngettext('{count} wrong or refused password was entered within a few minutes.',
                      '{count} wrong or refused passwords were entered within a few minutes.', self.count),
             _('The limits of the site hold: only a few of them are looked at for each account and each address. The '
               'owners of the accounts can still sign in where they have been signed in before.'),
             _('The page of administration shows how it goes on, and from where most of it comes. You could block that '
               'address in front of the site. This mail is sent once, not again while it goes on.')),
            Link(_('Open the administration'), '/admin'))
