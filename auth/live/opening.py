"""Opens the tab of a page that is being requested, and says who is here for the stylesheet and the scripts."""

from __future__ import annotations

from zlib import crc32

from nicegui import ui

from ..web.cookies import tokens_of
from ..web.waiting_pages import PLACE
from .notes import Notes
from .state import AuthState
from .tab import Tab
from .tabs import tabs


async def open_tab() -> Tab:
    """Register the tab whose page is being requested, with what the request's cookie grants; once for each page."""
    page = ui.context.client
    opened = tabs().get(page.id)
    if opened is not None:
        return opened
    scope = page.request.scope
    tab = await tabs().open(page, *tokens_of(scope), place=scope.get(PLACE))
    tab.on_change.append(Notes(page, tab.state))
    return tab


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
