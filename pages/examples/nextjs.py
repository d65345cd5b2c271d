"""Next.js: a button that signs out and goes to the start page."""

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton
from auth.language import N_, _

from ..parts import button_link
from . import clients
from .frame import Example, example
from .snippets import NEXTJS


def sign_out_button() -> None:
    with ui.element('div').classes('ls-when-signed-in'):
        # Clicking this button signs out of this browser
        # and goes to the home page "/".
        SignOutButton(redirect_url='/')


EXAMPLE = Example('Next.js', N_('A SignOutButton that signs out and redirects to “/”.'), NEXTJS, sign_out_button,
                  clients.NEXTJS)


@public
def page() -> None:
    """Build the example."""
    with example(EXAMPLE):
        SessionLabel()
        sign_out_button()
        button_link(_('Sign in'), '/sign-in', redirect_url=EXAMPLE.path).classes('ls-when-signed-out')
