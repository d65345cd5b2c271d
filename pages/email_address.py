"""The page where somebody types the code that was mailed to the new address of their account."""

from __future__ import annotations

from nicegui import ui

from auth import private
from auth.language import _

from .code_form import code_form
from .parts import Text, card, link, page_title


@private
def page() -> None:
    """Build the page."""
    page_title(_('Confirm your new email address'))
    with card('narrow'):
        Text('h1', _('Confirm your new email address'))
        code_form('/v1/me/email_addresses/{id}', _('Confirm'), then='/account')
        with ui.element('p').classes('ls-quiet'):
            Text('span', _('Until then, your account has the address it had. '))
            link(_('Back to the account'), '/account')
