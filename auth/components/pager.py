# pyright: reportUnknownMemberType=false
"""Turning the pages of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

Row = TypeVar('Row')


class Pager(ui.element):
    """Two buttons, shown while there is more than one page.

    :param newer: turns back
    :param older: turns on
    :param words: what is written on the buttons
    """

    def __init__(self, newer: Callable[[], None], older: Callable[[], None], *,
                 words: tuple[str, str] = ('Newer', 'Older')) -> None:
        super().__init__('div')
        self.classes('pager')
        with self:
            self._newer = Text(tag='button', text=words[0]).classes('button plain').props('type=button')
            self._where = Text(tag='span', text='').classes('quiet')
            self._older = Text(tag='button', text=words[1]).classes('button plain').props('type=button')
        self._newer.on('click', newer, [])
        self._older.on('click', older, [])
        self.set_visibility(False)

    def show(self, *, newer: bool, older: bool, where: str = '') -> None:
        """Say whether there are pages before and after this one.

        :param where: which page this is
        """
        for button, able in ((self._newer, newer), (self._older, older)):
            button.props(remove='disabled') if able else button.props('disabled')
        self._where.set_text(where)
        self.set_visibility(newer or older)


class PagesOf(Pager, Generic[Row]):
    """Turns the pages of a list that is read on from the last row of the page before.

    :param reload: reads the page that was turned to
    :param words: what is written on the buttons
    """

    def __init__(self, reload: Callable[[], None], *, words: tuple[str, str] = ('Newer', 'Older')) -> None:
        super().__init__(self._turn_back, self._turn_on, words=words)
        self._reload = reload
        self._before: list[Row] = []  # the last row of each page before this one
        self._rows: Sequence[Row] = ()
        self._has_more = False

    @property
    def after(self) -> Row | None:
        """The row after which this page begins; None is the first page."""
        return self._before[-1] if self._before else None

    def begin(self) -> None:
        """Read the first page again."""
        self._before.clear()
        self._reload()

    def found(self, rows: Sequence[Row], *, has_more: bool) -> Sequence[Row]:
        """Take note of the rows of this page; returns them."""
        self._rows, self._has_more = rows, has_more
        return rows

    def update_buttons(self) -> None:
        """Show whether there are pages before and after this one."""
        self.show(newer=bool(self._before), older=self._has_more)

    def _turn_on(self) -> None:
        if self._has_more and self._rows:
            self._before.append(self._rows[-1])
            self._reload()

    def _turn_back(self) -> None:
        if self._before:
            self._before.pop()
            self._reload()
