"""SwiftUI: a view that shows the session with a button, or says that nobody is signed in."""

from nicegui import ui

from auth import AuthError, public
from auth.components import auth_state, redraw_on_change, sign_out
from auth.language import _

from ..parts import Text, button, button_link
from .frame import example


class SignOutView:
    """Text("Active Session: …") and Button("Sign out"), else Text("You are signed out")."""

    def __init__(self) -> None:
        self.session = auth_state()
        self.body = ui.element('div').classes('stack').props('role=status')
        self.error = Text('p').classes('error').props('role=alert')
        redraw_on_change(self.body, self.build)

    def build(self) -> None:
        """Show the state as it is now."""
        if self.session.status == 'signed_in':
            Text('p', _('Active Session: {id}', id=self.session.session_id))
            button(_('Sign out'), self.sign_out)
        elif self.session.status == 'signed_out':
            Text('p', _('You are signed out'))
            button_link(_('Sign in'), '/sign-in', redirect_url='/examples/swiftui')
        else:
            Text('p', _('Loading…'))

    async def sign_out(self) -> None:
        """Sign out and stay on this page."""
        self.error.set_text('')
        try:
            await sign_out(redirect_url='/examples/swiftui')
        except AuthError as error:
            self.error.set_text(f'{_("You are still signed in.")} {error.message}')


@public
def page() -> None:
    """Build the example."""
    with example('SwiftUI', _('A view that follows the session. Errors are shown, not dumped.'), __file__):
        SignOutView()
