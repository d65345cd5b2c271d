"""The sign-up page."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import may_add_account
from auth.web.redirects import safe_path

from .parts import Text, api_form, card, field, link


@public
def page(redirect_url: str = '') -> None:
    """Build the sign-up page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    ui.page_title('Sign up · Live Sessions')
    wanted = safe_path(redirect_url)
    if not may_add_account():
        ui.navigate.to(wanted)
        return
    with card('narrow'):
        Text('h1', 'Sign up')
        with api_form('/v1/client/sign_ups', 'Sign up', announce=True, then=wanted):
            field('first_name', 'First name', kind='text', autocomplete='given-name', optional=True)
            field('email_address', 'Email address', kind='email', autocomplete='username')
            field('password', 'Password', kind='password', autocomplete='new-password',
                  judge=True,
                  hint='8 to 256 characters. Any characters will do; a common password will not.')
        with ui.element('p').classes('quiet'):
            Text('span', 'You have an account? ')
            link('Sign in', '/sign-in', redirect_url=wanted)
