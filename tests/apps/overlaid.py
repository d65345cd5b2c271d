"""The app with pages whose authors put private texts beside them: ``python overlaid.py`` serves it like ``main.py``."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from nicegui import background_tasks, ui

import pages
from auth import private, public
from auth.components import SessionLabel, auth_state, follow
from tests.apps.serve import serve

SECRET = 'SECRET'
ANYWHERE = f'''for (const [where, place] of [['body', document.body], ['html', document.documentElement]]) {{
    const drawn = document.createElement('div');
    drawn.textContent = '{SECRET} drawn into ' + where;
    drawn.style.cssText = 'position: fixed; z-index: 9999; bottom: 0; visibility: visible !important';
    place.append(drawn);
}}
document.body.append('{SECRET} without an element');
const popover = document.createElement('div');
popover.textContent = '{SECRET} in a popover';
popover.popover = 'manual';
document.body.append(popover);
popover.showPopover();
Quasar.Dialog.create({{message: '{SECRET} in a dialog of a plugin'}});
Quasar.Loading.show({{message: '{SECRET} while loading', spinner: {{render: () => null}}}}); // which would never rest
const host = document.createElement('div');
host.attachShadow({{mode: 'open'}}).innerHTML = '<p style="visibility: visible !important">{SECRET} in a shadow</p>';
document.body.append(host);
const style = document.createElement('style');
style.textContent = '#styled#styled#styled {{ visibility: visible !important; transition: all 30s }}';
document.head.append(style);
const styled = Object.assign(document.createElement('p'), {{id: 'styled', textContent: '{SECRET} that is styled'}});
document.querySelector('main').append(styled);
getHtmlElement(TARGET).append('{SECRET} appended to what is public');
document.title = '{SECRET} in the title';
'''


def overlays() -> None:
    """Everything that hangs beside a page, opened by itself."""
    ui.label('Public note').props('data-public')
    with ui.dialog(value=True).props('persistent seamless'), ui.card():
        ui.label(f'{SECRET} in a dialog')
    with ui.button('Menu'), ui.menu(value=True).props('persistent'):
        ui.menu_item(f'{SECRET} in a menu')
    with ui.button('Tooltip'):
        ui.tooltip(f'{SECRET} in a tooltip').props(':model-value=true')
    beside_the_page()
    popups()
    ui.notify(f'{SECRET} in a note', timeout=0)
    ui.notification(f'{SECRET} in a notification', timeout=None)
    ui.html(f'<p style="visibility: visible !important">{SECRET} that insists</p>', sanitize=False)
    ui.html(f'<iframe srcdoc="{SECRET} in a frame"></iframe>', sanitize=False)


def beside_the_page() -> None:
    """What NiceGUI puts around or over the content of a page."""
    with ui.header():
        ui.label(f'{SECRET} in a header')
    with ui.footer():
        ui.label(f'{SECRET} in a footer')
    with ui.left_drawer(value=True, fixed=True).props('width=200'):
        ui.label(f'{SECRET} in a drawer')
    with ui.page_sticky('top-right', y_offset=200):
        ui.label(f'{SECRET} that sticks')
    with ui.fab('navigation', value=True).props('persistent'):
        ui.fab_action('train', label=f'{SECRET} of a fab')
    ui.add_body_html(f'<aside style="position: fixed; top: 0; z-index: 99999">{SECRET} in a banner</aside>')


def popups() -> None:
    """What a field or an element opens, each of another kind."""
    with ui.label('Menus'):
        menu = ui.context_menu().props('persistent no-focus no-parent-event')
        with menu:
            ui.menu_item(f'{SECRET} in a context menu')
    menu.run_method('show')
    with ui.input('Date'), ui.menu(value=True).props('persistent no-focus no-parent-event'):
        ui.date(value='2026-01-01').props(f'title="{SECRET} date"')
    with ui.label('Proxy'), ui.element('q-popup-proxy').props(':model-value=true persistent no-parent-event'):
        ui.label(f'{SECRET} in a proxy')


def draw_anywhere() -> None:
    """What an author, or an extension, draws past Vue."""
    target = ui.column()
    ui.button('Draw', on_click=lambda: ui.run_javascript(ANYWHERE.replace('TARGET', str(target.id))))


@private
def private_overlays() -> None:
    """A private page with all of them."""
    ui.label('Drawn by an author')
    overlays()
    draw_anywhere()


@public
def public_overlays() -> None:
    """A public page that shows them to somebody who is signed in."""
    state = auth_state()
    SessionLabel()
    if state.status == 'signed_in':
        overlays()
        draw_anywhere()


@public
@ui.page('/whole')
def whole_page() -> None:
    """The same as the public one, without our shell."""
    public_overlays()


@public
def choice() -> None:
    """A public page with a field whose choices are somebody's, and a dialog; one closes when the other one opens."""
    SessionLabel()
    ui.select([f'{SECRET} in a select'], label='Select')
    reopened = ui.dialog()
    with reopened, ui.card():
        ui.label('Nothing private')
    ui.button('Ask', on_click=reopened.open)


@public
def with_header() -> None:
    """A page that brings a header, a footer and a drawer of its own."""
    with ui.header():
        ui.label('A header of its own')
    with ui.footer():
        ui.label('A footer of its own')
    with ui.left_drawer(value=True):  # without a value it asks the browser, once its page may have gone
        ui.label('A drawer of its own')


def may_go_on() -> bool:
    """Whether the test lets the handlers of the slow page go on."""
    return Path('go-on').exists()


@private
def slow() -> None:
    """A private page whose handlers take until the test has them go on."""
    page = ui.context.client
    numbers = itertools.count(1)
    last = ui.label()

    async def tell() -> None:
        number = next(numbers)
        last.set_text(f'Begun: {number}')
        while not may_go_on():
            await asyncio.sleep(0.05)
        with page:
            ui.notify(f'{SECRET} told late', timeout=0)
            ui.notification(f'{SECRET} noted late', timeout=None)
            ui.notify(f'Goodbye {number}', timeout=0, attrs={'data-public': ''})

    async def begin() -> None:
        background_tasks.create(tell())

    ui.button('Tell', on_click=tell)
    ui.button('Tell later', on_click=begin)
    ui.button('Nothing', on_click=lambda: None)


@private
def plain() -> None:
    """A private page made without our parts, as in docs/components.md."""
    state = auth_state()
    ui.label().bind_text_from(state, 'session_id', lambda id: f'Active Session: {id}')
    ui.label().bind_text_from(state, 'user', lambda user: f'This is {user.name}, {user.email_address}' if user else '')
    parts = [_part() for _ in range(4)]
    ui.button('Add', on_click=lambda: [_add(*part) for part in parts])


def _part() -> tuple[ui.row, ui.label]:
    with ui.column().classes('part'):
        with ui.row() as row:
            ui.label('Before')
        follow(row, lambda: None)
        with ui.column():
            return row, ui.label('Last')


def _add(row: ui.row, last: ui.label) -> None:
    with row:
        ui.label('Added').move(row, 0)
        ui.label('Added last')
    last.set_text('Lasts')


pages.ROUTES['/private'] = private_overlays
pages.ROUTES['/public'] = public_overlays
pages.ROUTES['/slow'] = slow
pages.ROUTES['/choice'] = choice
pages.ROUTES['/with-header'] = with_header
pages.ROUTES['/plain'] = plain
serve()
