# pyright: reportUnknownMemberType=false
"""The sign-in page, and its form, which may stand in any page; it also adds an account to those that are signed in."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import WhySignedOut, auth_state, may_add_account
from auth.language import _
from auth.rules.names import isolated
from auth.web.redirects import FORGOT_PASSWORD_PATH, HOME_PATH, safe_path

from .parts import (
    Text,
    api_form,
    button_link,
    email_field,
    field,
    keep_signed_in_box,
    link,
    may_sign_up,
    page_title,
)


class SignInForm(ui.element):
    """A card with the form to sign in, for a page of anybody's that is public.

    Posts to the Frontend API, and loads the page that somebody wanted. To whoever is signed in already it says so.

    :param redirect_url: where to go afterwards, if it is a path of this site
    :param asked_for: whether somebody was sent here from that page
    :param heading: in place of "Sign in"
    :param said: what has happened before, and what to do now
    """

    def __init__(self, redirect_url: str = HOME_PATH, *, asked_for: bool = False, heading: str = '',
                 said: str = '') -> None:
        super().__init__('section')
        self.classes('ls-card ls-narrow')
        state, wanted = auth_state(), safe_path(redirect_url)
        with self:
            Text('h1').bind_text_from(state, 'status', lambda status: (
                heading or (_('Add account') if status == 'signed_in' else _('Sign in'))))
            with ui.element('div').classes('ls-notice').bind_visibility_from(state, 'status', value='signed_in'):
                notice = Text('p').props('role=status')
                notice.bind_text_from(state, 'user', lambda user: (
                    _('You are signed in as {name}.', name=isolated(user.name)) if user else ''))
                button_link(_('Continue'), wanted, 'plain')
            WhySignedOut().props('role=status')
            if said:
                Text('p', said).classes('ls-notice').props('role=status')
            if asked_for:
                why = Text('p', _('You are signed out. Sign in to see the page you asked for.'))
                why.classes('ls-quiet ls-unless-why')
                why.bind_visibility_from(state, 'status', value='signed_out')
            with api_form('/v1/client/sign_ins', _('Sign in'), announce=True, then=wanted, begin=True):
                email_field('identifier', autocomplete='username webauthn')
                field('password', _('Password'), kind='password', autocomplete='current-password', last=True)
                keep_signed_in_box()
            with ui.element('p').classes('ls-quiet'):
                link(_('Forgot password?'), FORGOT_PASSWORD_PATH)
            if may_sign_up():
                with ui.element('p').classes('ls-quiet'):
                    Text('span', _('No account yet? '))
                    link(_('Sign up'), '/sign-up', redirect_url=wanted)


@public
def page(redirect_url: str = '', done: str = '') -> None:
    """Build the sign-in page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    :param done: "reset" if somebody comes from choosing a new password
    """
    page_title(_('Sign in'))
    if not may_add_account():
        ui.navigate.to(safe_path(redirect_url))
        return
    SignInForm(redirect_url, asked_for=bool(redirect_url),
               said=_('Your password was changed, and every device was signed out. Sign in with the new one.')
               if done == 'reset' else '')
