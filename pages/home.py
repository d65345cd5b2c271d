"""The start page: the session label and the sign-out button."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton, WhySignedOut
from auth.language import _

from .parts import Static, button_link, card, page_title

_WELCOME = """<h1>{heading}</h1><p>{what_to_do}</p>"""

_SIGNED_OUT = """<p class="quiet when-loading">{one_moment}</p><p class="quiet when-signed-out">{why}</p>
<div class="actions when-signed-out"><a class="button primary" href="/sign-up">{sign_up}</a>
<a class="button plain" href="/sign-in">{sign_in}</a>
<a class="button plain when-accounts" href="/sign-in/choose">{choose}</a></div>"""


def _promises() -> tuple[tuple[str, str], ...]:
    return (
        (_('Every tab at once'), _('A session that ends, ends in every open tab of every browser, within a tenth of a '
                                   'second. Nothing is polled, nothing has to be reloaded.')),
        (_('The store is the truth'), _('It does not matter who ended it: this tab, another device, another program, '
                                        'or a line of SQL typed by hand.')),
        (_('Closed when in doubt'), _('A tab that cannot hear the server hides what is private within five seconds, '
                                      'until it knows again.')),
    )


@public
def page() -> None:
    """Build the start page."""
    page_title()
    with ui.element('div').classes('hero'):
        Static('div', _WELCOME.format(
            heading=_('When a session ends, every tab knows.'),
            what_to_do=_('Sign up, open this page in a few more tabs or browsers, and sign out in one of them.')))
        with card('session'):
            SessionLabel().classes('session-id live')
            WhySignedOut().props('role=status')
            Static('div', _SIGNED_OUT.format(
                one_moment=_('One moment.'),
                why=_('Sign up in a few seconds: an email address and a password, no mail is sent.'),
                sign_up=_('Sign up'), sign_in=_('Sign in'), choose=_('Choose an account'))).classes('contents')
            with ui.element('div').classes('actions when-signed-in'):
                SignOutButton()
                button_link(_('Open another tab'), '/', 'plain').props('target=_blank')
    Static('div', ''.join(f'<div><h2>{title}</h2><p>{text}</p></div>' for title, text in _promises())
           ).classes('promises')
