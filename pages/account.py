"""The profile of whoever is signed in."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from auth import private
from auth.components import SessionLabel, SignOutButton, auth_state, follow
from auth.language import _
from auth.live.tabs import tabs
from auth.rules.address_change import NO_MAIL
from auth.rules.profile import DELETE_CONFIRMATION

from .parts import Text, api_form, card, email_field, field, name_field, page_tabs, page_title

FILE_NAME = 'live-sessions-data.json'


@private
def page() -> None:
    """Build the account page."""
    state = auth_state()
    account_heading('/account')
    with card():
        Text('h2', _('You'))
        with ui.element('dl'):
            Text('dt', _('Email address'))
            address = Text('dd').props('translate=no')
            address.bind_text_from(state, 'user', lambda user: user.email_address if user else '')
        _address_form()
        with api_form('/v1/me', _('Save'), method='PATCH', keep=True, done=_('Saved.')):
            first = name_field('first_name', _('First name'), 'given-name')
            last = name_field('last_name', _('Last name'), 'family-name', last=True)
    for entry, name in ((first, 'first_name'), (last, 'last_name')):
        follow(entry, partial(_show_name, entry, name))
    with card():
        Text('h2', _('This session'))
        SessionLabel().classes('ls-session-id')
        Text('p', _('This page is private: it was built because you are signed in, and is taken out of every tab '
                  'the moment you are not.')).classes('ls-quiet')
        with ui.element('div').classes('ls-actions'):
            SignOutButton(state.session_id)
    with card():
        Text('h2', _('Your data'))
        Text('p', _('A file with all that is kept of you here: the account, where it is and was signed in, and its '
                    'history. Only your password is left out.')).classes('ls-quiet')
        with api_form('/v1/me/personal_data', _('Download my data'), done=_('Downloaded.'), download=FILE_NAME):
            pass
    with ui.element('details').classes('ls-card'):
        Text('summary', _('Delete account'))
        Text('p', _('Your account and all its sessions are deleted, on every device, at once. '
                    'This cannot be undone. What stays are times at which something happened, with numbers that no '
                    'longer lead to you.')).classes('ls-quiet')
        with api_form('/v1/me', _('Delete my account'), method='DELETE', then='/', danger=True):
            with ui.element('div').props('translate=no'):  # it has to be typed as it is
                field('confirmation', _('Type “{words}”', words=DELETE_CONFIRMATION), kind='text', autocomplete='off')
            field('password', _('Password'), kind='password', autocomplete='current-password', last=True)


def _address_form() -> None:
    with ui.element('details').classes('ls-in-card'):
        Text('summary', _('Change the email address'))
        if not tabs().auth.settings.sends_mail:
            Text('p', str(NO_MAIL)).classes('ls-quiet')
            return
        Text('p', _('A code is mailed to the new address. The one you have now is told, and can undo the change for a '
                    'week.')).classes('ls-quiet')
        with api_form('/v1/me/email_addresses', _('Continue'), then='/account/email-address', hands='id email_address'):
            email_field('email_address', _('New email address'), autocomplete='email', last=True)


def _show_name(entry: ui.element, name: str) -> None:
    # The default value, so that a change from elsewhere does not overwrite what somebody is typing.
    entry.props['defaultValue'] = getattr(auth_state().user, name, '')


def account_heading(path: str) -> None:
    """Build the heading of the account pages, with links between them."""
    names = {'/account': _('Profile'), '/account/security': _('Security')}
    page_title(_('Account') if path == '/account' else names[path])
    Text('h1', _('Account'))
    page_tabs(_('Account'), names, path)
