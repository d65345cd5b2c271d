# pyright: reportUnknownMemberType=false
"""The guard of pages: who sees which one, live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Self, cast

from nicegui import ui
from starlette.datastructures import QueryParams
from starlette.responses import Response

from ..access import (
    Access,
    Answer,
    PageBuilder,
    PageRefused,
    Recently,
    answer,
    covers,
    is_for_everybody,
    name_of,
    recently_of,
    stated_access,
)
from ..web.page_parameters import refuse_dependencies
from ..web.routes import Route, Routes, table_of
from . import notes
from .leaving import leave_for
from .nicegui_private.layout_parts import let_pages_have_layout_parts, remove_layout_parts
from .nicegui_private.scripts import awaited_scripts
from .nicegui_private.sub_pages import HookedSubPages, RouteMatch, check_other_sub_pages
from .placeholders import Placeholders, chosen_placeholders
from .recent_pages import recent_within
from .shell import Shell
from .tab import Tab
from .tabs import tabs


class GuardedPages(HookedSubPages):
    """A ``ui.sub_pages`` that shows private pages only to somebody who is signed in, and takes them away live.

    :param routes: the pages by path
    :param tab: whose pages they are; by default, that of the page which is being built
    :param placeholders: what to show where a page can't be; by default, what the shell shows
    :raises AccessNotStated: if a page does not say whether it is public or private
    :raises PageRefused: if a page asks for what can't be honoured
    """

    def __init__(self, routes: Mapping[str, PageBuilder], *, tab: Tab | None = None,
                 placeholders: Placeholders | None = None) -> None:
        tab = tab or tabs().here()
        self._table = table_of(routes)
        self._tab = tab
        self._placeholders = placeholders or chosen_placeholders()
        self._access: Access = 'public'
        self._built_for: object = None
        self._showed_private = False
        self._shell = Shell(tab.page)
        super().__init__()
        self._shell.first_page_is_built()
        tab.on_change.append(self._follow)

    def add(self, path: str, page: PageBuilder) -> Self:
        """Add a page. The gateway does not know it: it is reached from another page only."""
        self._table = Routes({**self._table, path: page})
        self.show_again()
        return self

    def find_page(self, path: str, query: str, fragment: str) -> RouteMatch | None:
        """Find the page as the gateway does, or the one whose own sub pages the rest of the path may be for."""
        for start in (path, *_starts_of(path, self._table.depth)):
            if found := self._table.find(start):
                route, parameters = found
                place = route.place_of(start, parameters)
                return RouteMatch(path=place, pattern=route.path, builder=route, parameters=parameters,
                                  query_params=QueryParams(query), fragment=fragment, remaining_path=path[len(place):])
        return None

    def build_page(self, match: RouteMatch) -> bool:
        """Build the page, or what stands in its place for somebody who may not see it."""
        route = cast(Route, match.builder)
        self._access = route.access
        self._built_for = self._who()
        what = answer(route.access, self._tab.here)
        if what is Answer.LET_IN and not self.fits(match):
            what = Answer.NOT_THERE
        if what is not Answer.LET_IN:
            return self.show_instead(match, self._placeholders.instead_of(what))
        if route.recently is not None and not self._is_recent(route.recently):
            self._tab.shows[self.id] = route.access
            return self.show_instead(match, partial(self._placeholders.recently, self.refresh))
        self._tab.shows[self.id] = route.access
        self._showed_private = self._showed_private or not is_for_everybody(route.access)
        # A public page that stays is for whoever is here later, too.
        with notes.telling_for(None if is_for_everybody(route.access) else self._tab.state):
            return self.run_builder(match, route)

    def _is_recent(self, recently: Recently) -> bool:
        """Whether the password was given a moment ago; if so, it is asked of each event as well."""
        within = recent_within(self._tab, recently)
        if within is None:
            return False
        self._tab.takes_recent[self.id] = within, self.refresh
        return True

    def show_not_found(self) -> None:
        """Show that there is no such page."""
        self._placeholders.not_found()

    def show_failure(self, error: Exception) -> None:
        """Show that a page could not be built."""
        self._placeholders.failed(error)

    def answer_with(self, made: Response) -> None:
        """Answer with what a page returns in place of itself."""
        leave_for(self._tab, made)

    def _who(self) -> object:
        """For whom a page that is not public is built; for anybody else it is built anew."""
        here = self._tab.here
        return here.status, self._tab.state.session_id, here.roles, here.pending

    def clear(self) -> Self:
        """Take away what is shown, and what it has put beside its place if it was not for everybody.

        It counts as shown until all of it is gone: it may hold something that fails when it is deleted.
        """
        try:
            self._sweep()
            remove_layout_parts(self)
        finally:
            super().clear()
        self._tab.shows.pop(self.id, None)
        self._tab.takes_recent.pop(self.id, None)
        return self

    def before_delete(self) -> None:
        """Take away what the page has put beside its place, unless the whole tab is closed."""
        if self._follow in self._tab.on_change:
            self._tab.on_change.remove(self._follow)
            self._sweep()
            remove_layout_parts(self)
        self._tab.shows.pop(self.id, None)
        self._tab.takes_recent.pop(self.id, None)

    def _sweep(self) -> None:
        if not is_for_everybody(self._tab.shows.get(self.id, 'public')):
            self._shell.sweep(self)

    def _follow(self) -> None:
        who = self._who()
        if who == self._built_for or self.is_deleted:  # deleted a moment ago, with the page around it
            return
        self._built_for = who
        if self._showed_private:
            self._showed_private = False
            self._tab.unanswerable = awaited_scripts()
        if self.has_page and not is_for_everybody(self._access):
            self.refresh()


def guard_other_sub_pages() -> None:
    """Let a plain ``ui.sub_pages`` within a page refuse what it can't honour, and show what fails like its page."""
    check_other_sub_pages(_check_other)
    let_pages_have_layout_parts()


def _check_other(place: ui.element, builder: PageBuilder, path: str) -> None:
    access = stated_access(builder)
    if recently_of(builder) is not None or (access is not None and not _is_covered(place, access)):
        raise PageRefused(f'The page "{name_of(builder)}" at {path} is shown by a ui.sub_pages, which asks nobody who '
                          'they are: show it through GuardedPages.')
    refuse_dependencies(builder, path)


def _is_covered(place: ui.element, access: Access) -> bool:
    """Whether something around a place asks for as much, and takes away what is in it."""
    tab = tabs().get(place.client.id)
    return is_for_everybody(access) or (tab is not None and any(
        covers(tab.shows[around.id], access) for around in place.ancestors() if around.id in tab.shows))


def _starts_of(path: str, depth: int) -> Iterator[str]:
    """The path, and what is left of it when segment after segment is taken from its end; of a long one, its start."""
    segments = path.split('/')
    for count in range(min(len(segments), depth + 1), 0, -1):
        yield '/'.join(segments[:count]) or '/'
