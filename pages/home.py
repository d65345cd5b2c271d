"""The start page: the session label and the sign-out button, what an author writes, and two live tabs."""

from __future__ import annotations

from nicegui import ui

from auth import public
from auth.components import SessionLabel, SignOutButton, WhySignedOut, address_of
from auth.language import _

from .code import code_figure, source_of
from .examples.reports import reports
from .panes import panes
from .parts import Static, Text, button_link, card, link, may_sign_up, page_title

RUN, TEST = 'pip install uv && uv run main.py', 'pip install uv && uv run pytest'

_SIGNED_OUT = """<p class="ls-quiet ls-when-loading">{one_moment}</p><p class="ls-quiet ls-when-signed-out">{why}</p>
<div class="ls-actions ls-when-signed-out">{sign_up}
<a class="ls-button ls-{kind}" href="{base}/sign-in">{sign_in}</a>
<a class="ls-button ls-plain ls-when-accounts" href="{base}/sign-in/choose">{choose}</a></div>"""


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
    with ui.element('div').classes('ls-hero'):
        with ui.element('div'):
            Text('h1', _('When a session ends, every tab knows.'))
            Text('p', _('Accounts and sessions for NiceGUI apps, self-hosted, in pure Python: sign-up, sign-in, '
                        'several accounts, every device.'))
        with card('session'):
            SessionLabel().classes('ls-session-id ls-live')
            WhySignedOut().props('role=status')
            _signed_out()
            Text('p', _('Open this page in a few more tabs or browsers, and sign out in one of them.')).classes(
                'ls-quiet ls-when-signed-in')
            with ui.element('div').classes('ls-actions ls-when-signed-in'):
                SignOutButton()
                button_link(_('Open another tab'), '/', 'plain').props('target=_blank')
    _what_is_written()
    _two_tabs()
    Static('div', ''.join(f'<div><h2>{title}</h2><p>{text}</p></div>' for title, text in _promises())
           ).classes('ls-promises')


def _signed_out() -> None:
    why = _('Sign up in a few seconds: an email address and a password, no mail is sent.')
    words = _('Sign up')
    sign_up, kind = f'<a class="ls-button ls-primary" href="{address_of("/sign-up")}">{words}</a>', 'plain'
    if not may_sign_up():
        why, sign_up, kind = _('Sign in with the account that you have here.'), '', 'primary'
    html = _SIGNED_OUT.format(base=address_of(''), one_moment=_('One moment.'), why=why, sign_up=sign_up, kind=kind,
                              sign_in=_('Sign in'), choose=_('Choose an account'))
    Static('div', html).classes('ls-contents')


def _what_is_written() -> None:
    with ui.element('section').classes('ls-part ls-two'):
        with ui.element('div'):
            Text('h2', _('What you write'))
            Text('p', _('Five lines make a private page. It is taken out of every tab that shows it when the session '
                        'ends.')).classes('ls-quiet')
            code_figure('five-lines', source_of(reports), language='python', caption=_('A private page'))
            link(_('Five ways to sign out, beside what they answer to'), '/examples')
        with ui.element('div'):
            Text('h2', _('Two commands'))
            Text('p', _('A SQLite file, nothing to configure. The tests bring a PostgreSQL and a Chromium with them.')
                 ).classes('ls-quiet')
            code_figure('run', RUN, language='bash', caption=_('Serve it'))
            code_figure('test', TEST, language='bash', caption=_('Run all tests'))


def _two_tabs() -> None:
    with ui.element('section').classes('ls-part'):
        Text('h2', _('Watch it happen'))
        Text('p', _('Two more tabs of this browser, each with a connection of its own. Sign out in one of them: the '
                    'other one and this page change with it.')).classes('ls-quiet ls-when-signed-in')
        Text('p', _('Two more tabs of this browser, each with a connection of its own. Sign in, and they follow.')
             ).classes('ls-quiet ls-when-signed-out')
        panes(2, later=True)
        link(_('Four tabs, and another device'), '/demo')
