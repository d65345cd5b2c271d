"""Security of the account: devices, password, history."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from auth import private
from auth.components import ActiveDevices, SessionHistory, auth_state
from auth.language import _, ngettext

from .account import account_heading
from .parts import Text, api_form, card, field, new_password_field


@private
def page() -> None:
    """Build the security page."""
    account_heading('/account/security')
    ActiveDevices()
    with card():
        _password()
    SessionHistory()


def _password() -> None:
    Text('h2', _('Change password'))
    changed = Text('p').classes('ls-quiet').props('role=status')

    def tell(response: dict[str, Any]) -> None:
        count = int(response['revoked'])
        changed.set_text(ngettext('Your password was changed. {count} other device was signed out.',
                                  'Your password was changed. {count} other devices were signed out.', count)
                         if count else _('Your password was changed.'))

    with api_form('/v1/me/change_password', _('Change password'), method='POST', on_done=tell, announce=True):
        user = auth_state().user
        username = ui.element('input').props('type=text name=username autocomplete=username hidden')
        username.props['defaultValue'] = user.email_address if user else ''  # for password managers
        field('current_password', _('Current password'), kind='password', autocomplete='current-password')
        new_password_field('new_password', _('New password'))
        with ui.element('label').classes('ls-check'):
            box = ui.element('input').props('type=checkbox name=sign_out_of_other_sessions value=true')
            box.props['defaultChecked'] = True
            Text('span', _('Sign out of all other devices'))
