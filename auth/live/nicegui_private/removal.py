# pyright: reportPrivateUsage=false, reportUnknownMemberType=false
"""Elements that are removed: their circles of references are cut, so that they are freed without the garbage collector.

Private: ``Client.remove_elements``, through which every removal goes, and ``_change_handlers`` of an element's props,
classes and style, which hold the element.
Public way: ``gc.collect()``, which looks at the objects of all open tabs and holds up each of them.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nicegui import Client as Page
from nicegui.element import Element

_remove_elements = Page.remove_elements


def on_removal(act: Callable[[Element], None]) -> None:
    """Cut the circles of each element that is removed from now on, and call this with it."""
    def remove_elements(page: Page, elements: Iterable[Element]) -> None:
        removed = list(elements)
        _remove_elements(page, removed)
        for element in removed:
            for observed in (element.props, element.classes, element.style):
                observed._change_handlers.clear()
            act(element)

    Page.remove_elements = remove_elements  # pyright: ignore[reportAttributeAccessIssue]
