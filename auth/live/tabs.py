# pyright: reportUnknownMemberType=false
"""The open tabs: what each one shows of its session, kept true while the session lives and after it has ended.

A push may only take access away. Whatever would give a tab more than it has, such as a sign-in, a switch of account
or a new secret, makes it fall to Loading and prove itself by an HTTP request that carries the browser's cookie.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nicegui import Client as Page
from nicegui import background_tasks, ui

from ..access import Access, Here, Status
from ..changes.watcher import Watcher
from ..credentials.tokens import ClientToken
from ..errors import StoreAway
from ..rules.clients import ClientView, SessionView
from ..rules.context import Auth
from ..rules.sessions import touch
from ..web.waiting_pages import Place
from . import protocol
from .notes import telling_for
from .state import AuthState

log = logging.getLogger('live_sessions')


@dataclass(eq=False, slots=True)
class Tab:
    """One open page and what it was granted."""

    page: Page
    client: ClientView | None = None
    """The client whose cookie the tab has proved itself with, as it was last read."""
    state: AuthState = field(default_factory=AuthState)
    place: Place | None = None
    """Of the page among those that wait for their socket."""
    proof_needed: bool = False
    joined: bool = False
    """Whether its socket was ever connected."""
    touched_at: datetime | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Events of a tab are handled one after the other, also when one waits for the store."""
    on_change: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    """Called after ``state`` has changed, within the page."""
    shows: dict[int, Access] = field(default_factory=dict[int, Access])
    """Who may see what it shows, by the element that shows it."""
    unanswerable: Collection[str] = ()
    """The scripts whose answers count no more, because the page that waits for them may have been taken away."""

    @property
    def here(self) -> Here:
        """Who is here, as the tab shows it."""
        state = self.state
        if state.status == 'signed_in' and state.user is not None:
            return Here('signed_in', is_admin=state.user.is_admin)
        return Here('loading' if state.status == 'loading' else 'signed_out', others=bool(state.sessions))

    def active_session(self, now: datetime) -> SessionView | None:
        """The session that the tab shows as its own."""
        return self.client and self.client.active_session(now)

    def render(self, now: datetime) -> None:
        """Show what was granted."""
        session = self.active_session(now)
        signed_in = self.client.signed_in(now) if self.client else ()
        self._set('signed_in' if session else 'signed_out', session, signed_in)

    def load(self) -> None:
        """Show nothing protected."""
        self._set('loading', None, ())

    def ask_for_proof(self) -> None:
        """Show nothing protected until the tab has proved itself anew."""
        self.proof_needed = True
        self.load()
        protocol.re_authenticate(self.page)

    def _set(self, status: Status, session: SessionView | None, sessions: tuple[SessionView, ...]) -> None:
        state, session_id, user = self.state, session and session.id, session and session.user
        before = (state.status, state.session_id, state.user, state.sessions)
        if before == (status, session_id, user, sessions):
            return
        if status == state.status and session_id != state.session_id:
            # A proof was faster than the push that hides it: whatever binds to the status is told, although it stays.
            self.attempt(setattr, state, 'status', 'loading')
        # The status is last: whatever binds to it finds the rest of the state as it is now.
        for name, value in (('sessions', sessions), ('user', user), ('session_id', session_id), ('status', status)):
            self.attempt(setattr, state, name, value)
        with self.page, telling_for(None):
            for notify in list(self.on_change):
                self.attempt(notify)

    def attempt(self, act: Callable[..., object], *given: object) -> None:
        """Do what calls code of the page's author. If it fails, the page is loaded anew: it might show what has ended.

        Nobody else waits for it: the rest of the page and the other tabs are served as ever.
        """
        try:
            act(*given)
        except Exception:
            log.exception('a page could not show what changed, and is loaded anew')
            protocol.reload(self.page)


Listener = Callable[[Collection[str] | None], None]
"""Called with the ids of the users of whom something changed; None is "of anybody"."""


class Tabs:
    """The registry of the open tabs of this process: the one place that knows them, empty when they have closed."""

    def __init__(self, auth: Auth) -> None:
        self.auth = auth
        self._by_page: dict[str, Tab] = {}
        self._by_client: dict[str, set[Tab]] = {}
        self._listeners: dict[Tab, list[Listener]] = {}
        self.watcher = Watcher(auth, self)

    def __len__(self) -> int:
        return len(self._by_page)

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

    async def open(self, page: Page, *tokens: ClientToken, place: Place | None = None) -> Tab:
        """Register the tab of a page that is being requested, and grant it what the cookies of the request grant.

        :param place: of the page among those that wait for their socket
        """
        tab = Tab(page, place=place)
        if place is not None:
            place.take(lambda: None if page.has_socket_connection else page.delete())  # it may be joining right now
        try:
            client = await self.watcher.authenticate(*tokens)
            if self.watcher.blind:
                raise StoreAway
        except StoreAway:
            tab.proof_needed = True  # it stays at Loading, and proves itself when the store is back
        else:
            self._bind(tab, client)
            tab.render(self.auth.now())
        self._by_page[page.id] = tab
        page_id = page.id  # a tab in what the page calls would be a circle, and keep the page in memory
        page.on_delete(lambda: self._close(page_id))
        page.on_connect(lambda: self._connected(page_id))
        return tab

    def grant(self, tab: Tab, client: ClientView | None, epoch: int) -> None:
        """Give a tab what a request granted whose cookie was found to be this client's; None signs the tab out.

        :param epoch: how often the tab had lost the server when it asked; it may show again what it shows
        :raises StoreAway: if the store can't be heard, so that nothing can be granted; the tab has to try again
        """
        if self.watcher.blind:
            raise StoreAway
        tab.proof_needed = False
        self._bind(tab, client)
        tab.render(self.auth.now())
        protocol.current_as_of(tab.page, epoch)

    async def confirm(self, tab: Tab) -> bool:
        """Tell whether the session that a tab shows lives in the store now; else the tab shows what is true.

        :raises StoreAway: if the store can't be reached
        """
        session_id = tab.state.session_id
        if tab.client is None or session_id is None:
            return False
        self._show(tab, await self.watcher.client(tab.client.id), self.auth.now())
        return tab.state.session_id == session_id

    def note_activity(self, tab: Tab) -> None:
        """Write, now and then, that the person at this tab is active."""
        if tab.state.status != 'signed_in':
            return
        now = self.auth.now()
        session = tab.active_session(now)
        since = session and max(session.last_active_at, tab.touched_at or session.last_active_at)
        if session and since and tab.client and now - since >= self.auth.settings.activity_interval:
            tab.touched_at = now
            background_tasks.create(self._touch(tab, tab.client.id, session.id), name='note activity')

    async def _touch(self, tab: Tab, client_id: str, session_id: str) -> None:
        try:
            await self.auth.run(touch, client_id, session_id, settings=self.auth.settings)
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

    def listen(self, tab: Tab, listener: Listener) -> Callable[[], None]:
        """Call a listener in a tab whenever something of some user changed, until the tab closes.

        :return: call it to end that sooner
        """
        self._listeners.setdefault(tab, []).append(listener)

        def stop() -> None:
            if listener in self._listeners.get(tab, ()):
                self._listeners[tab].remove(listener)

        return stop

    def news(self, user_ids: Collection[str] | None) -> None:
        """Tell the listeners."""
        for tab, listeners in list(self._listeners.items()):
            with tab.page:
                for listener in list(listeners):
                    tab.attempt(listener, user_ids)

    def hide(self) -> None:
        """Let every tab that shows anything of a client fall to Loading."""
        for tab in list(self._by_page.values()):
            if tab.client is not None and tab.state.status != 'loading':
                tab.proof_needed = True
                tab.load()

    def _show(self, tab: Tab, client: ClientView | None, now: datetime) -> None:
        if client is None:
            self._bind(tab, None)
            tab.proof_needed = False
            tab.render(now)
        elif tab.client is None or tab.proof_needed or client.secret_hash != tab.client.secret_hash \
                or _widens(tab.client, client, now):
            tab.ask_for_proof()
        else:
            self._bind(tab, client)
            tab.render(now)
            _forget_what_was_sent(tab)

    def _bind(self, tab: Tab, client: ClientView | None) -> None:
        before, after = tab.client and tab.client.id, client and client.id
        tab.client = client
        if before == after:
            return
        if client is not None:
            self.watcher.expect_end(client)
        if before is not None:
            self._by_client[before].discard(tab)
            if not self._by_client[before]:
                del self._by_client[before]
        if after is not None:
            self._by_client.setdefault(after, set()).add(tab)

    def _close(self, page_id: str) -> None:
        tab = self._by_page.pop(page_id)
        self._bind(tab, None)
        self._listeners.pop(tab, None)
        tab.on_change.clear()
        if tab.place is not None:
            tab.place.free()

    async def _connected(self, page_id: str) -> None:
        """Show the newest state before anything else, whatever the tab missed while it was away."""
        tab = self._by_page[page_id]
        if tab.place is not None:
            tab.place.free()
        try:
            if tab.proof_needed:
                tab.ask_for_proof()
            elif tab.client is not None:
                self._show(tab, await self.watcher.client(tab.client.id), self.auth.now())
        except StoreAway:
            tab.ask_for_proof()  # it tries until the store is back
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


def _widens(granted: ClientView, found: ClientView, now: datetime) -> bool:
    """Tell whether a state would give a tab more than it has."""
    rights = _rights(found, now)
    if not rights:
        return False
    old, new = granted.active_session(now), found.active_session(now)
    if new is not None and (old is None or old.id != new.id):
        return True
    return not rights <= _rights(granted, now)


def _rights(client: ClientView, now: datetime) -> set[str]:
    return {right for session in client.signed_in(now)
            for right in (session.id, *([f'administrator {session.user.id}'] if session.user.is_admin else []))}


def _forget_what_was_sent(tab: Tab) -> None:
    """Keep a tab that is away from being replayed what it may no longer show: it reloads instead."""
    if not tab.page.has_socket_connection and tab.state.status != 'signed_in':
        tab.page.outbox.message_history.clear()


