# pyright: reportUnknownMemberType=false
"""A section of a page with buttons that act, and a line that says what they did."""

from __future__ import annotations

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..live.tab import Tab
from ..live.tabs import tabs


class Section(ui.element):
    """A section with a heading and, below it, the line that says what was done.

    :param name: what is written in the heading
    """

    def __init__(self, name: str) -> None:
        super().__init__('section')
        self.classes('card')
        self.tab: Tab = tabs().here()
        with self:
            self._heading = Text(tag='h2', text=name).props('tabindex=-1 data-takes-focus')
            self._status = Text(tag='p', text='').classes('quiet').props('role=status')
        self.props(f'aria-labelledby={self._heading.html_id}')

    def tell(self, words: str) -> None:
        """Say what was done, and move the focus to the heading: the button that was pressed may be gone."""
        if not self.is_deleted:
            self._status.set_text(words)
            self._heading.run_method('focus')
