"""Android: a view model whose UI state is loading, signed in, or signed out."""

from enum import Enum, auto

from nicegui import binding, ui

from auth import AuthError, public
from auth.components import AuthState, auth_state, sign_out
from auth.language import N_, _

from ..parts import Text, button, button_link, spinner
from . import clients
from .frame import Example, example
from .snippets import ANDROID


class UiState(Enum):
    """What the screen shows."""

    Loading = auto()
    SignedIn = auto()
    SignedOut = auto()

    @staticmethod
    def of(status: str) -> 'UiState':
        """Read the state of the session."""
        return {'signed_in': UiState.SignedIn, 'signed_out': UiState.SignedOut}.get(status, UiState.Loading)


@binding.bindable_dataclass
class MainViewModel:
    """Follows the session, and signs out."""

    auth: AuthState
    failure: str = ''

    async def sign_out(self) -> None:
        try:
            await sign_out(redirect_url='/examples/android')
            self.on_success()  # the UI state follows by itself
        except AuthError as error:
            self.on_failure(error)

    def on_success(self) -> None:
        """Nothing is left to say."""
        self.failure = ''

    def on_failure(self, error: AuthError) -> None:
        """Tell what went wrong."""
        self.failure = _('You are still signed in.') + f' {error.message}'


EXAMPLE = Example('Android', N_('A spinner, a button, or a signed-out view, by the state of a view model.'), ANDROID,
                  MainViewModel.sign_out, clients.ANDROID)


@public
def page() -> None:
    """Build the example."""
    with example(EXAMPLE):
        model = MainViewModel(auth_state())

        def view(state: UiState) -> ui.element:
            return ui.element('div').classes('ls-stack').bind_visibility_from(
                model.auth, 'status', lambda status: UiState.of(status) is state)

        with view(UiState.Loading):
            spinner()
            Text('p', _('Loading…'))
        with view(UiState.SignedIn):
            button(_('Sign out'), model.sign_out)
        with view(UiState.SignedOut):
            Text('p', _('You are signed out')).props('role=status')
            button_link(_('Sign in'), '/sign-in', redirect_url=EXAMPLE.path)
        Text('p').classes('ls-error').props('role=alert').bind_text_from(model, 'failure')
