"""An app as NiceGUI's users write it, with the five lines that make it safe and live."""

import os

from nicegui import ui

from auth import LiveSessions, current_user, public

sessions = LiveSessions()


@ui.page('/item/{id}')
def item(id: int) -> None:
    """A page that says nothing of who may see it."""
    user = current_user()
    ui.label(f'Item {id} of {user.name if user else "nobody"}')
    ui.button('Buy', on_click=lambda: ui.label(f'Bought by {user.name if user else "nobody"}'))


@public
@ui.page('/')
def home() -> None:
    """The page of everybody."""
    ui.label('Welcome')


sessions.install()
ui.run(port=int(os.environ['AT_PORT']), host='127.0.0.1', show=False, reload=True, storage_secret='of the author')
