# pyright: reportUnknownMemberType=false
"""What the author of a page calls in it: who is here, and sign-out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

from nicegui import ui

from ..live.notes import Notes
from ..live.state import AuthState
from ..live.tabs import Tab, tabs
from ..requests.request_info import request_info_of
from ..rules.sessions import SignedOut, set_active
from ..rules.sessions import sign_out as end_sessions
from ..web.cookies import tokens_of
from ..web.redirects import CHOOSE_PATH, HOME_PATH
from ..web.waiting_pages import PLACE

_CLEAR_CACHE = 'window.liveSessions?.clearCache()'
"""A sign-out over the socket has no answer whose header could tell the browser to."""


async def open_tab() -> Tab:
    """Register the tab whose page is being requested, with what the request's cookie grants. Call it first."""
    page = ui.context.client
    scope = page.request.scope
    tab = await tabs().open(page, *tokens_of(scope), place=scope.get(PLACE))
    tab.on_change.append(Notes(page, tab.state))
    return tab


def auth_state() -> AuthState:
    """Return the state of the tab whose page is being built, to bind to; it changes live.

    :raises RuntimeError: outside of a page
    """
    return tabs().here().state


async def sign_out(session_id: str | None = None, redirect_url: str | None = None) -> SignedOut:
    """Sign out on this browser, and go on elsewhere if the session in use ended, or all accounts.

    :param session_id: the one session to end; without it, every session of this browser
    :param redirect_url: where this tab goes then; by default home, or to the chooser if other accounts remain
    :raises SessionNotFound: if the given session is not signed in here; then nobody was signed out
    :raises StoreAway: if the store can't be reached; then everybody is still signed in
    """
    tab = tabs().here()
    request_info = request_info_of(tab.page.request.scope)
    done = await tabs().auth.run(end_sessions, tab.client, session_id, request_info=request_info)
    await tabs().watcher.caught_up()  # the other tabs come before what this one does next
    if done.session_ids and not done.others_remain:
        tab.page.run_javascript(_CLEAR_CACHE)
    if done.active_ended or (session_id is None and done.session_ids):
        with tab.page:
            ui.navigate.to(redirect_url or (CHOOSE_PATH if done.others_remain else HOME_PATH))
    return done


async def choose(session_id: str) -> None:
    """Use another account of this browser.

    :raises SessionNotFound: if it is not signed in here; then nothing changes
    :raises StoreAway: if the store can't be reached
    """
    tab = tabs().here()
    auth = tabs().auth
    await auth.run(set_active, tab.client, session_id, settings=auth.settings,
                   request_info=request_info_of(tab.page.request.scope))


def may_add_account() -> bool:
    """Tell whether this browser may hold one account more."""
    return not auth_state().sessions or not tabs().auth.settings.single_session_mode


def who_is_here(state: AuthState) -> str:
    """Write a state in words for the ``data-here`` of some element of a page: its status, "accounts" if it has any, and
    a word that is another one for another session.

    The stylesheet then shows and hides what holds no private text, and no element of it has to change. When the words
    change, static/screen.js takes away what hangs beside the page.
    """
    words: list[str] = [state.status, *(['accounts'] if state.sessions else [])]
    if state.session_id:
        words.append(f'session-{crc32(state.session_id.encode()):x}')
    return ' '.join(words)


def follow(element: ui.element, show: Callable[[], None]) -> None:
    """Call something now, and again whenever the state of the tab changes, until an element is deleted.

    :param element: what shows the state
    :param show: brings it up to date
    """
    on_change = tabs().here().on_change
    on_change.append(_Follower(element, show, on_change))
    show()


@dataclass(frozen=True, slots=True, eq=False)
class _Follower:
    """No function that names itself: that would be a circle of references, which outlives the page."""

    element: ui.element
    show: Callable[[], None]
    on_change: list[Callable[[], None]]

    def __call__(self) -> None:
        if self.element.is_deleted:
            self.on_change.remove(self)
        else:
            self.show()


def redraw_on_change(container: ui.element, draw: Callable[[], None]) -> None:
    """Fill a container now, and anew whenever the state of its tab changes; for what can't be bound, such as a list.

    :param container: what is emptied and filled
    :param draw: builds the content
    """
    def redraw() -> None:
        container.clear()
        with container:
            draw()

    follow(container, redraw)
