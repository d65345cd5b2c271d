# pyright: reportUnknownMemberType=false
"""A part of a page in which things are done, and which says what was done."""

from __future__ import annotations

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..live.tab import Tab
from ..live.tabs import tabs
from ..requests.request_info import RequestInfo, request_info_of


class Section(ui.element):
    """A section with a heading, and under it a line for what was done.

    :param name: what is written in the heading
    """

    def __init__(self, name: str) -> None:
        super().__init__('section')
        self.classes('card')
        self.tab: Tab = tabs().here()
        with self:
            heading = Text(tag='h2', text=name).props('tabindex=-1')
            self._status = Text(tag='p', text='').classes('quiet').props('role=status')
        self._heading_id = heading.html_id
        self.props(f'aria-labelledby={self._heading_id}')

    @property
    def request_info(self) -> RequestInfo:
        """Where the person is who uses the tab."""
        return request_info_of(self.tab.page.request.scope)

    def tell(self, words: str) -> None:
        """Say what was done; the button that was pressed goes away, so the focus is put on the heading."""
        if not self.is_deleted:
            self._status.set_text(words)
            self.tab.page.run_javascript(f'document.getElementById("{self._heading_id}")?.focus()')
