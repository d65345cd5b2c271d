# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""Notes, which hang beside the page and outlive what they were told from: each leaves with the session it was told for.

static/live/screen.js takes away those that are on the screen. Here those are dropped that would come after them: what
waits to be sent, or to be sent again, and what is told by a handler that was under way when the session ended. One that
is marked public is told all the same: ``ui.notify('Goodbye', attrs={'data-public': ''})``.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from nicegui import Client as Page
from nicegui import ui

from .nicegui_private.outbox import Message, drop_messages, filter_what_is_sent
from .state import AuthState

PUBLIC = {'data-public': ''}
"""Given as ``attrs`` of a note, it tells that the note holds nothing private."""

_NOTE = 'notify'
_told_for: ContextVar[tuple[AuthState, str] | None] = ContextVar('told_for', default=None)


@contextmanager
def telling_for(state: AuthState | None) -> Generator[None]:
    """What is told in this block, and by the tasks that it starts, is told for the session that a tab shows now.

    :param state: of the tab; None if it is told for nobody in particular
    """
    token = _told_for.set((state, state.session_id) if state and state.session_id else None)
    try:
        yield
    finally:
        _told_for.reset(token)


def install() -> None:
    """Let no note be sent that is told for a session that has ended."""
    filter_what_is_sent(_is_late_note, _is_late_notification)


class Notes:
    """Drops the notes of a page that were told for a session, when it ends; call it whenever the state has changed."""

    __slots__ = ('_page', '_session_id', '_state')

    def __init__(self, page: Page, state: AuthState) -> None:
        self._page = page
        self._state = state
        self._session_id = state.session_id

    def __call__(self) -> None:
        """Drop them, if it has ended."""
        before, self._session_id = self._session_id, self._state.session_id
        if before is not None and before != self._session_id:
            _drop_notes(self._page)


def _drop_notes(page: Page) -> None:
    drop_messages(page, _is_private_note)
    for element in list(page.layout.default_slot.children):
        if isinstance(element, ui.notification) and _is_private(element.props['options']):
            element.delete()


_Notification = ui.notification


def _is_late_note(message: Message) -> bool:
    return _is_private_note(message) and _is_late()


def _is_late_notification(element: ui.element) -> bool:
    return isinstance(element, _Notification) and _is_late()  # in this order: a page has hundreds of elements


def _is_late() -> bool:
    told_for = _told_for.get()
    return told_for is not None and told_for[0].session_id != told_for[1]


def _is_private_note(message: Message) -> bool:
    return message[1] == _NOTE and _is_private(message[2])


def _is_private(options: Mapping[str, Any]) -> bool:
    return PUBLIC.keys().isdisjoint(options.get('attrs') or ())
