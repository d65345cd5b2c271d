"""Next.js: a button that signs out and goes to the start page."""

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton, auth_state
from auth.language import _

from ..parts import button_link
from .frame import example


@public
def page() -> None:
    """Build the example."""
    with example('Next.js', _('A SignOutButton that signs out and redirects to “/”.'), __file__):
        SessionLabel()
        with ui.element('div').bind_visibility_from(auth_state(), 'status', value='signed_in'):
            # Clicking this button signs out of this browser and goes to the home page.
            SignOutButton(redirect_url='/')
        sign_in = button_link(_('Sign in'), '/sign-in', redirect_url='/examples/nextjs')
        sign_in.bind_visibility_from(auth_state(), 'status', value='signed_out')
