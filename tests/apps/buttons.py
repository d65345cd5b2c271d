"""The app with a page of sign-out buttons, for tests: ``python buttons.py --port …`` serves it like ``main.py``."""

from __future__ import annotations

from nicegui import ui

import pages
from auth import public
from auth.components import ConfirmButton, Question, SignOutButton, auth_state
from tests.apps.serve import serve


async def refuse_later() -> bool:
    """A veto that took its time."""
    return False


thrown_away: list[str] = []


async def how_many() -> Question | None:
    """What an author asks; nothing the third time."""
    count = len(thrown_away)
    return None if count == 2 else Question(title=f'Throw away {count} things?', text='They are gone.', act='Away')


async def throw_away(told: ui.label) -> None:
    """What an author does."""
    thrown_away.append('one more')
    told.set_text(f'Thrown away: {len(thrown_away)}')


@public
def buttons(session_id: str = '') -> None:
    """One button of each kind."""
    ui.label().bind_text_from(auth_state(), 'session_id', lambda active: f'Active Session: {active}')
    SignOutButton(label='Vetoed', before=lambda: False)
    SignOutButton(label='Vetoed later', before=refuse_later)
    SignOutButton(label='Not vetoed', before=lambda: None, redirect_url='/examples')
    SignOutButton(session_id, label='Only that one')
    done = ui.label()
    ConfirmButton('Throw away', lambda: throw_away(done), ask=how_many, refused='Nothing was thrown away.')
    with SignOutButton(label='', redirect_url='/examples'):
        ui.label('Leave now')


if __name__ == '__main__':
    pages.ROUTES['/buttons'] = buttons
    serve()
