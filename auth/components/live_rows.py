# pyright: reportUnknownMemberType=false
"""A list that is read from the store and stays true: it is read again whenever something that it shows has changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from nicegui import background_tasks, ui

from models import RowsOf, is_of_rows, tells_tabs

from ..errors import AuthError, NotSignedIn, StoreAway
from ..language import _
from ..live.memory import HoldsItself
from ..live.tabs import tabs
from .pager import Pager

log = logging.getLogger('live_sessions')

Item = TypeVar('Item')

_LOOKED_AT: set[str] = set()
"""The tables of authors that were found in the database of this process, with or without triggers."""


class LiveRows(ui.element, HoldsItself, Generic[Item]):
    """A live list, a page at a time. A row that shows the same stays, so nobody loses the focus or their place.

    :param read: reads one page; given the last item of the page before it (None for the first page) and its number,
        counted from 0; returns its items, and whether more follow
    :param key: names an item
    :param draw: builds the content of a row
    :param concerns: tells whether a change of these users may change the list
    :param rows: the rows of an author's table that the list shows; see ``models.rows``
    :param after: called when a page was drawn
    :param empty: what is written in place of rows if there are none
    :param turn: what is written on the buttons that turn the pages
    :param where: what is written between them; given the number of the page
    :param at_most_every_seconds: how long to wait between two reads, for lists that change all the time
    :param again_after_seconds: when to read again if no change is told, for what is no change, such as activity
    """

    def __init__(self, read: Callable[[Item | None, int], Awaitable[tuple[Sequence[Item], bool]]], *,
                 key: Callable[[Item], str], draw: Callable[[Item], None],
                 concerns: Callable[[Collection[str]], bool] = lambda _: False, rows: RowsOf | None = None,
                 after: Callable[[], None] = lambda: None, empty: str = '', turn: tuple[str, str] | None = None,
                 where: Callable[[int], str] = lambda _: '', at_most_every_seconds: float = 0,
                 again_after_seconds: float | None = None) -> None:
        super().__init__('div')
        self.classes('ls-live-rows')
        self._key, self._draw, self._concerns, self._after, self._where = key, draw, concerns, after, where
        self._rows_of = rows
        self._shown: dict[str, tuple[Item, ui.element]] = {}
        self._loading = False
        self._again = False
        self._wanted = asyncio.Event()
        with self:
            self._rows = ui.element('ul').classes('ls-rows')
            with self._rows:
                self._note = ui.element('li').classes('ls-quiet')
                with self._note:
                    self._words = ui.label(_('Loading…')).props('role=status')
            self.pager = Pager(read, self.reload, words=turn or (_('Newer'), _('Older')))
        self._empty = empty
        self._pause = at_most_every_seconds
        self._again_after = again_after_seconds
        self._next_read: asyncio.TimerHandle | None = None
        self._unsubscribe = tabs().subscriptions.subscribe(tabs().here(), self._published)
        self.reload()

    def reload(self) -> None:
        """Read and draw again; once more if a read is under way."""
        self._wanted.set()
        self._reload_soon()

    def begin(self) -> None:
        """Turn to the first page, and read it again."""
        self.pager.begin()

    def shows(self, key: str) -> bool:
        """Tell whether an item is in the list."""
        return key in self._shown

    def let_go(self) -> None:
        """Unsubscribe, and drop the functions of whatever this list is a part of."""
        self._unsubscribe()
        if self._next_read is not None:
            self._next_read.cancel()
        del self._unsubscribe, self._key, self._draw, self._concerns, self._after, self._where
        self._shown.clear()

    def _reload_soon(self) -> None:
        self._again = True
        if not self._loading:
            self._loading = True
            background_tasks.create(self._reload(), name='read a list')

    def _published(self, notes: Collection[str] | None) -> None:
        if notes is None or self._is_concerned(notes):
            self._reload_soon()

    def _is_concerned(self, notes: Collection[str]) -> bool:
        if self._rows_of is not None and self._rows_of.are_in(notes):
            return True
        user_ids = [note for note in notes if not is_of_rows(note)]
        return bool(user_ids) and self._concerns(user_ids)

    async def _reload(self) -> None:
        try:
            while self._again and not self.is_deleted:
                self._again = False
                self._wanted.clear()
                await self._read()
        finally:
            self._loading = False
            self._read_again_later()

    def _read_again_later(self) -> None:
        if self._next_read is not None:
            self._next_read.cancel()
        if self._again_after is not None and not self.is_deleted:
            self._next_read = asyncio.get_running_loop().call_later(self._again_after, self._reload_soon)

    async def _read(self) -> None:
        pause = self._pause
        try:
            await self._warn_of_silence()
            with self:  # so that what reads knows in which tab it does
                found = await self.pager.load()
            self._show(found)
        except NotSignedIn:  # the guard is about to take this page away
            self._show([])
        except StoreAway:
            self._say(_('The server cannot reach its data right now. Trying again…'))
            self._again, pause = True, tabs().auth.timing.list_again_seconds
        except AuthError as error:
            self._say(error.message)
        if pause:
            await self._rest(pause)

    async def _warn_of_silence(self) -> None:
        """Tell of a table without triggers, once: a list that never changes looks like one that has no news."""
        if self._rows_of is None or self._rows_of.table in _LOOKED_AT:
            return
        table = self._rows_of.table
        tells = await tabs().auth.store.read(tells_tabs, table)
        _LOOKED_AT.add(table)
        if not tells:
            log.warning('a list shows rows of "%s", and nothing tells when they change: call tell_tabs in a migration, '
                        'again after batch_alter_table', table, extra={'event': 'rows_are_silent'})

    async def _rest(self, seconds: float) -> None:
        """Wait, but not if the person asks for something else."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), seconds)

    def _show(self, items: Sequence[Item]) -> None:
        if self.is_deleted:
            return
        wanted = {self._key(item): item for item in items}
        for key in self._shown.keys() - wanted.keys():
            self._shown.pop(key)[1].delete()
        for position, (key, item) in enumerate(wanted.items(), start=1):
            self._show_row(key, item, position)
        self._say('' if items else self._empty)
        with self:
            self._after()
        self.pager.update_buttons(self._where(self.pager.number))

    def _show_row(self, key: str, item: Item, position: int) -> None:
        shown, row = self._shown.get(key, (None, None))
        if row is None:
            with self._rows:
                row = ui.element('li')
        if shown != item:
            row.clear()
            with row:
                self._draw(item)
            self._shown[key] = (item, row)
        if self._rows.default_slot.children.index(row) != position:
            row.move(self._rows, target_index=position)

    def _say(self, words: str) -> None:
        if not self.is_deleted:
            self._words.set_text(words)
            self._note.set_visibility(bool(words))
