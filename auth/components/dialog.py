# pyright: reportUnknownMemberType=false
"""A dialog, and what one asks."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..live.memory import HoldsItself
from ..live.opening import who_is_here
from ..live.tabs import tabs
from .following import follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked before something is done."""

    title: str
    """Names what would be done, and to how many."""
    text: str
    """What follows from it."""
    act: str
    """What is written on the button that does it."""


class Dialog(ui.element, HoldsItself):
    """A modal dialog, open from when it is drawn until it is left; then it is taken out of the page.

    static/live/dialogs.js opens it and puts the focus on what is marked ``autofocus``. Escape, a press beside it, a
    button marked ``data-cancel``, and the loss of the server leave it, and the focus goes back to where it was. It also
    leaves with whatever it is drawn in, and when another session, or none, is in use.

    :param title: what is written in the heading, which names it
    """

    def __init__(self, title: str) -> None:
        super().__init__('dialog')
        self.classes('ls-asking').props('data-asks')
        with self:
            heading = Text(tag='h2', text=title)
        self.props(f'aria-labelledby={heading.html_id}')
        self.on('close', self._left, [])
        self._state = tabs().here().state
        self._who = who_is_here(self._state)
        follow(self, self._follow)

    def leave(self) -> None:
        """Close it. The browser does, puts the focus back, and tells; then it is taken out of the page."""
        if not self.is_deleted:
            self.run_method('close')

    def _left(self) -> None:
        if not self.is_deleted:
            self.delete()

    def let_go(self) -> None:
        """Forget whose tab it was in."""
        del self._state

    def _follow(self) -> None:
        if who_is_here(self._state) != self._who:
            self._left()
