# pyright: reportUnknownMemberType=false
"""One open tab: what it was granted, and what it shows of that."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from nicegui import Client as Page
from starlette.responses import Response

from models.types import DISTANT_PAST

from ..access import Access, Here, Status
from ..language import reading, tag
from ..requests.request_info import RequestInfo, request_info_of
from ..rules.clients import ClientSession, ClientView, UserView
from ..rules.ends import End, Ended
from ..rules.recent import is_recent
from ..web.waiting_pages import Place
from . import protocol
from .grants import needs_re_authentication
from .notes import telling_for
from .state import AuthState

log = logging.getLogger('live_sessions')


@dataclass(frozen=True, slots=True)
class Ending:
    """When a session ends if nobody does anything."""

    at: datetime
    may_stay: bool
    """Whether activity moves it; else it is the absolute limit, and only the password does."""
    warning: timedelta
    """How long before it is counted down."""


@dataclass(eq=False, slots=True)
class Tab:
    """One open page and what it was granted."""

    page: Page
    client: ClientView | None = None
    """The client whose cookie the tab has shown, as it was last read."""
    state: AuthState = field(default_factory=AuthState)
    shown: Ended | None = None
    """The session that it has shown last, until it was told why that has ended."""
    place: Place | None = None
    """Of the page among those that wait for their socket."""
    coming_secret: str = ''
    """The hash of the secret that a request of its own browser is about to give the client, and with it the tab."""
    re_authentication_needed: bool = False
    joined: bool = False
    """Whether its socket was ever connected."""
    touched_at: datetime | None = None
    told_ending: Ending | None = None
    """When its session ends, as it was told last; see ``auth.live.endings``."""
    reader: str = field(default_factory=tag)
    """Whose language it is in, as ``auth.language`` tells of the request that opened it."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Events of a tab are handled one after the other, also when one waits for the store."""
    on_change: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    """Called after ``state`` has changed, within the page."""
    shows: dict[int, Access] = field(default_factory=dict[int, Access])
    """Who may see what it shows, by the element that shows it."""
    takes_recent: dict[int, tuple[timedelta, Callable[[], None]]] = field(
        default_factory=dict[int, tuple[timedelta, Callable[[], None]]])
    """How long ago the password may have been given for what it shows, and what asks for it again."""
    answer: Response | None = None
    """What a page of it has returned in place of itself, while its request waits for an answer."""
    unanswerable: Collection[str] = ()
    """The scripts whose answers count no more, because the page that waits for them may have been taken away."""

    @property
    def here(self) -> Here:
        """Who is here, as the tab shows it."""
        state = self.state
        if state.status == 'signed_in' and state.user is not None:
            return Here('signed_in', roles=state.user.roles)
        return Here('loading' if state.status == 'loading' else 'signed_out', others=bool(state.sessions),
                    pending=state.pending is not None)

    @property
    def request_info(self) -> RequestInfo:
        """Address and browser of the person who uses the tab."""
        return request_info_of(self.page.request.scope)

    def active_session(self, now: datetime) -> ClientSession | None:
        """The session that the tab shows as its own."""
        return self.client and self.client.active_session(now)

    def needs_re_authentication(self, found: ClientView, now: datetime) -> bool:
        """Whether it may show what was found of its client only after the browser has sent its cookie again."""
        granted = self.client
        if granted is not None and self.coming_secret and found.secret_hash == self.coming_secret:
            granted = replace(granted, secret_hash=self.coming_secret)
        return needs_re_authentication(granted, found, now)

    def authenticated_at(self, now: datetime) -> datetime:
        """When the password was last given in the session that the tab shows as its own."""
        session = self.active_session(now)
        return DISTANT_PAST if session is None else session.authenticated_at

    def is_recent(self, here: Here, now: datetime) -> bool:
        """Whether the password was given a moment ago, as far as what is shown takes it; else it is asked for again."""
        late = [again for within, again in self.takes_recent.values()
                if not is_recent(here.authenticated_at or DISTANT_PAST, now, within)]
        with self.page:
            for again in late:
                self.attempt(again)
        return not late

    def render(self, now: datetime) -> None:
        """Show what was granted."""
        session = self.active_session(now)
        signed_in = self.client.signed_in(now) if self.client else ()
        if session is not None:
            self.shown = Ended(session.id, session.user.id)
        pending = self.client and self.client.pending_session(now)
        self._set('signed_in' if session else 'signed_out', session, signed_in, pending and pending.user)

    def load(self) -> None:
        """Show nothing protected."""
        self._set('loading', None, ())

    def explain(self, end: End | None) -> None:
        """Say why the session has ended, if it is still so that nobody is signed in."""
        if self.state.status == 'signed_out' and not self.page.is_deleted:
            self.attempt(setattr, self.state, 'end', end)

    def re_authenticate(self) -> None:
        """Show nothing protected until the tab has shown its cookie again."""
        self.re_authentication_needed = True
        self.load()
        protocol.re_authenticate(self.page)

    async def until_gone(self, session_ids: Collection[str], at_most_seconds: float) -> None:
        """Wait until the tab shows none of these sessions, which have ended; not for long, since nothing depends on it.

        All tabs of a client are shown in one go: then the others show none of them either.
        """
        changed = asyncio.Event()
        self.on_change.append(changed.set)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(at_most_seconds):
                    while self.client and any(session.id in session_ids for session in self.state.sessions):
                        changed.clear()
                        await changed.wait()
        finally:
            if changed.set in self.on_change:  # else it has closed
                self.on_change.remove(changed.set)

    def _set(self, status: Status, session: ClientSession | None, sessions: tuple[ClientSession, ...],
             pending: UserView | None = None) -> None:
        state, session_id, user = self.state, session and session.id, session and session.user
        before = (state.status, state.session_id, state.user, state.sessions, state.pending)
        if before == (status, session_id, user, sessions, pending):
            return
        if status != 'signed_out' and state.end is not None:
            self.attempt(setattr, state, 'end', None)
        if status == state.status and session_id != state.session_id:
            # It re-authenticated before the push that hides it. The status stays, and yet whatever binds to it is told.
            self.attempt(setattr, state, 'status', 'loading')
        # The status is last: whatever binds to it finds the rest of the state as it is now.
        for name, value in (('sessions', sessions), ('user', user), ('pending', pending), ('session_id', session_id),
                            ('status', status)):
            self.attempt(setattr, state, name, value)
        with self.page, telling_for(None):
            for notify in list(self.on_change):
                self.attempt(notify)

    def attempt(self, act: Callable[..., object], *given: object) -> None:
        """Do what calls code of the page's author. If it fails, the page is loaded anew: it might show what has ended.

        Nobody else waits for it: the rest of the page and the other tabs are served as ever.
        """
        try:
            with reading(self.reader):
                act(*given)
        except Exception:
            log.exception('a page could not show what changed, and is loaded anew',
                          extra={'event': 'page_update_failed'})
            protocol.reload(self.page)
