# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""The guard of pages: who sees which one, live.

Like auth/live/socket_guard.py and auth/live/shell.py it uses private names of NiceGUI; tests/auth/test_guard.py fails
when an upgrade changes one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Self, cast
from urllib.parse import unquote
from weakref import ref

from nicegui import ui
from nicegui.helpers import should_await
from nicegui.javascript_request import JavaScriptRequest
from nicegui.page_arguments import PageArguments, RouteMatch
from starlette.datastructures import QueryParams

from ..access import Access, Answer, PageBuilder, PageRefused, answer, is_for_everybody, name_of, stated_access
from ..web.page_parameters import signature_of
from ..web.routes import PARAMETER, Route, Routes, table_of
from . import notes
from .shell import Shell
from .tabs import Tab


@dataclass(frozen=True, slots=True)
class Placeholders:
    """What is shown where a page can't be; each builds its content where it is called."""

    loading: Callable[[], None]
    """In place of a private page while it is not known who is signed in."""
    signed_out: Callable[[], None]
    """In place of a private page to somebody who is not signed in."""
    not_found: Callable[[], None]
    """For a path that is no page's."""
    failed: Callable[[Exception], None]
    """For a page whose builder failed, and with what: to be logged, not shown."""

    def instead_of(self, what: Answer) -> Callable[[], None]:
        """What is shown to somebody who may not see a page."""
        return {Answer.LOADING: self.loading, Answer.SIGN_IN: self.signed_out, Answer.CHOOSE: self.signed_out,
                Answer.NOT_THERE: self.not_found}[what]


class GuardedPages(ui.sub_pages):
    """A ``ui.sub_pages`` that shows private pages only to somebody who is signed in, and takes them away live.

    :param routes: the pages by path
    :param tab: whose pages they are
    :param placeholders: what to show where a page can't be
    :raises AccessNotStated: if a page does not say whether it is public or private
    :raises PageRefused: if a page asks for what can't be honoured
    """

    def __init__(self, routes: Mapping[str, PageBuilder], *, tab: Tab, placeholders: Placeholders) -> None:
        self._table = table_of(routes)
        self._tab = tab
        self._placeholders = placeholders
        self._access: Access = 'public'
        self._built_for: object = None
        self._showed_private = False
        self._shell = Shell(tab.page)
        super().__init__()
        self._shell.first_page_is_built()
        tab.on_change.append(self._follow)

    def add(self, path: str, page: PageBuilder) -> Self:
        """Add a page. The front door does not know it: it is reached from another page only."""
        self._table = Routes({**self._table, path: page})
        self._show()
        return self

    def _find_matching_path(self) -> RouteMatch | None:
        """Find the page as the front door does, or the one whose own sub pages the rest of the path may be for."""
        path, query, fragment = self._asked_for()
        path = f'/{path[len(self._root_path or ""):].removeprefix("/")}'
        for start in _starts_of(path, self._table.depth):
            if found := self._table.find(start):
                route, parameters = found
                return RouteMatch(path=start, pattern=route.path, builder=route, parameters=parameters,
                                  query_params=QueryParams(query), fragment=fragment, remaining_path=path[len(start):])
        return None

    def _asked_for(self) -> tuple[str, str, str]:
        """The path, the query and the fragment; the path of a request is that which the front door has seen."""
        if self._router.is_initial_request:
            scope = self.client.request.scope
            return scope['path'], scope['query_string'].decode('latin-1'), ''
        address, _, fragment = str(self._router.current_path).partition('#')
        path, _, query = address.partition('?')
        return unquote(path), query, fragment

    def _render_page(self, match: RouteMatch) -> bool:
        route = cast(Route, match.builder)
        self._access = route.access
        self._built_for = self._who()
        what = answer(route.access, self._tab.here)
        if what is Answer.LET_IN and not self._fits(match):
            what = Answer.NOT_THERE
        if what is Answer.LET_IN:
            self._tab.shows[self.id] = route.access
            self._showed_private = self._showed_private or not is_for_everybody(route.access)
            match.builder = _telling_of_failure(self, route)
            # What a public page goes on doing, it does for whoever is here then.
            with notes.telling_for(None if is_for_everybody(route.access) else self._tab.state):
                return _render_page(self, match)
        self._rendered_path = match.path
        self._placeholders.instead_of(what)()
        return True

    def _fits(self, match: RouteMatch) -> bool:
        """Tell whether the values in the address are what the page takes them for, such as numbers."""
        try:
            PageArguments.build_kwargs(match, self, {})
        except ValueError:
            return False
        return True

    def _who(self) -> object:
        """For whom a page that is not public is built; when it is somebody else, it is built anew."""
        here = self._tab.here
        return here.status, self._tab.state.session_id, here.is_admin

    def _render_404(self) -> None:
        self._placeholders.not_found()

    def _render_error(self, _: Exception) -> None:
        self._placeholders.failed(_)

    def clear(self) -> Self:
        """Take away what is shown, and what it has put beside its place if it was not for everybody.

        It counts as shown until all of it is gone: it may hold something that fails when it is deleted.
        """
        try:
            self._sweep()
        finally:
            super().clear()
        self._tab.shows.pop(self.id, None)
        return self

    def _sweep(self) -> None:
        if not is_for_everybody(self._tab.shows.get(self.id, 'public')):
            self._shell.sweep(self)

    def _follow(self) -> None:
        who = self._who()
        if who == self._built_for or self.is_deleted:  # by another one, in whose page it was, a moment ago
            return
        self._built_for = who
        if self._showed_private:
            self._showed_private = False
            self._tab.unanswerable = frozenset(JavaScriptRequest._instances)
        if self._match and not is_for_everybody(self._access):
            self.refresh()

    def _handle_delete(self) -> None:
        if self._follow in self._tab.on_change:  # else the whole tab is closed
            self._tab.on_change.remove(self._follow)
            self._sweep()
        self._tab.shows.pop(self.id, None)
        super()._handle_delete()


def guard_other_sub_pages() -> None:
    """Let a plain ``ui.sub_pages`` within a page refuse what it can't honour, and show what fails like its page."""
    ui.sub_pages._render_page = _render_other_page
    ui.sub_pages._render_error = _render_other_error


_render_page = ui.sub_pages._render_page
_render_error = ui.sub_pages._render_error


def _render_other_page(self: ui.sub_pages, match: RouteMatch) -> bool:
    builder, path = cast(PageBuilder, match.builder), match.pattern
    access = stated_access(builder)
    if access is not None and not is_for_everybody(access):
        raise PageRefused(f'The page "{name_of(builder)}" at {path} is shown by a ui.sub_pages, which asks nobody who '
                          'they are: show it through GuardedPages.')
    signature_of(builder, path, PARAMETER.findall(path), self._data)
    match.builder = _telling_of_failure(self, builder)
    return _render_page(self, match)


def _render_other_error(self: ui.sub_pages, _: Exception) -> None:
    place = next((one for one in self.ancestors() if isinstance(one, GuardedPages)), None)
    (place._render_error if place else partial(_render_error, self))(_)


def _telling_of_failure(place: ui.sub_pages, builder: PageBuilder) -> PageBuilder:
    """Return a builder whose failure is shown also when it is async; NiceGUI would leave half of a page."""
    there = ref(place)  # which keeps what is returned: so they are no cycle

    @wraps(builder)
    def build(**values: Any) -> Any:
        result = builder(**values)
        return _finish(there, result) if should_await(result) else result

    return build


async def _finish(there: ref[ui.sub_pages], building: Awaitable[Any]) -> None:
    try:
        await building
    except Exception as error:
        place = there()
        if place is None or asyncio.current_task() not in place._active_tasks:  # something else is shown there now
            raise
        with place.clear():
            place._render_error(error)
        place.client.handle_exception(error)


def _starts_of(path: str, depth: int) -> Iterator[str]:
    """The path, and what is left of it when segment after segment is taken from its end; of a long one, its start."""
    segments = path.split('/')
    for count in range(min(len(segments), depth + 1), 0, -1):
        yield '/'.join(segments[:count]) or '/'
