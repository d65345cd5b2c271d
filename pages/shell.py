"""What is around every page: head, header and footer, and the placeholders for a page that can't be shown."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping

from nicegui import app, ui

from auth.access import PageBuilder
from auth.components import AuthState, GuardedPages, UserButton, auth_state, open_tab, who_is_here
from auth.live.guarded_pages import Placeholders
from auth.timing import Timing
from auth.web.routes import table_of

from .assets import STATIC, Assets
from .parts import Static, Text, button_link, card, spinner

app_log = logging.getLogger('live_sessions')
FAVICON = STATIC / 'icon.svg'

RESPONSE_SECONDS = 60
"""How long a page may take. After a restart all tabs come back at once, and one that gets an error page stays there."""

_FRAMED = {'/demo/pane'}
"""Pages that another page shows in a frame; they have no header and footer."""

NOT_FOUND = '''<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not found · Live Sessions</title><link rel="icon" href="/static/icon.svg">
<script src="/static/theme.js"></script><link rel="stylesheet" href="/static/app.css"></head>
<body><main class="content"><section class="card narrow"><h1>There is no page here</h1>
<p class="quiet">The address may be mistyped, or the page has gone.</p>
<a class="button primary" href="/">Go to the start page</a></section></main></body></html>
'''
"""The page for an unknown path. It is static, because NiceGUI keeps each of its pages in memory for a minute."""

_BRAND = '<img src="/static/icon.svg" alt="" width="28" height="28"><span>Live Sessions</span>'
_NAVIGATION = ('<a href="/">Home</a><a href="/account">Account</a><a href="/examples">Examples</a>'
               '<a href="/demo">Demo</a>')
_WAYS_IN = '<a href="/sign-in">Sign in</a><a href="/sign-up">Sign up</a>'


def install(routes: Mapping[str, PageBuilder], timing: Timing) -> None:
    """Register, at every path, the one NiceGUI page that shows all pages as its sub pages.

    :param routes: the pages by path
    :param timing: how long a tab waits for what
    :raises PageRefused: if one does not say who may see it, or has a parameter that nothing fills in
    """
    table = table_of(routes)
    static = Assets(STATIC)
    static.serve()
    ui.add_head_html(static.head(timing), shared=True)
    ui.add_body_html(f'{static.modules}<div id="away" role="alert" data-public data-title="Loading · Live Sessions">'
                     'Loading… This tab does not hear the server and waits for it.</div>', shared=True)

    async def root() -> None:
        await build(table)

    for path in table:
        ui.page(path, response_timeout=RESPONSE_SECONDS)(root)
    app.on_page_exception(failed)


async def build(routes: Mapping[str, PageBuilder]) -> None:
    """Build the shell and, in it, the page at the path."""
    tab = await open_tab()
    outer = ui.context.client.content.parent_slot
    if outer is not None:
        outer.parent.props('role=none')  # NiceGUI's own <main> holds the header, too; ours does not
    shell = ui.element('div').classes('shell')
    framed = ui.context.client.request.url.path in _FRAMED
    if framed:  # on other pages the user button in the header has it
        shell.props['data-here'] = who_is_here(tab.state)
        tab.on_change.append(lambda: shell.props.update({'data-here': who_is_here(tab.state)}))
    with shell:
        if not framed:
            Static('a', 'Skip to the content').classes('skip').props('href=#content data-public')
            header()
        with ui.element('main').classes('content').props('id=content tabindex=-1 data-takes-focus'):
            GuardedPages(routes, tab=tab, placeholders=PLACEHOLDERS)
        if not framed:
            Static('footer', 'When a session ends, every tab knows.').props('data-public')


def header() -> None:
    """Build the header: the name of the site, its navigation, and who is signed in."""
    with ui.element('header').props('data-public'):
        Static('a', _BRAND).classes('brand').props('href=/ aria-label="Live Sessions, home"')
        Static('nav', _NAVIGATION).props('aria-label=Pages')
        with ui.element('div').classes('who').props('data-private'):
            UserButton()
            Static('span', _WAYS_IN).classes('when-signed-out')
        Static('button', '<span class="theme-icon" aria-hidden="true"></span>').classes('theme-switch').props(
            'type=button data-theme-switch aria-label="Colour theme"')


def loading() -> None:
    """Instead of a private page, while it is not known who is signed in."""
    ui.page_title('Loading · Live Sessions')
    with card('narrow'):
        spinner()
        Text('p', 'Loading…').props('role=status')


def signed_out() -> None:
    """Instead of a private page, for somebody who is not signed in."""
    ui.page_title('Signed out · Live Sessions')
    state: AuthState = auth_state()
    here = ui.context.client.sub_pages_router.current_path
    with card('narrow').props('role=status'):
        heading = Text('h1', 'You are signed out').props('tabindex=-1 data-takes-focus')
        Text('p', 'This page is for people who are signed in.')
        with ui.element('div').classes('actions'):
            if state.sessions:
                button_link('Choose an account', '/sign-in/choose', redirect_url=here)
            else:
                button_link('Sign in', '/sign-in', redirect_url=here)
    heading.run_method('focus')


def not_found() -> None:
    """For an unknown path."""
    ui.page_title('Not found · Live Sessions')
    with card('narrow'):
        Text('h1', 'There is no page here')
        Text('p', 'The address may have been mistyped, or the page has moved.')
        button_link('Go to the start page', '/')


def failed(error: Exception) -> None:
    """For a page that failed: it shows nothing of the error but a number that is in the log beside the traceback."""
    number = secrets.token_hex(4)
    path = ui.context.client.sub_pages_router.current_path.partition('?')[0]
    app_log.error('error %s: the page at %r failed', number, path, exc_info=error)
    ui.page_title('Something went wrong · Live Sessions')
    with card('narrow'):
        Text('h1', 'Something went wrong')
        Text('p', f'The server could not show this page. Try again; if it stays so, tell us the number {number}.')
        button_link('Go to the start page', '/')


PLACEHOLDERS = Placeholders(loading, signed_out, not_found, failed)
