# pyright: reportUnknownMemberType=false
"""Tells tabs that were signed out why. Nobody waits for it: a tab has shown by then that nobody is signed in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from nicegui import background_tasks

from ..errors import StoreAway
from ..rules.clients import READ_AT_ONCE
from ..rules.context import Auth
from ..rules.ends import End, Ended, Why, find_ends
from .tab import Tab

log = logging.getLogger('live_sessions')

TOLD_AT_ONCE = 50
"""Batch size between yields to the event loop."""


class Explanations:
    """Reads why sessions have ended, of all tabs that were signed out together by one query, and tells them.

    A tab is told of the session that it had been granted, or that the cookie it has just shown was using; the caller
    sees to that. It learns nothing if the store can't be read.

    :param auth: what queries need
    """

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._waiting: dict[Tab, Ended] = {}
        self._task: asyncio.Task[None] | None = None

    def owe(self, tab: Tab, ended: Ended | None) -> None:
        """Note that a tab is to be told why a session has ended, if it shows now that nobody is signed in."""
        if tab.state.status == 'signed_out':
            tab.shown = None  # it is told once
            if ended is not None:
                self._waiting[tab] = ended

    def tell(self) -> None:
        """Begin to tell all tabs that are to be told."""
        if self._waiting and (self._task is None or self._task.done()):
            self._task = background_tasks.create(self._tell_all(), name='tell why sessions have ended')

    async def explain_at_first(self, tab: Tab) -> None:
        """Say why the session has ended that was in use on the client whose cookie a page is requested with."""
        ended = in_use_before(tab) if tab.state.status == 'signed_out' else None
        end = ended and (await self._read([ended])).get(ended.session_id)
        if end and end.why is not Why.SIGNED_OUT:  # who has signed out here knows
            tab.explain(end)

    async def _tell_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._auth.timing.explain_after_seconds)
            waiting, self._waiting = self._waiting, {}
            ends = await self._read(list(set(waiting.values())))
            for number, (tab, ended) in enumerate(waiting.items(), 1):
                tab.explain(ends.get(ended.session_id))
                if number % TOLD_AT_ONCE == 0:
                    await asyncio.sleep(0)

    async def _read(self, ended: Sequence[Ended]) -> Mapping[str, End]:
        ends: dict[str, End] = {}
        try:
            for start in range(0, len(ended), READ_AT_ONCE):
                ends |= await self._auth.read(find_ends, ended[start:start + READ_AT_ONCE])
        except StoreAway as error:
            log.warning('why sessions have ended cannot be read: %s', error.__cause__ or error,
                        extra={'event': 'ends_unreadable'})
        return ends


def in_use_before(tab: Tab) -> Ended | None:
    """The session that was in use on the client of a tab, which has shown its cookie just now."""
    client = tab.client
    if client is None or client.chosen_session_id is None:
        return None
    same = tab.shown is not None and tab.shown.session_id == client.chosen_session_id
    return tab.shown if same else Ended(client.chosen_session_id)
