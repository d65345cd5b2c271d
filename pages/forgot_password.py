"""The page where somebody who has forgotten their password has a link mailed."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.language import _
from auth.live.tabs import tabs
from auth.rules.password_reset import whom_to_ask

from .parts import Text, api_form, card, email_field, link, page_title


@public
def page() -> None:
    """Build the page."""
    page_title(_('Forgot password?'))
    settings = tabs().auth.settings
    with card('narrow'):
        Text('h1', _('Forgot password?'))
        if settings.sends_mail:
            Text('p', _('Enter the email address of your account. If there is one, we send a link to choose a new '
                        'password.'))
            with api_form('/v1/client/sign_ins', _('Send the link'), begin=True, keep=True,
                          done=_('If there is an account with this address, a mail is on its way. Its link works for '
                                 '15 minutes. No mail? Look into the folder for spam.')):
                ui.element('input').props('type=hidden name=strategy value=reset_password_email_code')
                email_field('identifier', last=True)
        else:
            Text('p', str(whom_to_ask(settings)))
        with ui.element('p').classes('ls-quiet'):
            link(_('Back to sign-in'), '/sign-in')
