# pyright: reportUnknownMemberType=false
"""The button that signs out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ..errors import AuthError
from .here import sign_out

DISABLED_AFTER_SECONDS = 0.1
"""At work the button takes no click. It looks so after this time; sooner it would only be one more thing to draw."""

PROGRESS_AFTER_SECONDS = 0.3
"""Whatever takes longer than this shows that it is at work."""

Before = Callable[[], bool | None] | Callable[[], Awaitable[bool | None]]


class SignOutButton(ui.element):
    """A button that signs out; an error is told beside it.

    Content put into it with ``with`` takes the place of the label::

        with SignOutButton(label=''):
            ui.label('Leave')

    :param session_id: the one session to end; without it, every session of this browser
    :param redirect_url: where the tab goes afterwards; by default home, or to the chooser if other accounts remain
    :param label: what is written on the button
    :param before: called first; if it returns False, nobody is signed out
    """

    def __init__(self, session_id: str | None = None, redirect_url: str | None = None, *, label: str = 'Sign out',
                 before: Before | None = None) -> None:
        super().__init__('div')
        self.classes('sign-out')
        self._session_id = session_id
        self._redirect_url = redirect_url
        self._before = before
        self._at_work = False
        with self.default_slot:
            self.button = TextElement(tag='button', text=label).props('type=button').classes('button')
            self.button.on('click', self._clicked, [])
            self.error = ui.label().classes('error').props('role=alert')
        self.error.set_visibility(False)

    def __enter__(self) -> Self:
        """Put what is built in the block into the button."""
        self.button.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.button.__exit__(*_)

    async def _clicked(self) -> None:
        if self._at_work:  # a second click that was sent before the first one was answered
            return
        self._at_work = True
        self.error.set_visibility(False)
        later = asyncio.get_running_loop().call_later
        shown = [later(DISABLED_AFTER_SECONDS, self.button.props, 'disabled'),
                 later(PROGRESS_AFTER_SECONDS, self.button.props, 'aria-busy=true')]
        try:
            if await self._is_wanted():
                await sign_out(self._session_id, self._redirect_url)
        except AuthError as error:
            self._tell(error.message)
        finally:
            for timer in shown:
                timer.cancel()
            self._at_work = False
            if not self.is_deleted:
                self.button.props(remove='disabled aria-busy')

    async def _is_wanted(self) -> bool:
        answer = self._before() if self._before else None
        if isinstance(answer, Awaitable):
            answer = await answer
        return answer is not False

    def _tell(self, message: str) -> None:
        if not self.is_deleted:
            self.error.set_text(f'You are still signed in. {message}')
            self.error.set_visibility(True)
