# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The pages of ``ui.page``: which endpoint is one, who builds it, and what was made of that.

Private: ``page._wrap`` and the variables of what it returns, ``app._iter_http_routes``,
``app._page_exception_handler``, and ``Client._response_built``.
Public way: a middleware; it knows neither a page's marks nor its tab, and is not asked at an event.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CellType
from typing import Any

from nicegui import Client as Page
from nicegui import core, ui
from nicegui.helpers import expects_arguments, should_await

PageBuilder = Callable[..., Any]

_wrap = ui.page._wrap


def guard_builders(guard: Callable[[PageBuilder], PageBuilder], at_least_seconds: float) -> None:
    """Let each page be built by what this makes of its builder: those that are registered, and those to come.

    :param at_least_seconds: how long each of them may take
    """
    def wrap(self: ui.page, func: PageBuilder) -> PageBuilder:
        self.response_timeout = max(self.response_timeout, at_least_seconds)
        return _wrap(self, guard(func))

    if ui.page._wrap is _wrap:
        for endpoint in _endpoints():
            variables = _variables_of(endpoint)
            page: ui.page = variables['self'].cell_contents
            page.response_timeout = max(page.response_timeout, at_least_seconds)
            variables['func'].cell_contents = guard(variables['func'].cell_contents)
    ui.page._wrap = wrap


def registered() -> Mapping[PageBuilder, str]:
    """The builders of all pages, with a path of each."""
    return Page.page_routes


def builder_of(endpoint: Any) -> PageBuilder | None:
    """The builder that an endpoint was made of; none if it is no page's."""
    if 'func' not in _variables_of(endpoint):
        return None
    while (endpoint := getattr(endpoint, '__wrapped__', None)) is not None:
        if endpoint in Page.page_routes:
            return endpoint
    return None


async def outcome(made: Any) -> Any:
    """What a builder returns, also if it is async."""
    return await made if should_await(made) else made


def is_delivered(page: Page) -> bool:
    """Whether the browser was sent the page, so that it can't be answered with anything else."""
    return page._response_built


def fail_with(handler: Callable[[Exception], None]) -> None:
    """Show this in the place of a page that failed, unless the author shows something of their own."""
    if core.app._page_exception_handler is None:
        core.app.on_page_exception(handler)


def show_failure(error: Exception, otherwise: Callable[[Exception], None]) -> None:
    """Show what the author shows in the place of a page that failed, and tell whoever wants to know of failures."""
    handler = core.app._page_exception_handler or otherwise
    if expects_arguments(handler):
        handler(error)
    else:
        handler()  # pyright: ignore[reportCallIssue]
    core.app.handle_exception(error)


def _endpoints() -> list[PageBuilder]:
    found = [route.endpoint for route in core.app._iter_http_routes() if builder_of(route.endpoint) is not None]
    return list(dict.fromkeys(found))


def _variables_of(endpoint: PageBuilder) -> dict[str, CellType]:
    """What a function has of those around it, by name."""
    code = getattr(endpoint, '__code__', None)
    return {} if code is None else dict(zip(code.co_freevars, endpoint.__closure__ or (), strict=True))
