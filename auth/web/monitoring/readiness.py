"""Whether a server can do its work now, part by part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from models.probe import read_something, write_something

from ...changes.sync import Sync
from ...errors import StoreAway
from ...rules.context import Auth
from .mail_queue import MailQueue

READY = 'ready'

ANSWER_SECONDS = 2.0
"""A store that takes longer is not ready: whoever probes does not wait much longer either."""

KEPT_SECONDS = 1.0
"""So long what was found of the store is told again, however many ask."""


class Readiness:
    """Looks at the parts that a server needs.

    :param auth: what the verbs need
    :param sync: whether the tabs are true to the store
    :param mails: the queue of mails
    """

    def __init__(self, auth: Auth, sync: Sync, mails: MailQueue) -> None:
        self._auth = auth
        self._sync = sync
        self._mails = mails
        self._look: asyncio.Task[str] | None = None
        self._looked_at = 0.0

    async def parts(self) -> Mapping[str, str]:
        """Tell of each part that it is ready, or what is the matter: nothing that is secret."""
        return {'store': await self._store(),
                'change_feed': 'out of sync with the store' if self._sync.is_out_of_sync else READY,
                'mail_queue': await self._mails.complaint() or READY}

    async def _store(self) -> str:
        if self._look is None or (self._look.done() and time.monotonic() - self._looked_at > KEPT_SECONDS):
            self._looked_at = time.monotonic()
            self._look = asyncio.create_task(self._try_store(), name='readiness')
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asyncio.shield(self._look)
        except TimeoutError:
            return 'does not answer in time'

    async def _try_store(self) -> str:
        try:
            await self._auth.store.run(write_something)
        except StoreAway:
            try:
                await self._auth.store.read(read_something)
            except StoreAway:
                return 'cannot be reached'
            return 'can be read and not written'
        return READY
