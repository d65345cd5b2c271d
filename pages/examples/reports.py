"""The page that the start page and the README show: five lines, and private."""

from nicegui import ui

from auth import private
from auth.components import SignOutButton, auth_state


@private
def reports() -> None:
    ui.label('Your reports')
    ui.label().bind_text_from(auth_state(), 'session_id')
    SignOutButton(redirect_url='/')
