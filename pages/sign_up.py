"""The sign-up page."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import may_add_account
from auth.language import _
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
    with card('narrow'):
        Text('h1', _('Sign up'))
        with api_form('/v1/client/sign_ups', _('Sign up'), announce=True, then=wanted,
                      then_waits=with_query('/sign-up/verify', redirect_url=wanted), hands='id email_address'):
            name_field('first_name', _('First name'), 'given-name')
            email_field('email_address')
            new_password_field('password', _('Password'))
            keep_signed_in_box()
        with ui.element('p').classes('ls-quiet'):
            Text('span', _('Already have an account? '))
            link(_('Sign in'), '/sign-in', redirect_url=wanted)
