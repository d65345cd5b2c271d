# pyright: reportUnknownMemberType=false
"""What a page puts beside its place: it would outlive the page, with all that it says and does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from nicegui import Client as Page
from nicegui import ui

from .nicegui_private.page_parts import handlers_of, listeners_of, remove_listeners


class Surroundings:
    """What is around the content of a page before its builder has put anything there.

    :param page: the page of the tab
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._own = tuple(self._ids())  # one for each tab, and smaller than a set

    def sweep(self, place: ui.element | None = None) -> None:
        """Remove what has come since.

        :param place: an element that stays
        """
        for handlers in handlers_of(self._page):
            handlers[:] = [handler for handler in handlers if id(handler) in self._own]
        for element in self._around():
            remove_listeners(element, but=self._own)
            for child in list(element.default_slot.children):
                if id(child) not in self._own and child is not place:
                    child.delete()

    def _ids(self) -> frozenset[int]:
        return frozenset(id(one) for one in self._all())

    def _all(self) -> Iterator[object]:
        for handlers in handlers_of(self._page):
            yield from handlers
        for element in self._around():
            yield from listeners_of(element)
            yield from element.default_slot.children

    def _around(self) -> tuple[ui.element, ...]:
        """What NiceGUI puts around the content of every page, and the content."""
        return self._page.layout, self._page.page_container, *self._page.page_container.default_slot.children, \
            self._page.content


class Shell(Surroundings):
    """What is around the pages of a tab: all that was there before them, or came in the same breath.

    Whatever comes later is of some page: a dialog, which NiceGUI keeps beside it until garbage is collected; what it
    draws outside of its place; and whom it lets listen to the whole page, or to its connection and its path.

    :param page: the page of the tab, before anything of its pages is built
    """

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._of_first_page: frozenset[int] = frozenset()
        asyncio.get_running_loop().call_soon(self._is_built)

    def first_page_is_built(self) -> None:
        """Take what has come until now for a part of the first page."""
        self._of_first_page = self._ids().difference(self._own)

    def _is_built(self) -> None:
        self._own = tuple(self._ids() - self._of_first_page)
        self._of_first_page = frozenset()
