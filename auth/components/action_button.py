# pyright: reportUnknownMemberType=false
"""A button that runs one action on the server at a time, shows progress, and shows errors beside itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Self

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ..errors import AuthError, ReverificationRequired
from ..language import _
from ..live.memory import HoldsItself
from .password_dialog import PasswordDialog, needs_password, place_of_dialogs

DISABLED_AFTER_SECONDS = 0.1
"""When a running button looks disabled. It takes no click from the start; drawing that sooner would only cost time."""

PROGRESS_AFTER_SECONDS = 0.3
"""When a running button shows progress."""


_in_action: ContextVar[bool] = ContextVar('in_action', default=False)


def is_in_action() -> bool:
    """Whether the action of a button is being done, which asks for the password itself if that is wanting."""
    return _in_action.get()


class ActionButton(ui.element, HoldsItself):
    """A button that calls an action.

    Content put into it with ``with`` takes the place of the label.

    :param label: what is written on the button
    :param action: what it does; an ``AuthError`` that it raises is shown beside the button
    :param refused: what has not happened then; stands before an error that does not say so itself
    """

    def __init__(self, label: str, action: Callable[[], Awaitable[object]], *, refused: str = '') -> None:
        super().__init__('div')
        self.classes('ls-action')
        self._action = action
        self.refused = refused
        self._is_running = False
        with self.default_slot:
            self.button = TextElement(tag='button', text=label).props('type=button').classes('ls-button')
            self.button.on('click', self._clicked, [])
            self.error = ui.label().classes('ls-error').props('role=alert')
        self.error.set_visibility(False)

    def __enter__(self) -> Self:
        """Put what is built in the block into the button."""
        self.button.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.button.__exit__(*_)

    def let_go(self) -> None:
        """Drop the action, which may be a method of an element around this button (a reference cycle)."""
        del self._action

    async def _clicked(self) -> None:
        if self._is_running or self.is_deleted:  # a second click, or one at what is being redrawn
            return
        self.error.set_visibility(False)
        await self._run(self._action)

    async def _run(self, action: Callable[[], Awaitable[object]]) -> None:
        self._is_running = True
        later = asyncio.get_running_loop().call_later
        shown = [later(DISABLED_AFTER_SECONDS, self.button.props, 'disabled'),
                 later(PROGRESS_AFTER_SECONDS, self.button.props, 'aria-busy=true')]
        token = _in_action.set(True)
        try:
            await action()
        except ReverificationRequired:
            self._ask_password(action)
        except AuthError as error:
            self.tell(error)
        finally:
            _in_action.reset(token)
            for timer in shown:
                timer.cancel()
            self._is_running = False
            if not self.is_deleted:
                self.button.props(remove='disabled aria-busy')

    def _ask_password(self, action: Callable[[], Awaitable[object]]) -> None:
        if self.is_deleted:
            return
        label = self.button.text or _('Go on')
        called: object = self.button.props.get('aria-label')  # pyright: ignore[reportUnknownVariableType]
        slot = ui.context.slot
        with place_of_dialogs(self):
            PasswordDialog(needs_password(f'{called or label}', label), partial(self._run, action),
                           within=slot)

    def tell(self, error: AuthError) -> None:
        """Show an error beside the button, or as a note if it is there no more."""
        words = error.message if error.tells_all else f'{self.refused} {error.message}'.strip()
        if self.is_deleted:
            ui.notify(words, type='negative')
            return
        self.error.set_text(words)
        self.error.set_visibility(True)
