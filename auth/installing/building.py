# pyright: reportUnknownMemberType=false
"""What an installed app is made of; apart from ``LiveSessions`` because it loads NiceGUI."""

from __future__ import annotations

import gc
from collections.abc import Callable, Container, Iterable, Mapping

from fastapi import FastAPI
from nicegui import app as nicegui_app
from starlette.routing import Mount

from ..access import PageBuilder
from ..live.nicegui_private import whole_pages
from ..protect import protect
from ..requests.asgi import App
from ..rules.context import Auth
from ..settings import Settings
from ..web.mounted import Mounted
from ..web.own_routes import Word
from ..web.routes import Routes
from .cannot_start import CannotStart
from .in_front import InFront
from .our_pages import Frame, our_pages


def routes_of(pages: Mapping[str, PageBuilder | None], frame: Frame | None = None) -> Routes:
    """The table of our pages and of those that an author puts beside them, or in place of them.

    :param frame: what is to stand around them
    :raises PageRefused: if a page, or the frame, asks for what can't be honoured
    """
    ours = our_pages()
    if frame is not None:
        ours.check_frame(frame)
    table = {**ours.ACCOUNT_PAGES, **pages}
    return Routes({path: builder for path, builder in table.items() if builder is not None})


def stand_in_front(app: FastAPI | None, begin: Callable[[App], App]) -> None:
    """Put what ``begin`` makes in front of an app, or of NiceGUI's own; see ``InFront``."""
    front = InFront(nicegui_app if app is None else app, begin)
    nicegui_app.on_startup(front.begin_or_exit)  # where nobody has told it that the server starts


def mount_path_in(app: FastAPI | None) -> str:
    """Where ``ui.run_with`` has mounted NiceGUI in an app; '' if it is the whole of it, or NiceGUI's own."""
    routes = [] if app is None else app.routes
    mounts = (route.path for route in routes if isinstance(route, Mount) and route.app is nicegui_app)
    return next(mounts, '').rstrip('/')


def build(behind: App, auth: Auth, table: Routes, app: FastAPI | None, open_paths: Iterable[str],
          paths: Mapping[str, Word], frame: Frame | None, settings: Settings) -> App:
    """Register our pages, and put the guards in front of them.

    :param app: whose routes are looked at, to tell who may use them; ``behind`` is what answers
    :param frame: what an author puts around all pages of the table in place of our header and footer
    :param settings: where the app itself is
    :raises PageRefused: if a page asks for what can't be honoured
    :raises CannotStart: if this does not stand in front of all that is served
    """
    if app is None and _is_mounted():
        raise CannotStart('NiceGUI is mounted in another app by ui.run_with, whose routes anybody could use. '
                          'Give that app to install(): sessions.install(app).')
    ours, routes = our_pages(), nicegui_app.router.routes
    table = _without(table, whole_pages.registered().values())
    of_the_app = len(routes)
    ours.install(table, auth.timing, auth.settings, frame)
    routes[:] = routes[of_the_app:] + routes[:of_the_app]  # before a page that an author has put at "/{rest:path}"
    return Mounted(lambda passing: protect(passing, auth, table, within=nicegui_app if app is None else app,
                                           open_paths=open_paths, paths=paths, not_found=ours.not_found_page,
                                           draw_outbox=ours.outbox_page),
                   behind, mount_path_in(app), settings.root_path)


def _without(table: Routes, taken: Container[str]) -> Routes:
    """Leave out those of our pages in whose place the author has one of ``ui.page``."""
    ours = our_pages().ACCOUNT_PAGES
    return Routes({path: builder for path, builder in table.items() if path not in taken or ours.get(path) != builder})


def _is_mounted() -> bool:
    """Whether NiceGUI is within another app, which it does not know: a mount holds it."""
    holders = (vars(one) if isinstance(one, Mount) else one for one in gc.get_referrers(nicegui_app))
    return any(isinstance(one, dict) and one.get('app') is nicegui_app and 'path_regex' in one for one in holders)
