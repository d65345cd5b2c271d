"""The sign-in page; it also adds an account to those that are signed in."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import auth_state, may_add_account
from auth.web.redirects import safe_path

from .parts import Text, api_form, button_link, card, field, link


@public
def page(redirect_url: str = '') -> None:
    """Build the sign-in page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    ui.page_title('Sign in · Live Sessions')
    state = auth_state()
    wanted = safe_path(redirect_url)
    if not may_add_account():
        ui.navigate.to(wanted)
        return
    with card('narrow'):
        heading = Text('h1')
        heading.bind_text_from(state, 'status', lambda status: 'Add account' if status == 'signed_in' else 'Sign in')
        with ui.element('div').classes('notice').bind_visibility_from(state, 'status', value='signed_in'):
            notice = Text('p').props('role=status')
            notice.bind_text_from(state, 'user', lambda user: f'You are signed in as {user.name}.' if user else '')
            button_link('Continue', wanted, 'plain')
        if redirect_url:
            why = Text('p', 'You are signed out. Sign in to see the page you asked for.').classes('quiet')
            why.bind_visibility_from(state, 'status', value='signed_out')
        with api_form('/v1/client/sign_ins', 'Sign in', announce=True, then=wanted):
            field('identifier', 'Email address', kind='email', autocomplete='username')
            field('password', 'Password', kind='password', autocomplete='current-password')
        with ui.element('p').classes('quiet'):
            Text('span', 'No account yet? ')
            link('Sign up', '/sign-up', redirect_url=wanted)
