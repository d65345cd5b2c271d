"""How the queue of mails is, as it was found when somebody asked last."""

from __future__ import annotations

import asyncio
import time

from ...errors import StoreAway
from ...rules.context import Auth
from ...rules.mail import Waiting, waiting

ANSWER_SECONDS = 1.0
KEPT_SECONDS = 1.0
"""So long what was found is told again, however many ask."""

LATE_SECONDS = 10 * 60
"""A mail that has waited for so long is late: what it brings may be of no use any more. A server that refuses what it
has not seen before is asked for the fourth time by then."""


class MailQueue:
    """Looks at the queue when somebody asks.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._found: Waiting | None = None
        self._looked_at = -KEPT_SECONDS

    @property
    def count(self) -> float | None:
        """How many mails wait; None if that is not known."""
        return None if self._found is None else self._found.count

    @property
    def oldest_seconds(self) -> float | None:
        """For how long the oldest of them has waited; None if that is not known."""
        return None if self._found is None else self._found.oldest_seconds

    async def look(self) -> None:
        """Look at it, unless somebody has just done so."""
        if time.monotonic() - self._looked_at < KEPT_SECONDS:
            return
        self._looked_at = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._found = await self._auth.read(waiting)
        except (StoreAway, TimeoutError):
            self._found = None

    async def complaint(self) -> str:
        """What is the matter with it; nothing if mails go out, or if the site sends none."""
        if not self._auth.settings.sends_mail:
            return ''
        await self.look()
        if self._found is None:
            return 'cannot be read'
        if self._found.oldest_seconds < LATE_SECONDS:
            return ''
        return f'the oldest mail has waited for {self._found.oldest_seconds / 60:.0f} minutes'
