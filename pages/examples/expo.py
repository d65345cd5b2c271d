"""Expo: the same component, in a view of a phone's size."""

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton
from auth.language import N_, _

from ..parts import Text, button_link
from . import clients
from .frame import Example, example
from .snippets import EXPO


def profile() -> None:
    Text('h2', _('Profile'))
    SessionLabel()
    with ui.element('div').classes('ls-when-signed-in'):
        SignOutButton(redirect_url='/')


EXAMPLE = Example('Expo', N_('The same SignOutButton on a small screen; the size changes nothing.'), EXPO, profile,
                  clients.EXPO)


@public
def page() -> None:
    """Build the example."""
    with example(EXAMPLE), ui.element('div').classes('ls-phone'):
        profile()
        button_link(_('Sign in'), '/sign-in', redirect_url=EXAMPLE.path).classes('ls-when-signed-out')
