"""One user, for administrators: their account, their password and their history; and the form that makes one."""

from __future__ import annotations

from functools import partial
from typing import Any

from nicegui import ui

from auth import admin_only
from auth.components import UserAccount, UserHistory
from auth.language import _, ngettext

from .admin import admin_heading
from .parts import Text, api_form, card, email_field, field, link, name_field, new_password_field


@admin_only
def user(user_id: str) -> None:
    """Build the page of a user.

    :param user_id: who it is
    """
    admin_heading('/admin', _('User'))
    with ui.element('p'):
        link(_('All users'), '/admin')
    UserAccount(user_id)
    with card():
        _role(user_id)
    with card():
        _password(user_id)
    UserHistory(user_id)


@admin_only
def new_user() -> None:
    """Build the page on which a user is made."""
    admin_heading('/admin', _('Add user'))
    with ui.element('p'):
        link(_('All users'), '/admin')
    with card():
        Text('h2', _('Add user'))
        Text('p', _('They choose a password of their own when they sign in for the first time.')).classes('ls-quiet')
        with api_form('/v1/admin/users', _('Add user'), on_done=_made):
            email_field('email_address', autocomplete='off')
            name_field('first_name', _('First name'), 'off')
            name_field('last_name', _('Last name'), 'off')
            new_password_field('password', _('Password'))
            with ui.element('label').classes('ls-check'):
                ui.element('input').props('type=checkbox name=is_admin value=true')
                Text('span', _('Administrator'))


def _made(response: dict[str, Any]) -> None:
    ui.navigate.to(f'/admin/users/{response["id"]}')


def _role(user_id: str) -> None:
    Text('h2', _('Give a role'))
    Text('p', _('A word that pages of this site ask for, such as “editor”. It counts at once.')).classes('ls-quiet')
    done = Text('p').classes('ls-quiet').props('role=status')
    with api_form(f'/v1/admin/users/{user_id}/give_role', _('Give role'),
                  on_done=lambda _response: done.set_text(_('The role was given.'))):
        field('role', _('Role'), kind='text', autocomplete='off', last=True)


def _password(user_id: str) -> None:
    Text('h2', _('Set a password'))
    Text('p', _('It ends all their sessions. They choose a password of their own when they sign in with this one.')
         ).classes('ls-quiet')
    done = Text('p').classes('ls-quiet').props('role=status')
    with api_form(f'/v1/admin/users/{user_id}/set_password', _('Set password'), on_done=partial(_set, done),
                  danger=True):
        new_password_field('password', _('New password'))


def _set(done: Text, response: dict[str, Any]) -> None:
    done.set_text(ngettext('The password was set. {count} session ended.',
                           'The password was set. {count} sessions ended.', int(response['sessions_ended'])))
