"""A page of NiceGUI's own elements, with nothing of ours in it.

``PROTECTED=1 python bare.py --port …`` serves it behind our stack, and without the setting NiceGUI serves it alone.
Tailwind is on, as it is unless somebody turns it off.
"""

from __future__ import annotations

import argparse
import os
from typing import Any

from nicegui import app, ui

import pages
from auth import public
from tests.apps.serve import serve

ROWS = [{'id': 1, 'name': 'Ann', 'age': 31}, {'id': 2, 'name': 'Bob', 'age': 27}]


@public
@ui.page('/bare')
def bare() -> None:
    """Build one of each kind that stands still."""
    with ui.header(elevated=True):
        ui.label('Header')
        ui.button(icon='menu').props('flat color=white')
    with ui.footer():
        ui.label('Footer')
    with ui.left_drawer(value=True, bordered=True):
        ui.label('Drawer')
        ui.link('A link', '#')
    texts()
    fields()
    layouts()
    ui.label('painted').classes('bg-red-500 p-2 rounded row').props('id=painted')


def texts() -> None:
    """What is read, with native elements and Markdown."""
    for tag in ('h1', 'h2', 'h3', 'p', 'section', 'header', 'footer', 'nav', 'main', 'summary', 'figure'):
        with ui.element(tag):
            ui.label(f'Within {tag}')
    ui.markdown('# Title\n\n## Part\n\nText with `code`, [a link](#) and\n\n- one\n- two\n\n> quoted')
    ui.html('<form><dl><dt>Word</dt><dd>Meaning</dd></dl><input placeholder="native"><button>Native</button></form>'
            '<details open><summary>More</summary><p>Text</p></details><p role="status">Status</p>', sanitize=False)
    ui.code('print(1)', language='python')
    ui.badge('badge')
    ui.chip('chip', icon='event')
    ui.icon('home')
    ui.avatar('person')
    ui.separator()


def fields() -> None:
    """What is filled in and pressed; the classes are those that a page is likely to have."""
    with ui.row().classes('row card button content shell field tabs error'):
        for props in ('', 'flat', 'outline', 'rounded', 'push', 'disable'):
            ui.button('Button').props(props)
        ui.button('primary').classes('primary small danger')
    with ui.column():
        ui.input('Input', value='text')
        ui.input('Empty', placeholder='placeholder').props('outlined')
        ui.input('Password', value='secret', password=True, password_toggle_button=True)
        ui.textarea('Area', value='lines')
        ui.number('Number', value=3)
        ui.select(['one', 'two'], value='one', label='Select')
        ui.checkbox('Check', value=True)
        ui.switch('Switch', value=True)
        ui.radio(['a', 'b'], value='a').props('inline')
        ui.toggle(['x', 'y'], value='x')
        ui.slider(min=0, max=9, value=4)
        ui.date(value='2026-01-01')
    with ui.button_group():
        ui.button('One')
        ui.button('Two')


def layouts() -> None:
    """What other things are in."""
    with ui.card().tight(), ui.card_section():
        ui.label('Card')
    with ui.tabs() as tabs:
        ui.tab('first')
        ui.tab('second')
    with ui.tab_panels(tabs, value='first'), ui.tab_panel('first'):
        ui.label('Panel')
    ui.table(rows=ROWS)
    with ui.expansion('Expansion', value=True):
        ui.label('Within')
    with ui.list().props('bordered'), ui.item():
        ui.item_label('Item')
    with ui.grid(columns=2):
        ui.label('a')
        ui.label('b')
    with ui.stepper(), ui.step('Step'):
        ui.label('Step')
    ui.linear_progress(0.4)
    ui.tree([{'id': 'tree', 'children': [{'id': 'leaf'}]}], label_key='id').expand()


@public
def dark() -> None:
    """A page in our shell that says itself whether it is dark."""
    mode = ui.dark_mode(True)
    ui.button('Lighter', on_click=mode.disable)
    ui.button('As the system', on_click=mode.auto)


def serve_alone() -> None:
    """Serve it without us until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--port', type=int)
    app.add_api_route('/v1/client', lambda: {})  # that it is there, as Server.start asks
    ui.run(port=parser.parse_args().port, dark=None, language='en-US', show=False, reload=False,
           show_welcome_message=False)


def serve_protected() -> None:
    """Serve it behind our stack, beside our own pages."""
    run_with = ui.run_with

    def with_tailwind(*given: Any, **more: Any) -> None:
        run_with(*given, **more | {'tailwind': True})

    ui.run_with = with_tailwind
    pages.ROUTES['/dark'] = dark
    serve()


if __name__ == '__main__':
    serve_protected() if os.environ.get('PROTECTED') else serve_alone()
