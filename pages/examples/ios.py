"""SwiftUI: a view that shows the session with a button, or says that nobody is signed in."""

from nicegui import ui

from auth import AuthError, public
from auth.components import auth_state, redraw_on_change, sign_out
from auth.language import N_, _

from ..parts import Text, button, button_link
from . import clients
from .frame import Example, example
from .snippets import SWIFTUI


class SignOutView:
    """Text("Active Session: …") and Button("Sign out"), else Text("You are signed out")."""

    def __init__(self) -> None:
        self.session = auth_state()
        self.body = ui.element('div').classes('ls-stack').props('role=status')
        self.error = Text('p').classes('ls-error').props('role=alert')
        redraw_on_change(self.body, self.build)

    def build(self) -> None:
        if self.session.status == 'signed_in':
            Text('p', _('Active Session: {id}', id=self.session.session_id))
            button(_('Sign out'), self.sign_out)
        else:
            self.build_signed_out()

    def build_signed_out(self) -> None:
        """Say that nobody is signed in, or that it is not known yet."""
        if self.session.status == 'signed_out':
            Text('p', _('You are signed out'))
            button_link(_('Sign in'), '/sign-in', redirect_url=EXAMPLE.path)
        else:
            Text('p', _('Loading…'))

    async def sign_out(self) -> None:
        """Sign out and stay on this page."""
        self.error.set_text('')
        try:
            await sign_out(redirect_url=EXAMPLE.path)
        except AuthError as error:
            self.error.set_text(_('You are still signed in.') + f' {error.message}')


EXAMPLE = Example('SwiftUI', N_('A view that shows the active session, or that nobody is signed in. '
                                'Errors are shown, not dumped.'), SWIFTUI, SignOutView.build,
                  clients.IOS)


@public
def page() -> None:
    """Build the example."""
    with example(EXAMPLE):
        SignOutView()
