"""JavaScript: a plain button that calls the Frontend API and refreshes the page."""

from nicegui import ui

from auth import public
from auth.components import SessionLabel
from auth.language import N_, _

from ..parts import Text, button_link
from .frame import Example, example
from .quotes import JAVASCRIPT

TELL = "(error) => document.getElementById('sign-out-error').textContent = error.message"


def sign_out_button() -> None:
    button = Text('button', _('Sign out')).classes('ls-button')
    button.props('id=sign-out').on('click', js_handler=f'''() =>
        liveSessions.signOut()  // DELETE /v1/client/sessions
            .then(() => window.location.reload(), {TELL})''')


EXAMPLE = Example('JavaScript', N_('A plain button that signs out and refreshes the page, with no Python behind it.'),
                  JAVASCRIPT, sign_out_button)


@public
def page() -> None:
    """Build the example."""
    with example(EXAMPLE):
        SessionLabel()
        with ui.element('div').classes('ls-when-signed-in'):
            sign_out_button()
        Text('p').props('id=sign-out-error role=alert').classes('ls-error')
        button_link(_('Sign in'), '/sign-in', redirect_url=EXAMPLE.path).classes('ls-when-signed-out')
