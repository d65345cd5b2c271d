# pyright: reportUnknownMemberType=false
"""What an installed app is made of; apart from ``LiveSessions`` because it loads NiceGUI."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from fastapi import FastAPI
from nicegui import app as nicegui_app

from ..access import PageBuilder
from ..protect import protect
from ..requests.asgi import App
from ..rules.context import Auth
from ..web.gateway import Gateway
from ..web.own_routes import Word
from ..web.routes import Routes
from .in_front import InFront
from .our_pages import our_pages


def routes_of(pages: Mapping[str, PageBuilder | None]) -> Routes:
    """The table of our pages and of those that an author puts beside them, or in place of them.

    :raises PageRefused: if a page asks for what can't be honoured
    """
    table = {**our_pages().ACCOUNT_PAGES, **pages}
    return Routes({path: builder for path, builder in table.items() if builder is not None})


def stand_in_front(app: FastAPI | None, begin: Callable[[App], App]) -> None:
    """Put what ``begin`` makes in front of an app, or of NiceGUI's own; see ``InFront``."""
    front = InFront(nicegui_app if app is None else app, begin)
    nicegui_app.on_startup(front.begin)  # where nobody tells it of the start of the server, as in an app around it


def build(behind: App, auth: Auth, table: Routes, app: FastAPI | None, open_paths: Iterable[str],
          paths: Mapping[str, Word]) -> Gateway:
    """Register our pages, and put the guards in front of them.

    :param app: whose routes are looked at, to tell who may use them; ``behind`` is what answers
    :raises PageRefused: if a page asks for what can't be honoured
    """
    ours, routes = our_pages(), nicegui_app.router.routes
    of_the_app = len(routes)
    ours.install(table, auth.timing)
    routes[:] = routes[of_the_app:] + routes[:of_the_app]  # before a page that an author has put at "/{rest:path}"
    return protect(behind, auth, table, within=nicegui_app if app is None else app, open_paths=open_paths, paths=paths,
                   not_found=ours.not_found_page,
                   draw_outbox=ours.outbox_page)
