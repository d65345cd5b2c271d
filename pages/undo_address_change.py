"""The page that a mailed link leads to: somebody takes back the email address of their account."""

from __future__ import annotations

from auth import public
from auth.language import _

from .parts import Text, api_form, card, page_title


@public
def page() -> None:
    """Build the page. What the link holds is sent with the form; opening the page uses nothing up."""
    page_title(_('Undo the change of your email address'))
    with card('narrow'):
        Text('h1', _('Undo the change of your email address'))
        Text('p', _('Your account gets back the email address to which this link was sent. Every device is signed out, '
                    'and the password of the account does not work any more. You choose a new one on the next page.'))
        with api_form('/v1/email_addresses/undo', _('Undo the change'), then='/reset-password', sends='code',
                      hands='code'):
            pass
