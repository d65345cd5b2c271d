"""Expo: the same component, in a view of a phone's size."""

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton, auth_state
from auth.language import _

from ..parts import Text, button_link
from .frame import example


@public
def page() -> None:
    """Build the example."""
    with (
        example('Expo', _('The same SignOutButton on a small screen; the size changes nothing.'), __file__),
        ui.element('div').classes('phone'),
    ):
        Text('h2', _('Profile'))
        SessionLabel()
        with ui.element('div').bind_visibility_from(auth_state(), 'status', value='signed_in'):
            SignOutButton(redirect_url='/')
        sign_in = button_link(_('Sign in'), '/sign-in', redirect_url='/examples/expo')
        sign_in.bind_visibility_from(auth_state(), 'status', value='signed_out')
