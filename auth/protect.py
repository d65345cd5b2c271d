# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The wiring: builds the parts of a running server, and hands each what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nicegui import app as nicegui_app
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from .access import PageBuilder, PageRefused
from .changes.cache import ClientCache
from .changes.clients import Clients
from .changes.deadlines import Deadlines
from .changes.guess_watch import GuessWatch
from .changes.inbox import Inbox
from .changes.pump import Pump
from .changes.purger import Purger
from .changes.sweeper import Sweeper
from .changes.sync import Sync
from .delivery.delivery import Delivery
from .errors import AuthError
from .language import _
from .live import notes
from .live.gauges import gauges_of
from .live.guarded_pages import guard_other_sub_pages
from .live.memory import Memory
from .live.nicegui_private import page_template, sockets
from .live.socket_guard import SocketGuard
from .live.tabs import Tabs, install
from .live.uploads import Uploads
from .live.whole_pages import check_whole_pages, entrance_to, guard_whole_pages, is_page
from .monitoring.loop_lag import LoopLag
from .requests.api_prefix import USUAL_PREFIX, is_below, moved
from .requests.asgi import App
from .rules.context import Auth
from .settings import Settings
from .web.api import FrontendApi
from .web.api.serializers import error_json
from .web.backend import BackendApi
from .web.client_files import ClientFiles
from .web.connections import Connections
from .web.error_answers import retry_after
from .web.gateway import Gateway
from .web.headers import Headers
from .web.key_set import KeySet
from .web.live_requests import Audiences, LiveRequests
from .web.live_streams import LiveStreams
from .web.monitoring import Monitoring
from .web.outbox_page import Draw, OutboxPage
from .web.own_access import OwnAccess
from .web.own_routes import OwnRoutes, Word, apps_within
from .web.page_access import no_page
from .web.policy_reports import PolicyReports
from .web.routes import table_of
from .web.waiting_pages import WaitingPages


def protect(app: App, auth: Auth, routes: Mapping[str, PageBuilder], *, open_paths: Iterable[str] = (),
            paths: Mapping[str, Word] | None = None, within: App | None = None,
            not_found: Callable[[], str] = no_page, draw_outbox: Draw | None = None) -> Gateway:
    """Put the guards in front of a NiceGUI app, and follow the store from when it starts.

    :param app: the app that NiceGUI was mounted on with ``ui.run_with``
    :param auth: what the verbs need
    :param routes: the pages by path
    :param open_paths: how paths begin that are no page's and are left to the app, for anybody: routes of its own, say
    :param paths: how paths begin of what the app has beside pages, and the word for it; what has none is private
    :param within: the app whose routes are looked at, if ``app`` only stands for it
    :param not_found: returns what is shown where there is no page, as HTML in the reader's language
    :param draw_outbox: draws the page of a developer's outbox, if it is switched on
    :return: the app to serve
    :raises AccessNotStated: if a page does not say whether it is public or private
    :raises PageRefused: if a page asks for what can't be honoured
    """
    table = table_of(routes)
    check_whole_pages(table)

    # What changes in the store.
    cache = ClientCache(keeps=auth.store.feed.exact)
    inbox = Inbox(auth.store.feed, cache)
    sync, deadlines, sweeper = Sync(auth.timing.out_of_sync_after_seconds), Deadlines(), Sweeper(auth)
    clients = Clients(auth, cache, inbox, sync, deadlines)

    # What shows it.
    tabs, live = Tabs(auth, clients, sync, deadlines), LiveRequests(clients, deadlines)
    guard = SocketGuard(tabs, clients, auth.settings.hosts)
    connections = Connections(sockets.app, auth.settings, guard.expects, auth.timing)
    streams = LiveStreams(clients, deadlines, sync, auth.settings, auth.timing, connections.slot)
    pump = Pump(auth, clients, inbox, sync, deadlines, audience=Audiences(tabs, live, streams),
                publish=tabs.subscriptions.publish, on_end=sweeper.sweep_soon)
    install(tabs)

    # Who gets to it.
    connections.install()
    guard.install(connections)
    uploads = Uploads(app, tabs, clients, guard.turn, auth.settings)
    uploads.install()
    sockets.send_without_tasks()
    page_template.give_nonces()
    guard_other_sub_pages()
    guard_whole_pages()
    notes.install()
    memory = Memory(auth.timing)
    memory.install()
    nicegui_app.add_exception_handler(404, _not_found)

    nicegui_app.on_startup(lambda: sockets.ping_every(auth.timing.ping_seconds))
    reports = PolicyReports(auth, table)
    # What it tells of itself.
    auth.passwords.turns.on_turn = auth.metrics.hash_wait.observe
    lag = LoopLag(auth.metrics.loop_lag)
    for part in (memory, pump, sweeper, Purger(auth), reports, lag, Delivery(auth),
                 GuessWatch(auth)):
        nicegui_app.on_startup(part.start)
        nicegui_app.on_shutdown(part.stop)
    nicegui_app.on_shutdown(auth.close)
    settings = auth.settings
    outbox = OutboxPage(settings.mail_outbox, draw_outbox) if draw_outbox and settings.mail_outbox_page else None
    own_routes = OwnRoutes(within or app, paths=paths or {}, open_paths=open_paths, is_page=is_page)
    own = OwnAccess(app, own_routes, auth, clients, live)
    for one in apps_within(within or app):
        if hasattr(one, 'add_exception_handler'):
            one.add_exception_handler(AuthError, _refused)
    api = FrontendApi(auth, clients, guard.re_authenticate, guard.expecting, streams)
    backend = BackendApi(auth)
    _refuse_what_the_apis_hide(own_routes, api, backend, settings)
    return Gateway(app, sockets=connections, api=api, routes=table, clients=clients,
                   waiting=WaitingPages(auth.settings), hosts=auth.settings.hosts,
                   proxies=auth.settings.proxies, cookie_name=auth.settings.cookie_name,
                   own=own, api_has=api.has, api_prefix=settings.api_prefix, backend=backend,
                   backend_prefix=settings.backend_api_prefix, not_found=not_found,
                   headers=Headers(auth.settings, auth.settings.api_prefix), reports=reports, uploads=uploads,
                   entrance_to=lambda scope: entrance_to(own_routes.page_at(scope)),
                   outbox=outbox, key_set=KeySet(auth), client_files=ClientFiles(settings.clients_folder),
                   language=auth.settings.site_language,
                   monitoring=Monitoring(auth, sync, gauges_of(tabs, streams, sync, auth.passwords.turns)))


def _refuse_what_the_apis_hide(routes: OwnRoutes, api: FrontendApi, backend: BackendApi, settings: Settings) -> None:
    for path in routes.fixed_paths():
        if is_below(path, settings.api_prefix) and api.has(moved(path, settings.api_prefix, USUAL_PREFIX)):
            raise PageRefused(f'The route of the app at {path} would never be asked for, because the Frontend API has '
                              'that path: set API_PREFIX to another one, such as /auth/v1.')
        if is_below(path, settings.backend_api_prefix) and backend.has(moved(path, settings.backend_api_prefix, '')):
            raise PageRefused(f'The route of the app at {path} would not be asked for any more once there is a secret '
                              'key, because the back-end API has that path: set BACKEND_API_PREFIX to another one, '
                              'such as /servers/v1.')


def _not_found(request: Request, error: Exception) -> Response:
    """What NiceGUI has no route for costs no page object."""
    return PlainTextResponse(_('There is nothing here.'), status_code=404)


async def _refused(_: Request, error: AuthError) -> Response:
    """An error that an endpoint has raised, told as the Frontend API tells it."""
    return JSONResponse(error_json(error), error.status,
                        {'cache-control': 'no-store', **{name.decode(): value.decode()
                                                         for name, value in retry_after(error)}})
