# pyright: reportUnknownMemberType=false
"""A button that does something on the server: one thing at a time, with progress, and errors told beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ..errors import AuthError
from ..live.memory import HoldsItself

DISABLED_AFTER_SECONDS = 0.1
"""At work the button takes no click. It looks so after this time; sooner it would only be one more thing to draw."""

PROGRESS_AFTER_SECONDS = 0.3
"""Whatever takes longer than this shows that it is at work."""


class ActionButton(ui.element, HoldsItself):
    """A button that calls an action.

    Content put into it with ``with`` takes the place of the label.

    :param label: what is written on the button
    :param action: what it does; an ``AuthError`` that it raises is told beside the button
    :param refused: put before the message of an error that does not tell it all
    """

    def __init__(self, label: str, action: Callable[[], Awaitable[object]], *, refused: str = '') -> None:
        super().__init__('div')
        self.classes('action')
        self._action = action
        self._refused = refused
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

    def let_go(self) -> None:
        """Drop the action, which may be a method of what this button is a part of."""
        del self._action

    async def _clicked(self) -> None:
        if self._at_work:  # a second click that was sent before the first one was answered
            return
        self._at_work = True
        self.error.set_visibility(False)
        later = asyncio.get_running_loop().call_later
        shown = [later(DISABLED_AFTER_SECONDS, self.button.props, 'disabled'),
                 later(PROGRESS_AFTER_SECONDS, self.button.props, 'aria-busy=true')]
        try:
            await self._action()
        except AuthError as error:
            self._tell(error)
        finally:
            for timer in shown:
                timer.cancel()
            self._at_work = False
            if not self.is_deleted:
                self.button.props(remove='disabled aria-busy')

    def _tell(self, error: AuthError) -> None:
        if not self.is_deleted:
            self.error.set_text(error.message if error.tells_all else f'{self._refused} {error.message}'.strip())
            self.error.set_visibility(True)
