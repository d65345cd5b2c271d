"""The app with a page of sign-out buttons, for tests: ``python buttons.py --port …`` serves it like ``main.py``."""

from __future__ import annotations

from nicegui import ui

import pages
from auth import public
from auth.components import SignOutButton, auth_state
from tests.apps.serve import serve


async def refuse_later() -> bool:
    """A veto that took its time."""
    return False


@public
def buttons(session_id: str = '') -> None:
    """One button of each kind."""
    ui.label().bind_text_from(auth_state(), 'session_id', lambda active: f'Active Session: {active}')
    SignOutButton(label='Vetoed', before=lambda: False)
    SignOutButton(label='Vetoed later', before=refuse_later)
    SignOutButton(label='Not vetoed', before=lambda: None, redirect_url='/examples')
    SignOutButton(session_id, label='Only that one')
    with SignOutButton(label='', redirect_url='/examples'):
        ui.label('Leave now')


if __name__ == '__main__':
    pages.ROUTES['/buttons'] = buttons
    serve()
