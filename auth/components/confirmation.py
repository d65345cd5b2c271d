# pyright: reportUnknownMemberType=false
"""A dialog that asks before something is done that reaches far, such as to end very many sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..errors import AuthError
from ..language import _
from ..live.memory import HoldsItself
from ..live.tabs import tabs
from .action_button import ActionButton
from .current_tab import who_is_here
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
        self.classes('asking').props('data-asks')
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


class Confirmation(Dialog):
    """Asks a question, and acts if it is answered with yes. The focus is on "Cancel": a key too many does no harm.

    The rule stays at the act: what it may do is checked when it is done, however it was asked for.

    :param question: what is asked
    :param action: what is done; an ``AuthError`` that it raises is shown in the dialog
    :param refused: what has not happened then; see ``ActionButton``
    :param asker: the button that asks, which shows the error if the dialog has been left meanwhile
    """

    def __init__(self, question: Question, action: Callable[[], Awaitable[object]], *, refused: str = '',
                 asker: ActionButton | None = None) -> None:
        super().__init__(question.title)
        self._action = action
        self._asker = asker
        with self:
            text = Text(tag='p', text=question.text)
            with ui.element('div').classes('actions'):
                Text(tag='button', text=_('Cancel')).classes('button').props('type=button data-cancel autofocus')
                act = ActionButton(question.act, self._act, refused=refused)
                act.button.classes('danger')
        self.props(f'role=alertdialog aria-describedby={text.html_id}')

    def let_go(self) -> None:
        """Drop the action, and the button that asked."""
        super().let_go()
        del self._action, self._asker

    async def _act(self) -> None:
        asker = self._asker
        try:
            await self._action()
        except AuthError as error:
            if not self.is_deleted or asker is None:
                raise
            asker.tell(error)
        self.leave()


class AskingButton(ActionButton):
    """An ``ActionButton`` that may ask, beside itself, before it acts."""

    _asking: Confirmation | None = None

    def ask(self, question: Question, action: Callable[[], Awaitable[object]]) -> None:
        """Ask, and act if the answer is yes; once, also if the button was pressed again before the dialog was seen."""
        if self.is_deleted or (self._asking is not None and not self._asking.is_deleted):
            return
        with self.default_slot:
            self._asking = Confirmation(question, action, refused=self.refused, asker=self)

    def let_go(self) -> None:
        """Drop the dialog, which knows this button."""
        super().let_go()
        self._asking = None


class ConfirmButton(AskingButton):
    """A button that asks before it acts.

    :param label: what is written on the button
    :param action: what is done if the person says so; an ``AuthError`` that it raises is shown in the dialog
    :param ask: what is asked; called when the button is pressed, so that it tells how it is now. None: there is
        nothing to ask, and nothing is done
    :param refused: what has not happened after an error; see ``ActionButton``
    """

    def __init__(self, label: str, action: Callable[[], Awaitable[object]], *,
                 ask: Callable[[], Awaitable[Question | None]], refused: str = '') -> None:
        super().__init__(label, self._ask_first, refused=refused)
        self._ask = ask
        self._confirmed = action

    def let_go(self) -> None:
        """Drop the functions of whatever this button is a part of."""
        super().let_go()
        del self._ask, self._confirmed

    async def _ask_first(self) -> None:
        act = self._confirmed
        question = await self._ask()
        if question is not None:
            self.ask(question, act)
