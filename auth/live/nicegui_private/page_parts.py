# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""Who listens to a page, and to its elements.

Private: ``Element._event_listeners``, ``SubPagesRouter._path_changed_handlers``, ``Client.connect_handlers``.
Public way: none; what was added with ``on``, ``on_path_changed`` and ``on_connect`` can't be listed or removed.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

from collections.abc import Collection

from nicegui import Client as Page
from nicegui import ui


def handlers_of(page: Page) -> tuple[list[object], ...]:
    """The lists of what is called when the page connects, or its path changes; to read, and to remove from."""
    return page.connect_handlers, page.sub_pages_router._path_changed_handlers  # pyright: ignore[reportReturnType]


def listeners_of(element: ui.element) -> Collection[object]:
    """The event listeners of an element."""
    return element._event_listeners.values()


def remove_listeners(element: ui.element, but: Collection[int]) -> None:
    """Remove event listeners of an element.

    :param but: the ``id()`` of those that stay
    """
    for listener in list(element._event_listeners.values()):
        if id(listener) not in but:
            del element._event_listeners[listener.id]
            element.update()
