"""The sign-in page; it also adds an account to those that are signed in."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import WhySignedOut, auth_state, may_add_account
from auth.language import _
from auth.rules.names import isolated
from auth.web.redirects import FORGOT_PASSWORD_PATH, safe_path

from .parts import (
    Text,
    api_form,
    button_link,
    card,
    email_field,
    field,
    keep_signed_in_box,
    link,
    may_sign_up,
    page_title,
)


@public
def page(redirect_url: str = '', done: str = '') -> None:
    """Build the sign-in page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    :param done: "reset" if somebody comes from choosing a new password
    """
    page_title(_('Sign in'))
    state = auth_state()
    wanted = safe_path(redirect_url)
    if not may_add_account():
        ui.navigate.to(wanted)
        return
    with card('narrow'):
        heading = Text('h1')
        heading.bind_text_from(state, 'status', lambda status: (
            _('Add account') if status == 'signed_in' else _('Sign in')))
        with ui.element('div').classes('ls-notice').bind_visibility_from(state, 'status', value='signed_in'):
            notice = Text('p').props('role=status')
            notice.bind_text_from(state, 'user', lambda user: (
                _('You are signed in as {name}.', name=isolated(user.name)) if user else ''))
            button_link(_('Continue'), wanted, 'plain')
        WhySignedOut().props('role=status')
        if done == 'reset':
            Text('p', _('Your password was changed, and every device was signed out. '
                        'Sign in with the new one.')).classes('ls-notice').props('role=status')
        if redirect_url:
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
