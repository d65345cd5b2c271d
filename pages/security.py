"""Security of the account: devices, password, history."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from auth import private
from auth.components import ActiveDevices, SessionHistory, auth_state

from .account import account_heading
from .parts import Text, api_form, card, field


@private
def page() -> None:
    """Build the security page."""
    account_heading('/account/security')
    ActiveDevices()
    with card():
        _password()
    SessionHistory()


def _password() -> None:
    Text('h2', 'Change password')
    changed = Text('p').classes('quiet').props('role=status')

    def tell(response: dict[str, Any]) -> None:
        count = int(response['revoked'])
        others = f' {count} other {"device was" if count == 1 else "devices were"} signed out.' if count else ''
        changed.set_text(f'Your password was changed.{others}')

    with api_form('/v1/me/change_password', 'Change password', method='POST', on_done=tell, announce=True):
        user = auth_state().user
        username = ui.element('input').props('type=text name=username autocomplete=username hidden')
        username.props['defaultValue'] = user.email_address if user else ''  # for password managers
        field('current_password', 'Current password', kind='password', autocomplete='current-password')
        field('new_password', 'New password', kind='password', autocomplete='new-password', judge=True,
              hint='8 to 256 characters. Any characters will do; a common password will not.')
        with ui.element('label').classes('check'):
            box = ui.element('input').props('type=checkbox name=sign_out_of_other_sessions value=true')
            box.props['defaultChecked'] = True
            Text('span', 'Sign out of all other devices')
