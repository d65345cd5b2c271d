"""What mails with a code have in common."""

from __future__ import annotations

from ...language import ngettext
from ..mailed_codes import CODE_LIFETIME


def how_long() -> str:
    """Say how long a code works."""
    return ngettext('The code works once, within {count} minute. We never ask for it by phone or in a mail.',
                    'The code works once, within {count} minutes. We never ask for it by phone or in a mail.',
                    int(CODE_LIFETIME.total_seconds() / 60))
