"""Bare NiceGUI, to measure against: no accounts, no guards. Served by ``ui.run`` as it comes."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from nicegui import app, ui

labels: list[ui.label] = []


async def change() -> None:
    """Change the label of every tab."""
    for one in labels:
        if not one.is_deleted:
            one.set_text(str(int(one.text) + 1))


app.post('/change')(change)


def pushed_label() -> None:
    """A label that every click of a button in any tab changes."""
    label = ui.label('0').props('id=label')
    labels.append(label)
    ui.context.client.on_delete(lambda: labels.remove(label))


@ui.page('/push')
def push() -> None:
    """A page with nothing but the label and the button."""
    pushed_label()
    ui.button('Push', on_click=change).props('id=push')


@ui.page('/push-same')
def push_same() -> None:
    """The label and the button among the elements of our start page."""
    with shell():
        with ui.element('div').classes('ls-hero'):
            static('div', '<h1>When a session ends, every tab knows.</h1><p>Sign up and open more tabs.</p>')
            with ui.element('section').classes('ls-card session'):
                pushed_label()
                static('div', '<p class="ls-quiet">One moment.</p><p class="ls-quiet">Sign up in a few seconds.</p>'
                              '<div class="ls-actions"><a href="/sign-up">Sign up</a>'
                              '<a href="/sign-in">Sign in</a></div>')
                with ui.element('div').classes('ls-actions'):
                    with ui.element('div').classes('ls-sign-out'):
                        ui.element('button').classes('ls-button').on('click', change, [])
                        ui.label().classes('ls-error').set_visibility(False)
                    ui.element('a').classes('ls-button').props('href=/')
        static('div', '<div><h2>Every tab at once</h2><p>Nothing is polled.</p></div>' * 3).classes('ls-promises')


@contextmanager
def shell() -> Generator[None]:
    """What is around every page of our app."""
    ui.add_head_html('<script src="/static/theme.js"></script><link rel="stylesheet" href="/static/app.css">'
                     '<link rel="stylesheet" href="/static/document.css">')
    ui.add_body_html('<div id="ls-away" role="alert">Loading… This tab has lost the server and waits for it.</div>')
    with ui.element('div').classes('ls-shell').props('data-here=signed_in'):
        static('a', 'Skip to the content').classes('ls-skip').props('href=#ls-content')
        with ui.element('header'):
            static('a', '<img src="/static/icon.svg" alt="" width="28" height="28"><span>Live Sessions</span>')
            static('nav', '<a href="/">Home</a><a href="/account">Account</a><a href="/examples">Examples</a>')
            with ui.element('div').classes('ls-who'):
                with ui.element('div'):
                    static('button', '<span class="ls-person">person@example.com</span>'
                                     '<span class="ls-avatar">P</span>')
                    ui.element('dialog')
                static('span', '<a href="/sign-in">Sign in</a><a href="/sign-up">Sign up</a>')
            theme = static('button', '<span class="ls-theme-icon"></span>')
            theme.classes('ls-theme-switch').props('data-theme-switch')
        with ui.element('main').classes('ls-content').props('id=ls-content tabindex=-1'), ui.element('div'):
            yield
        static('footer', 'When a session ends, every tab knows.')


def static(tag: str, html: str) -> ui.element:
    """One element, however much is in it."""
    element = ui.element(tag)
    element.props['innerHTML'] = html
    return element


@ui.page('/')
@ui.page('/account')
def same() -> None:
    """The account page of our app, of as many and the same elements, with nothing behind them."""
    with shell():
        ui.sub_pages({'/': account, '/account': account})


def account() -> None:
    """The content of the page."""
    ui.page_title('Account · Live Sessions')
    ui.label('Account')
    static('nav', '<a href="/account">Profile</a><a href="/account/security">Security</a>').classes('ls-tabs')
    with ui.element('section').classes('ls-card'):
        ui.label('You')
        with ui.element('dl'):
            for text in ('Email address', 'person@example.com'):
                ui.label(text)
        ui.label().classes('ls-quiet').props('role=status')
        form('Save', 'First name', 'Last name', optional=True)
    with ui.element('section').classes('ls-card'):
        ui.label('This session')
        ui.label('Active Session: sess_000000000000000000000000').classes('ls-session-id').props('role=status')
        ui.label('This page is private: it was built because you are signed in, and is taken out of every tab '
                 'the moment you are not.').classes('ls-quiet')
        with ui.element('div').classes('ls-actions'), ui.element('div').classes('ls-sign-out'):
            ui.element('button').classes('ls-button').props('type=button')
            ui.label().classes('ls-error').props('role=alert').set_visibility(False)
    with ui.element('details').classes('ls-card'):
        static('summary', 'Delete account')
        ui.label('Your account and all its sessions are deleted, on every device, at once.').classes('ls-quiet')
        form('Delete my account', 'Type the words', 'Password', optional=False)


def form(submit: str, *labels: str, optional: bool) -> None:
    """A form of our app, with its fields, their errors and its button."""
    with ui.element('form').props('method=post novalidate').on('done', lambda: None, []):
        for label in labels:
            with ui.element('div').classes('ls-field'):
                caption = ui.label(label)
                if optional:
                    with caption:
                        ui.label('(optional)').classes('ls-quiet')
                ui.element('input').props('type=text required')
                ui.label().classes('ls-error').props('role=alert')
        ui.label().classes('ls-error').props('role=alert')
        with ui.element('button').classes('ls-button ls-primary').props('type=submit'):
            ui.element('span').classes('ls-spinner')
            ui.label(submit)


parser = argparse.ArgumentParser()
parser.add_argument('--port', type=int, required=True)
port = parser.parse_args().port
app.add_static_files('/static', Path(__file__).parent.parent / 'static')
ui.run(host='127.0.0.1', port=port, reload=False, show=False, show_welcome_message=False, tailwind=False,
       language='en-US', dark=None)
