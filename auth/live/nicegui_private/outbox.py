# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false
"""NiceGUI's outbox: what waits to be sent to a page, and what was sent and is kept for a tab that comes back.

Private: ``Outbox.enqueue_message``, ``enqueue_update``, ``messages``, ``message_history``, ``updates`` and
``_loaded_components``.
Public way: none; what a page was told can't be taken back, and a tab that comes back is replayed all it has missed.
Guarded by tests/auth/test_notes.py and test_nicegui_private.py.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from nicegui import Client as Page
from nicegui import ui
from nicegui.outbox import Message, Outbox, deleted

__all__ = ['Message', 'drop_messages', 'filter_what_is_sent', 'forget_history', 'refresh_history']

_enqueue_message = Outbox.enqueue_message
_enqueue_update = Outbox.enqueue_update


def filter_what_is_sent(is_dropped: Callable[[Message], bool], is_update_dropped: Callable[[ui.element], bool]) -> None:
    """Drop messages, and updates of elements, before they are queued."""
    def enqueue_message(self: Outbox, message_type: str, data: Any, target_id: str) -> None:
        if not is_dropped((target_id, message_type, data)):
            _enqueue_message(self, message_type, data, target_id)

    def enqueue_update(self: Outbox, element: ui.element) -> None:
        if not is_update_dropped(element):
            _enqueue_update(self, element)

    Outbox.enqueue_message = enqueue_message
    Outbox.enqueue_update = enqueue_update


def drop_messages(page: Page, is_dropped: Callable[[Message], bool]) -> None:
    """Drop messages that wait to be sent to a page, or to be sent again."""
    outbox = page.outbox
    if outbox.messages:
        outbox.messages = deque(message for message in outbox.messages if not is_dropped(message))
    for place, (number, at, message) in enumerate(outbox.message_history):
        if is_dropped(message):  # the numbers have no gaps: something has to stand there
            outbox.message_history[place] = number, at, (message[0], 'run_javascript', {'code': ''})


def forget_history(page: Page) -> None:
    """Replay nothing to a tab that comes back: it reloads instead."""
    page.outbox.message_history.clear()


def refresh_history(page: Page) -> None:
    """Let a tab that comes back get what it missed as it is now.

    NiceGUI replays elements as they were when they were sent, after those that have changed since: the older ones would
    stay on the screen.
    """
    for _, _, (_, kind, data) in page.outbox.message_history:
        if kind == 'update':
            for element_id in data.keys() - {'_id'}:
                page.outbox.updates[element_id] = page.elements.get(element_id, deleted)
            data.clear()
            page.outbox._loaded_components.clear()  # the components that the elements need are sent again before them
