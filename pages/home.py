"""The start page: the session label and the sign-out button."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton

from .parts import Static, button_link, card

_WELCOME = ('<h1>When a session ends, every tab knows.</h1>'
            '<p>Sign up, open this page in a few more tabs or browsers, and sign out in one of them.</p>')

_SIGNED_OUT = ('<p class="quiet when-loading">One moment.</p>'
               '<p class="quiet when-signed-out">Sign up in a few seconds: an email address and a password, '
               'no mail is sent.</p>'
               '<div class="actions when-signed-out"><a class="button primary" href="/sign-up">Sign up</a>'
               '<a class="button plain" href="/sign-in">Sign in</a>'
               '<a class="button plain when-accounts" href="/sign-in/choose">Choose an account</a></div>')

_PROMISES = (
    ('Every tab at once', 'A session that ends, ends in every open tab of every browser, within a tenth of a second. '
                          'Nothing is polled, nothing has to be reloaded.'),
    ('The store is the truth', 'It does not matter who ended it: this tab, another device, another program, '
                               'or a line of SQL typed by hand.'),
    ('Closed when in doubt', 'A tab that can not hear the server hides what is private within five seconds, '
                             'until it knows again.'),
)


@public
def page() -> None:
    """Build the start page."""
    ui.page_title('Live Sessions')
    with ui.element('div').classes('hero'):
        Static('div', _WELCOME)
        with card('session'):
            SessionLabel().classes('session-id live')
            Static('div', _SIGNED_OUT).classes('contents')
            with ui.element('div').classes('actions when-signed-in'):
                SignOutButton()
                button_link('Open another tab', '/', 'plain').props('target=_blank')
    Static('div', ''.join(f'<div><h2>{title}</h2><p>{text}</p></div>' for title, text in _PROMISES)
           ).classes('promises')
