"""The account chooser: several accounts are signed in and none is in use. None is chosen for the person."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from auth import AuthError, public
from auth.components import SignOutButton, WhySignedOut, auth_state, choose, may_add_account, redraw_on_change
from auth.components.isolated import Isolated
from auth.language import _
from auth.rules.clients import ClientSession
from auth.web.redirects import safe_path

from .parts import Text, button_link, card, page_title


@public
def page(redirect_url: str = '') -> None:
    """Build the chooser.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    page_title(_('Choose an account'))
    if auth_state().status == 'signed_in' and not may_add_account():  # one account a browser: nothing to choose
        ui.navigate.to(safe_path(redirect_url))
        return
    with card('narrow'):
        Text('h1', _('Choose an account'))
        WhySignedOut().props('role=status')
        Text('p', _('Continue as:')).classes('ls-quiet')
        accounts = ui.element('ul').classes('ls-accounts')
        error = Text('p').classes('ls-error').props('role=alert')
        redraw_on_change(accounts, lambda: _list(accounts, safe_path(redirect_url), error))
        with ui.element('div').classes('ls-actions'):
            if may_add_account():
                button_link(_('Add account'), '/sign-in', 'plain')
            everybody = SignOutButton(label=_('Sign out of all accounts'))
            everybody.bind_visibility_from(auth_state(), 'sessions', bool)


def _list(accounts: ui.element, wanted: str, error: Text) -> None:
    state = auth_state()
    if not state.sessions:
        loading = state.status == 'loading'
        Text('li', _('Loading…') if loading else _('Nobody is signed in on this browser.')).classes('ls-quiet')
    for session in state.sessions:
        with ui.element('li'), ui.element('button').props('type=button') as button:
            with ui.element('strong'):
                Isolated(session.user.name)
            with ui.element('span').classes('ls-quiet'):
                Isolated(session.user.email_address)
            if session.id == state.session_id:
                Text('span', _('In use')).classes('ls-badge')
        button.on('click', partial(_choose, session, wanted, error), [])


async def _choose(session: ClientSession, wanted: str, error: Text) -> None:
    with error:  # the row that was clicked may be redrawn meanwhile
        try:
            await choose(session.id)
        except AuthError as refused:
            error.set_text(refused.message)
        else:
            ui.navigate.to(wanted)
