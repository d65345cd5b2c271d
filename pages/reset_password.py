"""The page that a mailed link leads to: somebody chooses a new password."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.language import _
from auth.web.redirects import FORGOT_PASSWORD_PATH

from .parts import Text, api_form, card, link, new_password_field, page_title


@public
def page() -> None:
    """Build the page. What the link holds is sent with the form; opening the page uses nothing up."""
    page_title(_('Choose a new password'))
    with card('narrow'):
        Text('h1', _('Choose a new password'))
        Text('p', _('All devices where you are signed in will be signed out.')).classes('ls-quiet')
        with api_form('/v1/client/sign_ins/mailed/attempt_first_factor', _('Change password'),
                      then='/sign-in?done=reset', begin=True, sends='code'):
            new_password_field('password', _('New password'))
        with ui.element('p').classes('ls-quiet'):
            Text('span', _('The link does not work? '))
            link(_('Ask for a new one'), FORGOT_PASSWORD_PATH)
