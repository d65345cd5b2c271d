# pyright: reportUnknownMemberType=false
"""Turning the pages of a list."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text


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
