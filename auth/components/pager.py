# pyright: reportUnknownMemberType=false
"""The two buttons that turn the pages of ``LiveRows``, and which page is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _, number
from ..live.memory import HoldsItself

Row = TypeVar('Row')


def page_of(page: int, rows: int, rows_a_page: int) -> str:
    """Say which page this is, and of how many.

    :param page: counted from 0
    """
    return _('Page {page} of {pages}', page=number(page + 1), pages=number(max(-(-rows // rows_a_page), 1)))


class Pager(ui.element, HoldsItself, Generic[Row]):
    """Two buttons, shown while there is more than one page.

    :param read: as in ``LiveRows``
    :param reload: has the list call ``load``
    :param words: what is written on the buttons
    """

    def __init__(self, read: Callable[[Row | None, int], Awaitable[tuple[Sequence[Row], bool]]],
                 reload: Callable[[], None], *, words: tuple[str, str]) -> None:
        super().__init__('div')
        self.classes('ls-pager')
        self._read = read
        self._reload = reload
        self._before: list[Row] = []  # the last row of each page before this one
        self._rows: Sequence[Row] = ()  # empty from a click until the page that it turns to has been read
        self._has_more = False
        with self:
            self._newer = Text(tag='button', text=words[0]).classes('ls-button ls-plain').props('type=button')
            self._where = Text(tag='span', text='').classes('ls-quiet').props('role=status aria-live=off')
            self._older = Text(tag='button', text=words[1]).classes('ls-button ls-plain').props('type=button')
        self._newer.on('click', self.turn_back, [])
        self._older.on('click', self.turn_on, [])
        self.set_visibility(False)

    @property
    def number(self) -> int:
        """Which page this is, counted from 0."""
        return len(self._before)

    def begin(self) -> None:
        """Turn to the first page, and read it again."""
        self._before.clear()
        self._turned()

    def turn_on(self) -> None:
        """Turn to the next page, if there is one; does nothing until the page before has been read."""
        if self._has_more and self._rows:
            self._before.append(self._rows[-1])
            self._turned()

    def turn_back(self) -> None:
        """Turn to the page before, if there is one."""
        if self._before:
            self._before.pop()
            self._turned()

    def let_go(self) -> None:
        """Drop the functions of the list."""
        del self._read, self._reload

    async def load(self) -> Sequence[Row]:
        """Read this page and return its rows; if it has become empty, those of the last page before it that has any."""
        while not self.is_deleted:
            before = list(self._before)
            rows, has_more = await self._read(before[-1] if before else None, len(before))
            if before != self._before:  # the person turned the page meanwhile
                continue
            if rows or not before:
                self._rows, self._has_more = rows, has_more
                return rows
            self._before.pop()
        return ()

    def update_buttons(self, where: str = '') -> None:
        """Show whether there are pages before and after this one.

        :param where: which page this is
        """
        for button, able in ((self._newer, bool(self._before)), (self._older, self._has_more)):
            # A disabled button would lose the focus, so it is only marked as one.
            button.props(remove='aria-disabled') if able else button.props('aria-disabled=true')
        self._where.set_text(where)
        self.set_visibility(bool(self._before) or self._has_more)

    def _turned(self) -> None:
        self._where.props('aria-live=polite')  # which page this is is news to whoever has turned to it
        self._rows = ()
        self._reload()
