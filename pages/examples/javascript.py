"""JavaScript: a plain button that calls the Frontend API and refreshes the page."""

from nicegui import ui

from auth import public
from auth.components import SessionLabel, auth_state
from auth.language import _

from ..parts import Text, button_link
from .frame import example

SIGN_OUT = '''async () => {
    try {
        await liveSessions.signOut();  // DELETE /v1/client/sessions
        window.location.reload();
    } catch (error) {
        document.getElementById('sign-out-error').textContent = error.message;
    }
}'''


@public
def page() -> None:
    """Build the example."""
    with example('JavaScript', _('A plain button, shown when signed in, with no Python behind it.'), __file__):
        SessionLabel()
        with ui.element('div').bind_visibility_from(auth_state(), 'status', value='signed_in'):
            button = Text('button', _('Sign out')).props('id=sign-out type=button').classes('button')
            button.on('click', js_handler=SIGN_OUT)
        Text('p').props('id=sign-out-error role=alert').classes('error')
        sign_in = button_link(_('Sign in'), '/sign-in', redirect_url='/examples/javascript')
        sign_in.bind_visibility_from(auth_state(), 'status', value='signed_out')
