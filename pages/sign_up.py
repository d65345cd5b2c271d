"""The sign-up page."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import may_add_account
from auth.language import _
from auth.web.redirects import safe_path

from .parts import Text, api_form, card, field, link, page_title


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
    with card('narrow'):
        Text('h1', _('Sign up'))
        with api_form('/v1/client/sign_ups', _('Sign up'), announce=True, then=wanted):
            field('first_name', _('First name'), kind='text', autocomplete='given-name', optional=True)
            field('email_address', _('Email address'), kind='email', autocomplete='username')
            field('password', _('Password'), kind='password', autocomplete='new-password',
                  judge=True,
                  hint=_('8 to 256 characters. Use any characters, but avoid common passwords.'))
        with ui.element('p').classes('quiet'):
            Text('span', _('Already have an account? '))
            link(_('Sign in'), '/sign-in', redirect_url=wanted)
