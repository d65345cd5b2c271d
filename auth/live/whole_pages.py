# pyright: reportUnknownMemberType=false
"""The guard of whole pages, those of ``ui.page``: who sees which one, live.

NiceGUI and FastAPI build them for a request, with all that these may fill in. So one that was taken away comes back by
a request, too: the browser loads it anew, through the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from ..access import (
    Access,
    Answer,
    PageBuilder,
    PageRefused,
    access_or_private,
    answer,
    is_for_everybody,
    is_framed,
    name_of,
    public,
    recently_of,
)
from ..web.routes import Entrance, Routes
from . import notes, protocol
from .leaving import leave_for
from .nicegui_private.scripts import awaited_scripts
from .nicegui_private.whole_pages import (
    builder_of,
    fail_with,
    guard_builders,
    is_delivered,
    outcome,
    registered,
    show_failure,
)
from .opening import open_tab, who_is_here
from .placeholders import PLAIN, Placeholders, choose_placeholders
from .recent_pages import recent_within
from .shell import Surroundings
from .tab import Tab

RESPONSE_SECONDS = 30
"""How long each page may take, the store's part included. After a restart all tabs come back at once, and one that gets
an error page stays there."""

_FRAME = '__live_sessions_frame__'


def frame(builder: PageBuilder) -> PageBuilder:
    """Mark a whole page that is only around others, which it shows through ``GuardedPages``."""
    setattr(builder, _FRAME, True)
    return public(builder)


class WholePages:
    """Guards the pages of ``ui.page``.

    :param placeholders: what to show where a page can't be
    :param document: puts into each of them what scripts of ours need to find; called where the page begins
    """

    def __init__(self, placeholders: Placeholders = PLAIN, document: Callable[[], None] = lambda: None) -> None:
        self.placeholders = placeholders
        self._document = document

    def install(self) -> None:
        """Guard all pages, those that are registered later among them."""
        guard_builders(self._guarded, RESPONSE_SECONDS)
        fail_with(self.placeholders.failed)

    def _guarded(self, builder: PageBuilder) -> PageBuilder:
        @wraps(builder)
        async def build(*given: Any, **named: Any) -> Any:
            if not getattr(builder, _FRAME, False):
                self._document()
            return await WholePage(await open_tab(), builder, self.placeholders).build(given, named)

        return build


class WholePage:
    """One of them, in one tab.

    :param tab: whose page it is
    :param builder: the page as its author wrote it
    :param placeholders: what to show where it can't be
    """

    def __init__(self, tab: Tab, builder: PageBuilder, placeholders: Placeholders) -> None:
        self._tab = tab
        self._page = tab.page
        self._recently = recently_of(builder)
        self._builder = builder if self._recently is None else self._recently.function
        self._access: Access = access_or_private(builder)
        self._placeholders = placeholders
        self._is_frame = getattr(builder, _FRAME, False)
        if not self._is_frame:
            self._tell_who_is_here()
        self._surroundings = Surroundings(tab.page)
        self._building: asyncio.Task[Any] | None = None
        self._built_for = self._who()
        if not is_for_everybody(self._access):
            tab.on_change.append(self._follow)

    async def build(self, given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        """Build the page, or what stands in its place for somebody who may not see it.

        :return: what answers the request in place of the page, if its builder says so
        """
        what = answer(self._access, self._tab.here)  # the door may have been asked a while ago
        if what is not Answer.LET_IN:
            self._placeholders.instead_of(what)()
            return None
        if self._recently is not None and not self._is_recent():
            self._tab.shows[self._page.layout.id] = self._access
            self._placeholders.recently(self._load_anew)
            return None
        if not self._is_frame:
            self._tab.shows[self._page.layout.id] = self._access
        self._building = asyncio.current_task()
        try:
            with notes.telling_for(None if is_for_everybody(self._access) else self._tab.state):
                made = await outcome(self._builder(*given, **named))
        except Exception as error:
            if not isinstance(error, HTTPException) or is_delivered(self._page):
                self._fail(error)
                return None
            made = JSONResponse({'detail': error.detail}, error.status_code, error.headers)
        finally:
            self._building = None
        if isinstance(made, Response):
            leave_for(self._tab, made)
        if self._tab.answer is not None:
            self._page.delete()  # nobody will open it
        return self._tab.answer

    def _fail(self, error: Exception) -> None:
        """Show nothing of a page that failed, also if the half of it is on the screen."""
        self._take_away()
        self._page.status_code = 500
        with self._page.content:
            show_failure(error, self._placeholders.failed)

    def _is_recent(self) -> bool:
        within = self._recently and recent_within(self._tab, self._recently)
        if not within:
            return False
        self._tab.takes_recent[self._page.layout.id] = within, self._ask_again
        return True

    def _ask_again(self) -> None:
        self._take_away()
        self._tab.shows[self._page.layout.id] = self._access
        with self._page.content:
            self._placeholders.recently(self._load_anew)

    def _load_anew(self) -> None:
        protocol.reload(self._page)

    def _who(self) -> object:
        """For whom the page is built; for anybody else it is built anew."""
        here = self._tab.here
        return here.status, self._tab.state.session_id, here.roles, here.pending

    def _follow(self) -> None:
        who = self._who()
        if who == self._built_for or self._page.is_deleted:
            return
        self._built_for = who
        self._take_away()
        what = answer(self._access, self._tab.here)
        with self._page.content:
            if what is Answer.LET_IN:
                self._placeholders.loading()
                self._load_anew()
            else:
                self._placeholders.instead_of(what)()

    def _take_away(self) -> None:
        """Take away all that the page has put on the screen. It counts as shown until all of it is gone."""
        if self._building not in (None, asyncio.current_task()):
            self._building.cancel()  # it would go on with a page that is not there
        if not is_for_everybody(self._access):
            self._tab.unanswerable = awaited_scripts()
        self._surroundings.sweep()
        self._tab.shows.pop(self._page.layout.id, None)
        self._tab.takes_recent.pop(self._page.layout.id, None)

    def _tell_who_is_here(self) -> None:
        props, state = self._page.layout.props, self._tab.state
        props['data-here'] = who_is_here(state)
        self._tab.on_change.append(lambda: props.update({'data-here': who_is_here(state)}))


def is_page(endpoint: Callable[..., Any]) -> bool:
    """Tell whether an endpoint shows a page."""
    return builder_of(endpoint) is not None


def entrance_to(endpoint: Callable[..., Any] | None) -> Entrance | None:
    """All that the door has to know of a page; None if there is none."""
    builder = endpoint and builder_of(endpoint)
    return None if builder is None else Entrance(access_or_private(builder), is_framed(builder))


def check_whole_pages(table: Routes) -> None:
    """Refuse whole pages that ask for what can't be honoured.

    :raises PageRefused: naming the page, and what to do instead
    """
    in_table = {id(builder) for builder in table.values()}
    for builder, path in registered().items():
        if id(builder) in in_table:  # what @ui.page was given, such as dependencies, would not hold for a sub page
            raise PageRefused(f'The page "{name_of(builder)}" is also served at {path} by @ui.page: take @ui.page '
                              'away, or take the page out of the table of routes.')
        if path in table and not getattr(builder, _FRAME, False):
            raise PageRefused(f'The path {path} is in the table of routes, and the page "{name_of(builder)}" is served '
                              'there by @ui.page: leave one of them.')
        if recently_of(builder) is not None and is_for_everybody(access_or_private(builder)):
            raise PageRefused(f'The page "{name_of(builder)}" at {path} is public and takes a password that was given '
                              'a moment ago: put @private on it.')


_guards: list[WholePages] = []


def guard_whole_pages(guard: WholePages | None = None) -> None:
    """Guard the pages of ``ui.page``: by this, or, if nothing guards them yet, by what needs no shell."""
    if guard is not None or not _guards:
        _guards[:] = [guard or WholePages()]
        _guards[0].install()
        choose_placeholders(_guards[0].placeholders)
