"""The account of whoever is signed in: a private page, which goes away live when the session ends."""

from __future__ import annotations

from nicegui import ui

from auth import SessionLabel, SignOutButton, auth_state, private

from .parts import Text, card


@private
def page() -> None:
    """Build the account page."""
    ui.page_title('Account · Live Sessions')
    state = auth_state()
    Text('h1', 'Account')
    with card():
        Text('h2', 'You')
        with ui.element('dl'):
            Text('dt', 'Name')
            Text('dd').bind_text_from(state, 'user', lambda user: user.name if user else '')
            Text('dt', 'Email address')
            Text('dd').bind_text_from(state, 'user', lambda user: user.email_address if user else '')
    with card():
        Text('h2', 'This session')
        SessionLabel().classes('session-id')
        Text('p', 'This page is private: it was built because you are signed in, and is taken out of every tab '
                  'the moment you are not.').classes('quiet')
        with ui.element('div').classes('actions'):
            SignOutButton()
