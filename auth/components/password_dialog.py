# pyright: reportUnknownMemberType=false
"""The dialog that asks for the password before what matters most, and then goes on with it where it was."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text
from nicegui.slot import Slot

from ..errors import AuthError
from ..language import _
from ..live.guarded_pages import GuardedPages
from ..live.tabs import tabs
from ..rules.recent import is_recent
from .dialog import Dialog, Question
from .password_form import PasswordForm


class Asker(Protocol):
    """What asks, and shows an error beside itself; see ``ActionButton``."""

    def tell(self, error: AuthError) -> None:
        """Show an error."""
        ...


class PasswordDialog(Dialog):
    """Asks for the password where it is drawn, and then does what was to be done.

    What is to be done, and with what, stays on the server, in this dialog. There is one in a tab; it is dropped when
    it is left, when the page is, and when the session ends or another one is in use. The password is posted to the
    Frontend API. That request grants the tab the new secret, so the page around it stays as it is.

    The rule stays at the act: if it takes a newer password still, it asks again.

    :param question: what is asked
    :param action: what is done then
    :param asker: shows an ``AuthError`` that it raises; without one, a note does
    :param within: where it is done; by default where this is drawn
    :param danger: whether it ends or takes something
    """

    def __init__(self, question: Question, action: Callable[[], Awaitable[object]], *, asker: Asker | None = None,
                 within: Slot | None = None, danger: bool = False) -> None:
        _leave_the_one_before()
        super().__init__(question.title)
        self._action, self._asker, self._within = action, asker, within
        with self:
            text = Text(tag='p', text=question.text)
            PasswordForm(question.act, self._go_on, danger=danger, in_dialog=True)
        self.props(f'aria-describedby={text.html_id} data-password')

    def let_go(self) -> None:
        """Drop what was to be done, and the button that asked."""
        super().let_go()
        del self._action, self._asker, self._within

    async def _go_on(self) -> None:
        slot, action, asker = self.parent_slot, self._action, self._asker
        if self._within is not None and _is_there(self._within):
            slot = self._within
        self.leave()
        if slot is None:
            return
        with slot:
            try:
                await action()
            except AuthError as error:
                if asker is None:
                    ui.notify(error.message, type='negative')
                else:
                    asker.tell(error)


def needs_password(what: str = '', label: str = '') -> Question:
    """Ask for the password before an act that asks nothing else.

    :param what: how the act is called
    :param label: what is written on the button
    """
    return Question(title=_('Enter your password'), act=label or _('Go on'),
                    text=_('“{what}” needs your password, which you have not entered for a while.', what=what) if what
                    else _('This needs your password, which you have not entered for a while.'))


def ask_when_refused(form: ui.element, what: str) -> None:
    """Have a form that is posted to the Frontend API ask for the password where that takes one given a moment ago, and
    then send itself again, with what is in it.

    :param what: what is written on its button
    """
    form.props['data-again'] = ''
    form.on('again', lambda event: _ask_and_send(event.sender, what), [])


def _ask_and_send(form: ui.element, what: str) -> None:
    async def send() -> None:
        form.run_method('requestSubmit')

    with place_of_dialogs(form):
        PasswordDialog(needs_password(what, what), send)


def is_recent_here(within: timedelta | None = None) -> bool:
    """Tell whether the password was given a moment ago in the session that this tab shows.

    :param within: how long ago it may have been; by default what the settings say
    """
    auth = tabs().auth
    now = auth.now()
    return is_recent(tabs().here().authenticated_at(now), now, within or auth.settings.recent_authentication)


def place_of_dialogs(element: ui.element) -> ui.element:
    """Where a dialog is drawn that has to outlive a row that is drawn anew, and leave with the page it is on."""
    around = next((one for one in element.ancestors() if isinstance(one, GuardedPages)), None)
    return element.client.content if around is None else around


def _is_there(slot: Slot) -> bool:
    try:
        return not slot.parent.is_deleted
    except RuntimeError:  # it is not even in memory
        return False


def _leave_the_one_before() -> None:
    for element in list(ui.context.client.elements.values()):
        if isinstance(element, PasswordDialog):
            element.leave()
