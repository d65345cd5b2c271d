"""The button that signs out; it asks before it signs out of several accounts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ..language import _, number
from .confirmation import AskingButton
from .current_tab import auth_state
from .dialog import Question
from .following import follow
from .session_acts import count_accounts, sign_out

Before = Callable[[], bool | None] | Callable[[], Awaitable[bool | None]]


class SignOutButton(AskingButton):
    """A button that signs out; an error is shown beside it.

    Where it would sign out of several accounts, it asks first.

    Content put into it with ``with`` takes the place of the label::

        with SignOutButton(label=''):
            ui.label('Leave')

    :param session_id: the one session to end; without it, every session of this browser
    :param redirect_url: where the tab goes afterwards; by default home, or to the chooser if other accounts remain
    :param label: what is written on the button; by default "Sign out", and "Sign out of all accounts" while there are
        several that it would sign out
    :param before: called before anybody is signed out; if it returns False, nobody is
    """

    def __init__(self, session_id: str | None = None, redirect_url: str | None = None, *,
                 label: str | None = None, before: Before | None = None) -> None:
        super().__init__(_('Sign out') if label is None else label, self._press,
                         refused=_('You are still signed in.'))
        self._session_id = session_id
        self._redirect_url = redirect_url
        self._before = before
        self.classes('ls-sign-out')
        if label is None and session_id is None:
            self._state = auth_state()
            follow(self, self._say_of_how_many)

    def _say_of_how_many(self) -> None:
        self.button.set_text(_('Sign out of all accounts') if len(self._state.sessions) > 1 else _('Sign out'))

    async def _press(self) -> None:
        count = 1 if self._session_id is not None or len(auth_state().sessions) < 2 else await count_accounts()
        if count < 2:
            await self._sign_out()
        else:
            self.ask(Question(
                title=_('Sign out of {count} accounts?', count=number(count)),
                text=_('All of them are signed out in every tab of this browser. To come back, each needs its '
                       'password.'),
                act=_('Sign out of {count} accounts', count=number(count))), self._sign_out)

    async def _sign_out(self) -> None:
        answer = self._before() if self._before else None
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer is not False:
            await sign_out(self._session_id, self._redirect_url)
