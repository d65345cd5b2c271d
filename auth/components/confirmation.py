# pyright: reportUnknownMemberType=false
"""A dialog that asks before something is done that reaches far, such as to end very many sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..errors import AuthError, ReverificationRequired
from ..language import _
from .action_button import ActionButton
from .dialog import Dialog, Question
from .password_dialog import PasswordDialog, is_recent_here


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
        self._question = question
        self._action = action
        self._asker = asker
        with self:
            text = Text(tag='p', text=question.text)
            with ui.element('div').classes('ls-actions'):
                Text(tag='button', text=_('Cancel')).classes('ls-button').props('type=button data-cancel autofocus')
                act = ActionButton(question.act, self._act, refused=refused)
                act.button.classes('ls-danger')
        self.props(f'role=alertdialog aria-describedby={text.html_id}')

    def let_go(self) -> None:
        """Drop the action, and the button that asked."""
        super().let_go()
        del self._action, self._asker

    async def _act(self) -> None:
        asker = self._asker
        try:
            await self._action()
        except ReverificationRequired:  # the window has passed while this was open
            if not self.is_deleted and self.parent_slot is not None:
                with self.parent_slot:
                    PasswordDialog(self._question, self._action, asker=asker, danger=True)
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


def confirm(question: Question, action: Callable[[], Awaitable[object]], *, refused: str = '',
            asker: ActionButton | None = None, recently: bool = False) -> Dialog:
    """Ask where this is called, in one dialog: for an answer, or for the password with it.

    :param recently: whether the act takes a password that was given a moment ago
    """
    if recently and not is_recent_here():
        return PasswordDialog(question, action, asker=asker, danger=True)
    return Confirmation(question, action, refused=refused, asker=asker)
