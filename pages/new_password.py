"""The page on which whoever signed in with a password that was given to them chooses their own."""

from __future__ import annotations

from functools import partial

from nicegui import ui

from auth import public
from auth.components import SignOutButton, WhySignedOut, auth_state, follow, pending_session_id
from auth.components.isolated import Isolated
from auth.language import _
from auth.rules.clients import UserView
from auth.web.redirects import safe_path

from .parts import Text, api_form, button_link, card, new_password_field, page_title


@public
def page(redirect_url: str = '') -> None:
    """Build the page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    page_title(_('Choose a new password'))
    wanted = safe_path(redirect_url)
    if auth_state().status == 'signed_in':
        ui.navigate.to(wanted)
        return
    with card('narrow'):
        Text('h1', _('Choose a new password')).props('tabindex=-1 data-takes-focus')
        _Choice(wanted)


class _Choice(ui.element):
    """The form, for as long as somebody has to choose; it is not drawn anew while they type."""

    def __init__(self, wanted: str) -> None:
        super().__init__('div')
        self.classes('ls-contents')
        self._drawn_for: object = None
        follow(self, partial(_draw, self, wanted))

    def is_drawn_for(self, what: object) -> bool:
        """Tell whether it shows this, and note that it does from now on."""
        before, self._drawn_for = self._drawn_for, what
        return before == what


def _draw(place: _Choice, wanted: str) -> None:
    state = auth_state()
    if place.is_drawn_for((state.status, state.pending)):
        return
    place.clear()
    with place:
        if state.pending is not None:
            _form(state.pending, wanted)
        elif state.status == 'loading':
            Text('p', _('Loading…')).props('role=status')
        elif state.status == 'signed_in':
            Text('p', _('You are signed in.')).props('role=status')
            button_link(_('Continue'), wanted)
        else:
            WhySignedOut().props('role=status')
            Text('p', _('There is no password to choose here. Sign in first.')).classes('ls-unless-why')
            button_link(_('Sign in'), '/sign-in', redirect_url=wanted)


def _form(user: UserView, wanted: str) -> None:
    with ui.element('p').classes('ls-quiet'):
        Text('span', _('Account: '))
        Isolated(user.email_address)
    Text('p', _('Your password was set by somebody else, who knows it. Choose one that only you know to go on.'))
    with api_form('/v1/me/change_password', _('Save and go on'), announce=True, then=wanted, begin=True):
        username = ui.element('input').props('type=text name=username autocomplete=username hidden')
        username.props['defaultValue'] = user.email_address  # for password managers
        new_password_field('new_password', _('New password'))
    with ui.element('div').classes('ls-actions'):
        SignOutButton(pending_session_id(), redirect_url='/sign-in')
