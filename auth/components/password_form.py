# pyright: reportUnknownMemberType=false
"""The form in which somebody gives their password again, posted to the Frontend API like every password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement as Text

from ..language import _
from ..live.memory import HoldsItself
from ..live.tabs import tabs
from .api_path import api_path
from .isolated import Isolated
from .password_field import password_entry

FIELD = 'password-again'
"""The id of the field; a page may have another password in it."""


class PasswordForm(ui.element, HoldsItself):
    """Takes the password of whoever is signed in; static/live/forms.js sends it, and names the tab that asks.

    :param label: what is written on the button
    :param done: called when it was right
    :param danger: whether what follows ends or takes something
    :param in_dialog: whether a button beside it leaves the dialog around it
    """

    def __init__(self, label: str, done: Callable[[], Awaitable[None] | None], *, danger: bool = False,
                 in_dialog: bool = False) -> None:
        super().__init__('form')
        self._done = done
        tab = tabs().here()
        user = tab.state.user
        address = user.email_address if user else ''
        self.props('method=post data-api=POST data-tab novalidate').props('' if in_dialog else 'data-begin')
        self.props['action'] = api_path(
            f'/v1/client/sessions/{tab.state.session_id}/verify/attempt_first_factor')
        self.on('done', self._accepted, [])
        with self:
            username = ui.element('input').props('type=text name=username autocomplete=username hidden')
            username.props['defaultValue'] = address  # for password managers
            _field(address, has_focus=in_dialog)
            Text(tag='p', text='').classes('ls-error').props('data-error="" role=alert')
            with ui.element('div').classes('ls-actions' if in_dialog else 'ls-form-end'):
                if in_dialog:
                    Text(tag='button', text=_('Cancel')).classes('ls-button').props('type=button data-cancel')
                kind = 'danger' if danger else 'primary'
                with ui.element('button').classes(f'ls-button ls-{kind}').props('type=submit'):
                    ui.element('span').classes('ls-spinner').props('aria-hidden=true')
                    Text(tag='span', text=label)

    def let_go(self) -> None:
        """Drop the function."""
        del self._done

    def _accepted(self) -> Any:
        return None if self.is_deleted else self._done()


def _field(address: str, *, has_focus: bool) -> None:
    with ui.element('div').classes('ls-field'):
        with Text(tag='label', text=_('Your password')).props(f'for={FIELD}'):
            if address:
                with ui.element('span').classes('ls-quiet'):
                    Text(tag='span', text=' · ')
                    Isolated(address)
        entry = password_entry(FIELD, 'password', autocomplete='current-password')
        entry.props('autofocus' if has_focus else '')
