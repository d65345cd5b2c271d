"""What is around every page: head, header and footer, and the placeholders for a page that can't be shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, get_args

from nicegui import ui
from nicegui.language import Language

from auth.access import PageBuilder
from auth.components import (
    AuthState,
    GuardedPages,
    PasswordForm,
    UserButton,
    WhySignedOut,
    address_of,
    auth_state,
    offer_to_sign_in_again,
    open_tab,
    who_is_here,
)
from auth.language import _, language, tag
from auth.live.placeholders import Placeholders, log_failure
from auth.live.whole_pages import WholePages, frame, guard_whole_pages
from auth.requests.base import path_below
from auth.settings.brand import BrandSettings
from auth.timing import Timing
from auth.web.redirects import NEW_PASSWORD_PATH
from auth.web.routes import Routes, table_of

from .assets import STATIC, Assets
from .brand import brand, description, footer_text, home_label, title_of
from .browser_texts import browser_texts
from .countdown import countdown
from .document import without_scripts
from .examples import running
from .own_frame import Frame, build_in
from .parts import Static, Text, button_link, card, may_sign_up, page_title, spinner

FAVICON = STATIC / 'icon.svg'

RESPONSE_SECONDS = 60
"""How long a page may take. After a restart all tabs come back at once, and one that gets an error page stays there."""

_AWAY = '''<section id="ls-away" class="ls-card" data-public data-title="{title}" tabindex="-1" data-takes-focus
 aria-labelledby="ls-away-words"><div id="ls-away-words" role="alert"><p class="ls-when-hidden">{hidden}</p>
<p class="ls-when-readable">{reconnecting}</p></div><button type="button" class="ls-button">{try_now}</button>
<p class="ls-quiet" role="status"></p></section>'''

def install(routes: Mapping[str, PageBuilder], timing: Timing, chosen: BrandSettings | None = None,
            own_frame: Frame | None = None) -> None:
    """Register, at every path, the one NiceGUI page that shows all pages as its sub pages.

    :param routes: the pages by path
    :param timing: how long a tab waits for what
    :param chosen: how the site looks; as ours if nothing is given
    :param own_frame: stands around all pages in place of our header and footer
    :raises PageRefused: if one does not say who may see it, or has a parameter that nothing fills in
    """
    table = table_of(routes)
    static = Assets(STATIC)
    logo = '' if chosen is None else chosen.site_logo
    static.serve(logo)
    ui.add_head_html(static.head(timing, logo), shared=True)
    ui.add_body_html(static.script, shared=True)

    @frame
    async def root() -> None:
        await build(table, static, own_frame)

    for path in table:
        Page(path, response_timeout=RESPONSE_SECONDS)(root)
    guard_whole_pages(WholePages(PLACEHOLDERS, beside_whole_page))
    if running.PAGE in table:
        running.serve()


class Page(ui.page):
    """A page in the language of whoever asks for it."""

    def resolve_language(self) -> Any:
        """The language of the page and of Quasar's own texts."""
        return tag() if tag() in get_args(Language) else 'en-US' if language() == 'en' else language()


def beside_whole_page() -> None:
    """Put into a page of ``ui.page``, which has no shell, what the scripts look for."""
    ui.add_body_html(_texts() + without_scripts() + countdown())


def _texts() -> str:
    """What the browser has to say by itself, in the language of the page."""
    return f'<script type="application/json" id="ls-texts">{json.dumps(browser_texts())}</script>{_away()}'


def _away() -> str:
    """What is shown while the server cannot be heard; see static/live/away.js."""
    return _AWAY.format(title=escape(title_of(_('Loading'))), reconnecting=_('Connection lost. Reconnecting…'),
                        hidden=_('Connection lost. This page is hidden until it is back.'), try_now=_('Try now'))


async def build(routes: Routes, static: Assets, own_frame: Frame | None = None) -> None:
    """Build the shell, or the frame in place of it, and in it the page at the path."""
    found = routes.find(path_below(ui.context.client.request.scope))
    framed = found is not None and found[0].framed  # without header and footer
    ui.add_body_html(_texts() + without_scripts() + ('' if framed else countdown()))
    if own_frame is not None and not framed:
        ui.add_head_html(description())
        await build_in(own_frame, routes)
        return
    ui.add_head_html(description() + static.shell_head(ui.context.client.page.resolve_dark()))
    tab = await open_tab()
    outer = ui.context.client.content.parent_slot
    if outer is not None:
        outer.parent.props('role=none')  # NiceGUI's own <main> holds the header, too; ours does not
    shell = ui.element('div').classes('ls-shell')
    if framed:  # on other pages the user button in the header has it
        shell.props['data-here'] = who_is_here(tab.state)
        tab.on_change.append(lambda: shell.props.update({'data-here': who_is_here(tab.state)}))
    with shell:
        if not framed:
            Text('a', _('Skip to the content')).classes('ls-skip').props('href=#ls-content data-public')
            header(routes)
        with ui.element('main').classes('ls-content').props('id=ls-content tabindex=-1 data-takes-focus') as content:
            if not framed:
                offer_to_sign_in_again(content)
            GuardedPages(routes, tab=tab, placeholders=PLACEHOLDERS)
        if not framed and (words := footer_text()):
            Text('footer', words).classes('ls-footer').props('data-public')


def header(routes: Routes) -> None:
    """Build the header: the name of the site, its navigation, and who is signed in."""
    with ui.element('header').classes('ls-header').props('data-public'):
        home = Static('a', brand(address_of(''))).classes('ls-brand').props(f'href={address_of("/")}')
        home.props['aria-label'] = home_label()
        names = {'/': _('Home'), '/account': _('Account'), '/examples': _('Examples'), '/demo': _('Demo')}
        there = {path: name for path, name in names.items() if path == '/' or routes.find(path)}
        Static('nav', _links(there)).props['aria-label'] = _('Pages')
        with ui.element('div').classes('ls-who').props('data-private'):
            UserButton()
            names = {'/sign-in': _('Sign in')} | ({'/sign-up': _('Sign up')} if may_sign_up() else {})
            Static('span', _links(names)).classes('ls-when-signed-out')
        theme = Static('button', '<span class="ls-theme-icon" aria-hidden="true"></span>').classes('ls-theme-switch')
        theme.props('type=button data-theme-switch').props.update({
            'data-system': _('Theme: system (change)'), 'data-light': _('Theme: light (change)'),
            'data-dark': _('Theme: dark (change)')})


def _links(names: Mapping[str, str]) -> str:
    return ''.join(f'<a href="{address_of(path)}">{name}</a>' for path, name in names.items())


def loading() -> None:
    """Instead of a private page, while it is not known who is signed in."""
    page_title(_('Loading'))
    with card('narrow'):
        spinner()
        Text('p', _('Loading…')).props('role=status')


def signed_out() -> None:
    """Instead of a private page, for somebody who is not signed in."""
    page_title(_('Signed out'))
    state: AuthState = auth_state()
    here = ui.context.client.sub_pages_router.current_path
    if state.pending:
        _password_first(here)
        return
    with card('narrow').props('role=status'):
        heading = Text('h1', _('You are signed out')).props('tabindex=-1 data-takes-focus')
        WhySignedOut()
        Text('p', _('This page is for people who are signed in.')).classes('ls-unless-why')
        with ui.element('div').classes('ls-actions'):
            if state.sessions:
                button_link(_('Choose an account'), '/sign-in/choose', redirect_url=here)
            else:
                button_link(_('Sign in'), '/sign-in', redirect_url=here)
    heading.run_method('focus')


def _password_first(here: str) -> None:
    with card('narrow').props('role=status'):
        heading = Text('h1', _('Choose a new password')).props('tabindex=-1 data-takes-focus')
        Text('p', _('This page is for people who are signed in. You are, once you have chosen a password of your own.'))
        with ui.element('div').classes('ls-actions'):
            button_link(_('Choose a new password'), NEW_PASSWORD_PATH, redirect_url=here)
    heading.run_method('focus')


def not_found() -> None:
    """For an unknown path."""
    page_title(_('Not found'))
    with card('narrow'):
        Text('h1', _('There is no page here'))
        Text('p', _('The address may have been mistyped, or the page has moved.'))
        button_link(_('Go to the start page'), '/')


def failed(error: Exception) -> None:
    """For a page that failed: it shows nothing of the error but a number that is in the log beside the traceback."""
    number = log_failure(error)
    page_title(_('Something went wrong'))
    with card('narrow'):
        Text('h1', _('Something went wrong'))
        Text('p', _('The server could not show this page. Try again; if it stays so, tell us the number {number}.',
                    number=number))
        button_link(_('Go to the start page'), '/')


def recently(show_page: Callable[[], None]) -> None:
    """Instead of a page that takes a password which was given a moment ago."""
    page_title(_('Enter your password'))
    with card('narrow'):
        Text('h1', _('Enter your password')).props('tabindex=-1 data-takes-focus')
        Text('p', _('This page needs your password, which you have not entered for a while.')).classes('ls-quiet')
        PasswordForm(_('Go on'), show_page)


PLACEHOLDERS = Placeholders(loading, signed_out, not_found, failed, recently)
