"""JavaScript: the guide's app with the real clerk-js, and beside it a plain button that calls the Frontend API."""

from nicegui import ui

from auth import public
from auth.client_packages.pinned import CLERK_JS
from auth.components import SessionLabel, address_of, auth_state, follow
from auth.language import N_, _

from ..code import code_figure
from ..parts import Text, button_link
from . import clients, running
from .frame import Example, example
from .snippets import JAVASCRIPT

FETCH = 'uv run python -m auth clients fetch'
TELL = "(error) => document.getElementById('sign-out-error').textContent = error.message"


def sign_out_button() -> None:
    button = Text('button', _('Sign out')).classes('ls-button')
    button.props('id=sign-out').on('click', js_handler=f'''() =>
        liveSessions.signOut()  // DELETE /v1/client/sessions
            .then(() => window.location.reload(), {TELL})''')


EXAMPLE = Example('JavaScript', N_('The app of the guide with the real clerk-js, and a plain button that signs out and '
                                   'refreshes the page, with no Python behind it.'),
                  JAVASCRIPT, sign_out_button, clients.JAVASCRIPT)


@public
def page() -> None:
    """Build the example."""
    with example(EXAMPLE), ui.element('div').classes('ls-panes'):
        with pane(f'index.html · main.js · {CLERK_JS.spec}'):
            if running.is_there():
                the_guides_app()
            else:
                how_to_get_it()
        with pane('NiceGUI'), ui.element('div').classes('ls-in-pane'):
            SessionLabel()
            with ui.element('div').classes('ls-when-signed-in'):
                sign_out_button()
            Text('p').props('id=sign-out-error role=alert').classes('ls-error')
            button_link(_('Sign in'), '/sign-in', redirect_url=EXAMPLE.path).classes('ls-when-signed-out')


def pane(caption: str) -> ui.element:
    """A frame with a caption; what is in it is built within the ``with`` block."""
    with ui.element('figure') as figure:
        Text('figcaption', caption)
    return figure


def the_guides_app() -> None:
    """The guide's page, and what clerk-js says there: the page has a button only."""
    frame, state = ui.element('iframe'), auth_state()
    frame.props.update({'src': address_of(running.PATH), 'title': 'Clerk + JavaScript App'})
    follow(frame, lambda: frame.props.update({'data-clerk-session': state.session_id or ''}))
    says = Text('p', _('clerk-js is loading…')).classes('ls-in-pane ls-quiet').props('role=status data-clerk-says')
    says.props.update({'data-loads': _('clerk-js is loading…'), 'data-nobody': _('clerk-js: nobody is signed in'),
                       'data-session': _('clerk-js: {id} is signed in', id='{id}')})


def how_to_get_it() -> None:
    """Say what to run where clerk-js is not there."""
    with ui.element('div').classes('ls-in-pane'):
        Text('p', _('clerk-js is not here yet: nothing of it is in this repository. Fetch it once, through npm, and '
                    'load this page anew.'))
        code_figure('fetch', FETCH, language='bash', caption=_('Fetch clerk-js'))
