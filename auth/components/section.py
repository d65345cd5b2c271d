# pyright: reportUnknownMemberType=false
"""A section of a page with buttons that act, and a line that says what they did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..live.tab import Tab
from ..live.tabs import tabs
from .action_button import ActionButton
from .confirmation import confirm
from .dialog import Dialog, Question


class Section(ui.element):
    """A section with a heading and, below it, the line that says what was done.

    :param name: what is written in the heading
    """

    def __init__(self, name: str) -> None:
        super().__init__('section')
        self.classes('ls-card')
        self.tab: Tab = tabs().here()
        self._dialog: Dialog | None = None
        self._about = ''
        with self:
            self._heading = Text(tag='h2', text=name).props('tabindex=-1 data-takes-focus')
            self._status = Text(tag='p', text='').classes('ls-quiet').props('role=status')
        self.props(f'aria-labelledby={self._heading.html_id}')

    def show(self, dialog: Dialog, about: str = '') -> None:
        """Have a dialog, drawn within this section, in place of one that was open.

        :param about: the key of the row that it is about
        """
        self.leave_dialog()
        self._dialog, self._about = dialog, about

    def ask(self, question: Question, action: Callable[[], Awaitable[object]], *, refused: str, about: str = '',
            asker: ActionButton | None = None, recently: bool = False) -> None:
        """Ask within this section, and act if the answer is yes; see ``Confirmation``.

        :param about: the key of the row that it is about
        :param recently: whether the act takes a password that was given a moment ago, which is asked for as well
        """
        if not self.is_deleted:
            with self:
                self.show(confirm(question, action, refused=refused, asker=asker, recently=recently), about)

    def leave_dialog(self, *, unless: Callable[[str], bool] = lambda _: False) -> None:
        """Leave the dialog that is open.

        :param unless: tells of the key of a row whether a dialog about it stays
        """
        if self._dialog is not None and not unless(self._about):
            self._dialog.leave()
            self._dialog = None

    def tell(self, words: str) -> None:
        """Say what was done, and move the focus to the heading: the button that was pressed may be gone."""
        self.leave_dialog()  # or what is behind it would take no focus
        if not self.is_deleted:
            self._status.set_text(words)
            self._heading.run_method('focus')
