"""The sweeper: marks sessions whose lifetime has passed, brings into form what SQL has written, and prunes the rest."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from models.written_by_sql import bring_into_form

from ..errors import StoreAway
from ..rules.buckets import forget_drained
from ..rules.clock_set_back import bound_lifetimes
from ..rules.context import Auth
from ..rules.invitations import forget_expired_invitations
from ..rules.mailed_links import forget_expired
from ..rules.replaced_secrets import forget_replaced
from ..rules.sessions import end_overdue
from .background import Background
from .watched_clock import WatchedClock

log = logging.getLogger('live_sessions')


class Sweeper:
    """Sweeps when it starts, at intervals, and as soon as an end has come.

    :param auth: what the verbs need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._timing = auth.timing
        self._clock = WatchedClock(auth.now)
        self._due = asyncio.Event()
        self._tasks = Background('sweeper', auth.timing.sweep_again_seconds / 2)
        self.swept = asyncio.Event()
        """Set after the first sweep."""

    async def start(self) -> None:
        """Begin to sweep."""
        self._tasks.start(self._run)

    async def stop(self) -> None:
        """Finish the sweep that is under way, and end."""
        await self._tasks.stop(self._due.set)

    def sweep_soon(self) -> None:
        """An end has come: mark it in the store now."""
        self._due.set()

    async def _bound_lifetimes(self) -> None:
        """At the start, and after the clock was set back."""
        set_back = self._clock.set_back_by()
        if set_back is not None:
            log.warning('the clock was set back by %.0f s. Sessions that would live longer than they may, by the clock '
                        'of now, are given what they may', set_back, extra={'event': 'clock_set_back'})
        elif self.swept.is_set():
            return
        while await self._auth.run(bound_lifetimes, settings=self._auth.settings):
            pass

    async def _run(self) -> None:
        while not self._tasks.is_stopping:
            self._due.clear()
            try:
                await self._bound_lifetimes()
                while await self._auth.run(end_overdue):
                    pass
                while await self._auth.store.run(bring_into_form):
                    pass
                while await self._auth.run(forget_drained):
                    pass
                await self._auth.run(forget_expired)
                await self._auth.run(forget_replaced)
                await self._auth.run(forget_expired_invitations)
                await self._auth.store.prune()
                self.swept.set()
            except StoreAway as error:
                log.warning('overdue sessions cannot be marked: %s', error.__cause__ or error,
                            extra={'event': 'sweep_failed'})
                await self._tasks.pause(self._timing.sweep_again_seconds)
                self._due.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), self._timing.sweep_seconds)
