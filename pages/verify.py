"""The page where somebody who signs up types the code from the mail."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.language import _
from auth.web.redirects import safe_path

from .code_form import code_form
from .parts import Text, card, link, page_title


@public
def page(redirect_url: str = '') -> None:
    """Build the page.

    :param redirect_url: where to go afterwards, if it is a path of this site
    """
    page_title(_('Confirm your email address'))
    wanted = safe_path(redirect_url)
    with card('narrow'):
        Text('h1', _('Confirm your email address'))
        code_form('/v1/client/sign_ups/{id}', _('Confirm'), then=wanted, announce=True)
        with ui.element('p').classes('ls-quiet'):
            Text('span', _('The wrong address? '))
            link(_('Begin anew'), '/sign-up', redirect_url=wanted)
