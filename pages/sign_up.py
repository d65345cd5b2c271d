# pyright: reportUnknownMemberType=false
"""The sign-up page, and its form, which may stand in any page."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import may_add_account
from auth.language import _
from auth.live.tabs import tabs
from auth.rules.invitations import SignUpRestricted
from auth.web.redirects import HOME_PATH, safe_path

from .parts import (
    Text,
    api_form,
    email_field,
    keep_signed_in_box,
    link,
    name_field,
    new_password_field,
    page_title,
    with_query,
)


class SignUpForm(ui.element):
    """A card with the form to sign up, for a page of anybody's that is public; it says so if nobody may.

    :param redirect_url: where to go afterwards, if it is a path of this site
    :param heading: in place of "Sign up"
    """

    def __init__(self, redirect_url: str = HOME_PATH, *, heading: str = '') -> None:
        super().__init__('section')
        self.classes('ls-card ls-narrow')
        wanted, mode = safe_path(redirect_url), tabs().auth.settings.sign_up
        with self:
            Text('h1', heading or _('Sign up'))
            if mode == 'closed':
                Text('p', str(SignUpRestricted.text))
                _sign_in_instead(wanted)
                return
            if mode == 'invited':
                Text('p', _('To sign up here takes an invitation. If you opened the link in it, fill in the form. If '
                            'you have none, ask the administrator of this site.')).classes('ls-quiet')
            with api_form('/v1/client/sign_ups', _('Sign up'), announce=True, then=wanted,
                          then_waits=with_query('/sign-up/verify', redirect_url=wanted), hands='id email_address',
                          sends='ticket' if mode == 'invited' else ''):
                name_field('first_name', _('First name'), 'given-name')
                email_field('email_address')
                new_password_field('password', _('Password'))
                keep_signed_in_box()
            _sign_in_instead(wanted)


@public
def page(redirect_url: str = '') -> None:
    """Build the sign-up page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    page_title(_('Sign up'))
    if not may_add_account():
        ui.navigate.to(safe_path(redirect_url))
        return
    SignUpForm(redirect_url)


def _sign_in_instead(wanted: str) -> None:
    with ui.element('p').classes('ls-quiet'):
        Text('span', _('Already have an account? '))
        link(_('Sign in'), '/sign-in', redirect_url=wanted)
