# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The hooks of ``ui.sub_pages``: which page it finds, what it builds, and what it shows where it can't.

Private: ``SubPages._find_matching_path``, ``_render_page``, ``_render_404``, ``_render_error``, ``_show``, ``_match``,
``_router``, ``_root_path``, ``_rendered_path``, ``_data``, ``_active_tasks`` and ``_handle_delete``.
Public way: ``ui.sub_pages`` with a table of builders; it asks nobody whether a page may be shown, and shows an error
page of its own.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any
from urllib.parse import unquote
from weakref import ref

from nicegui import ui
from nicegui.helpers import should_await
from nicegui.page_arguments import PageArguments, RouteMatch
from starlette.responses import Response

from ...requests.base import path_below

__all__ = ['HookedSubPages', 'RouteMatch', 'check_other_sub_pages']

PageBuilder = Callable[..., Any]


class HookedSubPages(ui.sub_pages):
    """A ``ui.sub_pages`` that leaves to its subclass what it shows."""

    def __init__(self) -> None:
        self.layout_parts: list[ui.element] = []
        super().__init__()

    def find_page(self, path: str, query: str, fragment: str) -> RouteMatch | None:
        """Find the page at a path, from where these sub pages begin."""
        raise NotImplementedError

    def build_page(self, match: RouteMatch) -> bool:
        """Build what is shown for the page that was found, here where it is called."""
        raise NotImplementedError

    def show_not_found(self) -> None:
        """Build what is shown if no page was found."""
        raise NotImplementedError

    def show_failure(self, error: Exception) -> None:
        """Build what is shown if a page could not be built."""
        raise NotImplementedError

    def answer_with(self, made: Response) -> None:
        """Answer with what a page returns in place of itself."""
        raise NotImplementedError

    def before_delete(self) -> None:
        """Called before the sub pages are deleted."""

    @property
    def has_page(self) -> bool:
        """Whether a page was found for the current path."""
        return self._match is not None

    def show_again(self) -> None:
        """Find the page for the current path, and show it unless it is shown."""
        self._show()

    def run_builder(self, match: RouteMatch, builder: PageBuilder) -> bool:
        """Let NiceGUI run a builder for the page that was found; if it fails, even later, that is shown."""
        match.builder = _showing_failure(self, builder)
        return _render_page(self, match)

    def show_instead(self, match: RouteMatch, builder: Callable[[], None]) -> bool:
        """Show something else in the place of the page that was found."""
        self._rendered_path = match.path
        builder()
        return True

    def fits(self, match: RouteMatch) -> bool:
        """Whether the values in the address are what the builder takes them for, such as numbers."""
        try:
            PageArguments.build_kwargs(match, self, {})
        except ValueError:
            return False
        return True

    def _find_matching_path(self) -> RouteMatch | None:
        path, query, fragment = self._address()
        return self.find_page(f'/{path[len(self._root_path or ""):].removeprefix("/")}', query, fragment)

    def _address(self) -> tuple[str, str, str]:
        """The path, the query and the fragment; of a request, the path that the gateway has checked."""
        if self._router.is_initial_request:
            scope = self.client.request.scope
            return path_below(scope), scope['query_string'].decode('latin-1'), ''
        address, _, fragment = str(self._router.current_path).partition('#')
        path, _, query = address.partition('?')
        return unquote(path), query, fragment

    def _render_page(self, match: RouteMatch) -> bool:
        return self.build_page(match)

    def _render_404(self) -> None:
        self.show_not_found()

    def _render_error(self, _: Exception) -> None:
        self.show_failure(_)

    def _handle_delete(self) -> None:
        self.before_delete()
        super()._handle_delete()


_render_page = ui.sub_pages._render_page
_render_error = ui.sub_pages._render_error


def check_other_sub_pages(check: Callable[[ui.sub_pages, PageBuilder, str], None]) -> None:
    """Check what a plain ``ui.sub_pages`` is about to show, and let the one around it show what fails.

    :param check: called with the sub pages, the builder and its path; raises if it is refused
    """
    def render_page(self: ui.sub_pages, match: RouteMatch) -> bool:
        match.builder = _showing_failure(self, match.builder, partial(check, self, match.builder, match.pattern))
        return _render_page(self, match)

    ui.sub_pages._render_page = render_page
    ui.sub_pages._render_error = _render_other_error


def _render_other_error(self: ui.sub_pages, _: Exception) -> None:
    around = next((one for one in self.ancestors() if isinstance(one, HookedSubPages)), None)
    if around is None:
        _render_error(self, _)
    else:
        around.show_failure(_)


def _showing_failure(place: ui.sub_pages, builder: PageBuilder, check: Callable[[], None] = lambda: None
                     ) -> PageBuilder:
    """Return a builder whose failure is shown also when it is async; NiceGUI would leave half of a page."""
    there = ref(place)  # the place keeps what is returned: a reference back would be a cycle

    @wraps(builder)
    def build(**values: Any) -> Any:
        check()
        result = builder(**values)
        if should_await(result):
            return _finish(there, result)
        _answer_with(there(), result)
        return None

    return build


def _answer_with(place: ui.sub_pages | None, result: Any) -> None:
    if isinstance(place, HookedSubPages) and isinstance(result, Response):
        place.answer_with(result)


async def _finish(there: ref[ui.sub_pages], building: Awaitable[Any]) -> None:
    try:
        _answer_with(there(), await building)
    except Exception as error:
        place = there()
        if place is None or asyncio.current_task() not in place._active_tasks:  # something else is shown there now
            raise
        with place.clear():
            place._render_error(error)
        place.client.handle_exception(error)
