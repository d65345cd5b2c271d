"""Elements that follow the state of their tab, where a binding is not enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import ui

from ..live.tabs import tabs


def follow(element: ui.element, show: Callable[[], None]) -> None:
    """Call a function now, and again whenever the state of the tab changes, until an element is deleted.

    :param element: what shows the state
    :param show: brings it up to date
    """
    on_change = tabs().here().on_change
    on_change.append(_Follower(element, show, on_change))
    show()


def redraw_on_change(container: ui.element, draw: Callable[[], None]) -> None:
    """Fill a container now, and again whenever the state of its tab changes; for what can't be bound, such as a list.

    :param container: what is emptied and filled
    :param draw: builds the content
    """
    def redraw() -> None:
        container.clear()
        with container:
            draw()

    follow(container, redraw)


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    """An object, because a closure that removes itself would be a reference cycle and keep the page in memory."""

    element: ui.element
    show: Callable[[], None]
    on_change: list[Callable[[], None]]

    def __call__(self) -> None:
        if self.element.is_deleted:
            self.on_change.remove(self)
        else:
            self.show()
