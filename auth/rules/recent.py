"""Recent authentication: what matters most asks for a password that was given a moment ago, in the session that acts.

Whoever finds a tab that was left open, or has stolen a cookie, has no password (ASVS 7.5.1, 7.5.3).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from ..errors import ReverificationRequired

RECENT = timedelta(minutes=10)
"""How long ago the password may have been given, where no setting says otherwise."""


LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment that no window reaches: of a password that was given and is worth nothing any more."""


class InSession(Protocol):
    """Whoever acts in a session; see ``auth.rules.actor``."""

    @property
    def session_id(self) -> str:
        """The session."""
        ...

    @property
    def authenticated_at(self) -> datetime:
        """When the password was last given in it."""
        ...


def check_recent(now: datetime, actor: InSession, within: timedelta = RECENT) -> None:
    """Go on only if the password was given a moment ago in the session that acts; asked in the transaction that acts.

    The window belongs to the session: a password given on another device, or in another account of this browser,
    counts there. A moment to come, as of a clock that was set back since, counts no longer than one that has passed.

    :param actor: as ``find_actor`` found them in this transaction
    :param within: how long ago it may have been; ``settings.recent_authentication`` where nothing else is said
    :raises ReverificationRequired: if it was longer ago
    """
    if not is_recent(actor.authenticated_at, now, within):
        raise ReverificationRequired(actor.session_id, within.total_seconds() / 60)


def is_recent(authenticated_at: datetime, now: datetime, within: timedelta) -> bool:
    """Tell whether a password was given a moment ago."""
    return abs(now - authenticated_at) < within
