"""The tab whose page is being built: what it shows of its session."""

from __future__ import annotations

from ..live.state import AuthState
from ..live.tabs import tabs


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
