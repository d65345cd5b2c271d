"""The sign-up page."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import may_add_account
from auth.language import _
from auth.live.tabs import tabs
from auth.rules.invitations import SignUpRestricted
from auth.web.redirects import safe_path

from .parts import (
    Text,
    api_form,
    card,
    email_field,
    keep_signed_in_box,
    link,
    name_field,
    new_password_field,
    page_title,
    with_query,
)


@public
def page(redirect_url: str = '') -> None:
    """Build the sign-up page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    page_title(_('Sign up'))
    wanted = safe_path(redirect_url)
    if not may_add_account():
        ui.navigate.to(wanted)
        return
    mode = tabs().auth.settings.sign_up
    with card('narrow'):
        Text('h1', _('Sign up'))
        if mode == 'closed':
            Text('p', str(SignUpRestricted.text))
            _sign_in_instead(wanted)
            return
        if mode == 'invited':
            Text('p', _('To sign up here takes an invitation. If you opened the link in it, fill in the form. If you '
                        'have none, ask the administrator of this site.')).classes('ls-quiet')
        with api_form('/v1/client/sign_ups', _('Sign up'), announce=True, then=wanted,
                      then_waits=with_query('/sign-up/verify', redirect_url=wanted), hands='id email_address',
                      sends='ticket' if mode == 'invited' else ''):
            name_field('first_name', _('First name'), 'given-name')
            email_field('email_address')
            new_password_field('password', _('Password'))
            keep_signed_in_box()
        _sign_in_instead(wanted)


def _sign_in_instead(wanted: str) -> None:
    with ui.element('p').classes('ls-quiet'):
        Text('span', _('Already have an account? '))
        link(_('Sign in'), '/sign-in', redirect_url=wanted)
