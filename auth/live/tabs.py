# pyright: reportUnknownMemberType=false
"""The open tabs: what each one shows of its session, kept true while the session lives and after it has ended.

A push may only take access away. Whatever would give a tab more than it has, such as a sign-in, a switch of account
or a new secret, makes it fall to Loading and re-authenticate by an HTTP request that carries the browser's cookie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from nicegui import Client as Page
from nicegui import background_tasks, ui

from ..access import Here
from ..changes.clients import Clients
from ..changes.deadlines import Deadlines
from ..changes.sync import Sync
from ..credentials.tokens import ClientToken
from ..errors import StoreAway
from ..requests.asgi import Scope
from ..requests.request_info import RequestInfo, is_opened_by_a_person, request_info_of
from ..rules.clients import ClientView, place_of
from ..rules.context import Auth
from ..rules.sessions import touch
from ..web.page_access import here_of
from ..web.waiting_pages import Place
from . import protocol
from .endings import is_counted_down, tell_ending
from .explanations import Explanations, in_use_before
from .nicegui_private.outbox import forget_history
from .subscriptions import Subscriptions
from .tab import Tab


class Tabs:
    """The registry of the open tabs of this process: the one place that knows them, empty when they have closed.

    :param auth: what the verbs need
    :param clients: finds the clients of the tabs
    :param sync: while this process is out of sync nothing is granted
    :param deadlines: told of clients that are shown
    """

    def __init__(self, auth: Auth, clients: Clients, sync: Sync, deadlines: Deadlines) -> None:
        self.auth = auth
        self.subscriptions = Subscriptions()
        self._clients = clients
        self._sync = sync
        self._deadlines = deadlines
        self._explanations = Explanations(auth)
        self._by_page: dict[str, Tab] = {}
        self._by_client: dict[str, set[Tab]] = {}

    def __len__(self) -> int:
        return len(self._by_page)

    def count_by_status(self) -> Mapping[str, int]:
        """Count the tabs by what they show; those whose socket is away apart."""
        return {'loading': 0, 'signed_in': 0, 'signed_out': 0, 'away': 0} | Counter(
            tab.state.status if tab.page.has_socket_connection else 'away' for tab in self._by_page.values())

    def get(self, page_id: str) -> Tab | None:
        """Find the tab of a page."""
        return self._by_page.get(page_id)

    def here(self) -> Tab:
        """Return the tab whose page is being built, or whose event is being handled.

        :raises RuntimeError: outside of a page that was opened with ``open``
        """
        tab = self._by_page.get(ui.context.client.id)
        if tab is None:
            raise RuntimeError('There is no tab here: this page was not opened through auth, or it has closed.')
        return tab

    async def client_of(self, *tokens: ClientToken) -> ClientView | None:
        """Find the client that the cookies of a request are of, as it is in the store now.

        :raises StoreAway: if the store can't be reached
        """
        return await self._clients.authenticate(*tokens)

    async def open(self, page: Page, *tokens: ClientToken, place: Place | None = None) -> Tab:
        """Register the tab of a page that is being requested, and grant it what the cookies of the request grant.

        :param place: of the page among those that wait for their socket
        """
        tab = Tab(page, place=place)
        if place is not None:
            place.take(lambda: None if page.has_socket_connection else page.delete())  # it may be joining right now
        try:
            client = await self._clients.authenticate(*tokens)
            if self._sync.is_out_of_sync:
                raise StoreAway
        except StoreAway:
            tab.re_authentication_needed = True  # it stays at Loading until the store is back
        else:
            self._bind(tab, client)
            tab.render(self.auth.now())
            if is_opened_by_a_person(page.request.scope):
                self.note_activity(tab)
        self._by_page[page.id] = tab
        page_id = page.id  # a tab in what the page calls would be a circle, and keep the page in memory
        page.on_delete(lambda: self._close(page_id))
        page.on_connect(lambda: self._connected(page_id))
        await self._explanations.explain_at_first(tab)
        return tab

    def grant(self, tab: Tab, client: ClientView | None, epoch: int) -> None:
        """Give a tab what a request granted whose cookie was found to be this client's; None signs the tab out.

        :param epoch: how often the tab had lost the server when it asked; it may show again what it shows
        :raises StoreAway: while this process is out of sync, so that nothing can be granted; the tab has to try again
        """
        if self._sync.is_out_of_sync:
            raise StoreAway
        tab.re_authentication_needed = False
        self._bind(tab, client)
        tab.render(self.auth.now())
        protocol.current_as_of(tab.page, epoch)
        self._tell_ending(tab, anew=True)
        self._explanations.owe(tab, in_use_before(tab))
        self._explanations.tell()

    async def confirm(self, tab: Tab) -> Here | None:
        """Tell who is at a tab, by the store as it is now; None if its session has ended, or it has to re-authenticate.

        Shows nothing: the pump does.

        :raises StoreAway: if the store can't be reached
        """
        if tab.state.status != 'signed_in':
            return tab.here
        session_id = tab.state.session_id
        found = tab.client and await self._clients.find(tab.client.id)
        now = self.auth.now()
        if found is None or tab.state.session_id != session_id or tab.needs_re_authentication(found, now):
            return None
        active = found.active_session(now)
        return here_of(found, now) if active and active.id == session_id else None

    def note_activity(self, tab: Tab, scope: Scope | None = None) -> None:
        """Write, now and then, that the person at this tab is active; soon, if it is from somewhere else than before.

        :param scope: the request of its socket, which may come from elsewhere than the one for its page
        """
        if tab.state.status != 'signed_in':
            return
        now = self.auth.now()
        session = tab.active_session(now)
        if session is None or tab.client is None:
            return
        since = max(session.last_active_at, tab.touched_at or session.last_active_at)
        # A clock may have been set back since. While the end is counted down, whatever is done moves it.
        is_due = abs(now - since) >= self.auth.settings.activity_interval or is_counted_down(tab, now)
        if not is_due and tab.touched_at is not None:
            return
        request_info = request_info_of(scope) if scope else tab.request_info
        if is_due or session.last_place != place_of(request_info.user_agent, request_info.ip_address):
            tab.touched_at = now
            background_tasks.create(self._touch(tab, tab.client.id, session.id, request_info), name='note activity')

    async def _touch(self, tab: Tab, client_id: str, session_id: str, request_info: RequestInfo) -> None:
        try:
            await self.auth.run(touch, client_id, session_id, settings=self.auth.settings, request_info=request_info)
        except StoreAway:
            tab.touched_at = None  # the next activity is noted

    def shown_clients(self) -> Collection[str]:
        """The ids of the clients whose tabs are open here."""
        return self._by_client.keys()

    def show(self, clients: Mapping[str, ClientView | None]) -> None:
        """Bring the tabs of these clients up to date."""
        now = self.auth.now()
        for client_id, client in clients.items():
            for tab in list(self._by_client.get(client_id, ())):
                self._show(tab, client, now)

    def explain(self) -> None:
        """Begin to tell the tabs that show since then that nobody is signed in why that is so."""
        self._explanations.tell()

    def hide(self) -> None:
        """Let every tab that shows anything of a client fall to Loading."""
        for tab in list(self._by_page.values()):
            if tab.client is not None and tab.state.status != 'loading':
                tab.re_authentication_needed = True
                tab.load()

    def _show(self, tab: Tab, client: ClientView | None, now: datetime) -> None:
        if client is None:
            self._bind(tab, None)
            tab.re_authentication_needed = False
            tab.render(now)
            self._explanations.owe(tab, tab.shown)
            self._tell_ending(tab)
        elif tab.re_authentication_needed or tab.needs_re_authentication(client, now):
            tab.re_authenticate()
        else:
            self._bind(tab, client)
            tab.render(now)
            self._explanations.owe(tab, tab.shown)
            self._tell_ending(tab)
            if not tab.page.has_socket_connection and tab.state.status != 'signed_in':
                forget_history(tab.page)  # it may show no more what it would be replayed

    def _tell_ending(self, tab: Tab, *, anew: bool = False) -> None:
        tell_ending(tab, self.auth.now(), self.auth.settings, self.auth.timing, anew=anew)

    def _bind(self, tab: Tab, client: ClientView | None) -> None:
        before, after = tab.client and tab.client.id, client and client.id
        tab.client = client
        if before == after:
            return
        if client is not None:
            self._deadlines.expect(client, self.auth.now())
        if before is not None:
            self._by_client[before].discard(tab)
            if not self._by_client[before]:
                del self._by_client[before]
        if after is not None:
            self._by_client.setdefault(after, set()).add(tab)

    def _close(self, page_id: str) -> None:
        tab = self._by_page.pop(page_id)
        self._bind(tab, None)
        self.subscriptions.drop(tab)
        tab.on_change.clear()
        if tab.place is not None:
            tab.place.free()

    async def _connected(self, page_id: str) -> None:
        """Show the newest state before anything else, whatever the tab missed while it was away."""
        tab = self._by_page[page_id]
        if tab.place is not None:
            tab.place.free()
        try:
            if tab.re_authentication_needed:
                tab.re_authenticate()
            elif tab.client is not None:
                self._show(tab, await self._clients.find(tab.client.id), self.auth.now())
        except StoreAway:
            tab.re_authenticate()  # it tries until the store is back
        if not tab.joined:  # one that comes back re-authenticates
            tab.joined = True
            protocol.current_as_of(tab.page, protocol.FIRST_EPOCH)


_installed: list[Tabs] = []


def install(tabs: Tabs) -> None:
    """Make this the registry of the process."""
    _installed[:] = [tabs]


def tabs() -> Tabs:
    """Return the registry of the process.

    :raises RuntimeError: before it was installed
    """
    if not _installed:
        raise RuntimeError('Call protect() before a page is served.')
    return _installed[0]
