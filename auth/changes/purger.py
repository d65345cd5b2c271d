"""The purger: deletes what is kept no longer, in portions between which others have their turn."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from pathlib import Path

from ..errors import StoreAway
from ..rules.context import Auth
from ..rules.retention import PURGES, purge_clients
from .background import Background

log = logging.getLogger('live_sessions')


class Purger:
    """Purges a while after it was started, and then at intervals.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._timing = auth.timing
        self._tasks = Background('purger', auth.timing.purge_seconds)
        self._client_id = ''

    async def start(self) -> None:
        """Begin to purge."""
        self._tasks.start(self._run)

    async def stop(self) -> None:
        """Finish the portion that is under way, and end."""
        await self._tasks.stop()

    async def purge(self) -> None:
        """Purge all that is due now, and look through some of the clients.

        :raises StoreAway: if the store can't be reached; the rest comes later
        """
        for verb in PURGES:
            while await self._auth.run(verb, self._auth.settings) and not self._tasks.is_stopping:
                await self._tasks.pause(self._timing.purge_pause_seconds)
        self._client_id = await self._auth.run(purge_clients, self._auth.settings, self._client_id)
        await asyncio.to_thread(self._purge_outbox)
        await self._auth.store.scrub()

    async def _run(self) -> None:
        while not self._tasks.is_stopping:
            await self._tasks.pause(self._timing.purge_seconds)
            try:
                await self.purge()
            except StoreAway as error:
                log.warning('what is kept no longer cannot be purged: %s', error.__cause__ or error,
                            extra={'event': 'purge_failed'})

    def _purge_outbox(self) -> None:
        kept, folder = self._auth.settings.outbox_kept, self._auth.settings.mail_outbox
        if kept is None or not folder:
            return
        for mail in Path(folder).glob('*.eml'):
            with suppress(OSError):  # another process was quicker
                if mail.stat().st_mtime < time.time() - kept.total_seconds():
                    mail.unlink()
