"""The tab whose page is being built: opening it, its state, and how the stylesheet hears of that."""

from __future__ import annotations

from zlib import crc32

from nicegui import ui

from ..live.notes import Notes
from ..live.state import AuthState
from ..live.tab import Tab
from ..live.tabs import tabs
from ..web.cookies import tokens_of
from ..web.waiting_pages import PLACE


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


def pending_session_id() -> str | None:
    """Return the session in which a new password has to be chosen before it counts, if there is one in use here."""
    tab = tabs().here()
    pending = tab.client and tab.client.pending_session(tabs().auth.now())
    return pending and pending.id


def may_add_account() -> bool:
    """Tell whether this browser may hold one account more."""
    return not auth_state().sessions or not tabs().auth.settings.single_session_mode


def who_is_here(state: AuthState) -> str:
    """Describe a state for the ``data-here`` of an element: the status, "accounts" if there are any, "pending" if
    somebody has to choose a new password, and a word that differs from session to session.

    The stylesheet shows and hides by it whatever holds no private text, so no other element has to change. When it
    changes, static/live/screen.js removes what hangs beside the page.
    """
    words: list[str] = [state.status, *(['accounts'] if state.sessions else []),
                        *(['pending'] if state.pending else [])]
    if state.session_id:
        words.append(f'session-{crc32(state.session_id.encode()):x}')
    return ' '.join(words)
