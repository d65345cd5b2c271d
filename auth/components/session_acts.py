# pyright: reportUnknownMemberType=false
"""What a handler of a page calls to act on the sessions of its browser."""

from __future__ import annotations

from nicegui import ui

from ..live import protocol
from ..live.tabs import tabs
from ..rules.clients import read_clients
from ..rules.sessions import SignedOut, set_active
from ..rules.sessions import sign_out as end_sessions
from ..web.redirects import CHOOSE_PATH, HOME_PATH


async def sign_out(session_id: str | None = None, redirect_url: str | None = None) -> SignedOut:
    """Sign out on this browser; if the active session ended, or all of them, go to another page.

    :param session_id: the one session to end; without it, every session of this browser
    :param redirect_url: where this tab goes then; by default home, or to the chooser if other accounts remain
    :raises SessionNotFound: if the given session is not signed in here; then nobody was signed out
    :raises StoreAway: if the store can't be reached; then everybody is still signed in
    """
    tab = tabs().here()
    client, now = tab.client, tabs().auth.now()
    done = await tabs().auth.run(end_sessions, client, session_id, request_info=tab.request_info)
    # The other tabs show it before this one goes elsewhere.
    await tab.until_gone(done.session_ids, tabs().auth.timing.catch_up_seconds)
    if done.session_ids and not done.others_remain:
        protocol.clear_cache(tab.page)
    elif client is not None and client.cookie_end(now) != client.cookie_end(now, without=done.session_ids):
        protocol.renew_cookie(tab.page)
    if done.active_ended or (session_id is None and done.session_ids):
        with tab.page:
            ui.navigate.to(redirect_url or (CHOOSE_PATH if done.others_remain else HOME_PATH))
    return done


async def count_accounts() -> int:
    """Count the accounts that are signed in on this browser, as the store has it now.

    :raises StoreAway: if the store can't be reached
    """
    tab, auth = tabs().here(), tabs().auth
    if tab.client is None:
        return 0
    found = (await read_clients(auth, [tab.client.id])).get(tab.client.id)
    return len(found.signed_in(auth.now())) if found else 0


async def choose(session_id: str) -> None:
    """Use another account of this browser.

    :raises SessionNotFound: if it is not signed in here; then nothing changes
    :raises StoreAway: if the store can't be reached
    """
    tab = tabs().here()
    auth = tabs().auth
    await auth.run(set_active, tab.client, session_id, settings=auth.settings, request_info=tab.request_info)
