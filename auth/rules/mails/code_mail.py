"""What mails with a code have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection

from ...language import ngettext
from ..mailed_codes import CODE_LIFETIME, LIFETIME, make_code
from .kind import Mail


@dataclass(frozen=True, kw_only=True)
class CodeMail(Mail):
    """Brings a code to an address; where somebody has that address, no code is made, and its content is told ''."""

    useful_for: ClassVar[timedelta] = LIFETIME

    def prepare(self, db: Connection, now: datetime, mail_id: str) -> str | None:
        """Make the code; none if somebody has the address."""
        return make_code(db, now, mail_id)


def how_long() -> str:
    """Say how long a code works."""
    return ngettext('The code works once, within {count} minute. We never ask for it by phone or in a mail.',
                    'The code works once, within {count} minutes. We never ask for it by phone or in a mail.',
                    int(CODE_LIFETIME.total_seconds() / 60))
