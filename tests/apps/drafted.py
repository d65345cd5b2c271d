"""The app with pages into which people type: ``python drafted.py`` serves it like ``main.py``."""

from __future__ import annotations

from pathlib import Path

from nicegui import ui

import pages
from auth import private, public
from auth.components import redraw_on_change
from tests.apps.serve import serve


def _fields() -> None:
    """Native fields, some of which may not be kept, and those of Quasar."""
    for attributes in ('name=city', 'id=street', 'aria-label=Remarks', 'name=code autocomplete=one-time-code',
                       'name=card autocomplete=cc-number', 'name=pin', 'name=confirmation', 'name=off autocomplete=off',
                       'name=words type=search autocomplete=off', 'name=opted-out data-no-draft', 'name=twice',
                       'name=twice', 'name=secret-word type=password', 'name=agreed type=checkbox',
                       'name=size type=radio value=small', 'name=size type=radio value=large'):
        ui.element('input').props(attributes)
    ui.element('textarea').props('name=letter')
    with ui.element('select').props('name=country'):
        for country in ('at', 'de', 'it'):
            ui.element('option').props(f'value={country}').props['innerHTML'] = country
    heard = ui.label().props('id=heard')
    ui.input('Nickname', on_change=lambda event: heard.set_text(f'Heard {event.value}'))
    ui.input('Own words', password=True, password_toggle_button=True)
    ui.textarea('Story')
    ui.input('Left out').props('data-no-draft')
    ui.element('div').style('height: 3000px')
    ui.label('The end of the page')


@private
def private_page() -> None:
    """Drawn anew whenever it is not known for a moment who is here."""
    _fields()


@public
def public_page() -> None:
    """Stays, whoever is here; a part of it is drawn anew when that changes."""
    _fields()
    with ui.element('div') as container:
        pass
    redraw_on_change(container, lambda: ui.element('input').props('name=redrawn') and None)


@private
def redrawn_page() -> None:
    """A part of it is drawn anew by its author."""
    things: list[str] = []

    @ui.refreshable
    def part() -> None:
        ui.element('input').props('name=first aria-label=First')
        ui.input('Second')

    def add() -> None:
        things.append(thing.value)
        thing.value = ''
        listed.refresh()

    @ui.refreshable
    def listed() -> None:
        ui.label(f'Things: {", ".join(things)}')
        another = ui.input('Another thing')
        another.on('keydown.enter', lambda: (things.append(another.value), listed.refresh()))

    part()
    thing = ui.input('Thing')
    ui.button('Add', on_click=add)
    listed()
    ui.timer(1, lambda: Path('redraw').exists() and part.refresh())


pages.ROUTES['/typed'] = private_page
pages.ROUTES['/typed-public'] = public_page
pages.ROUTES['/redrawn'] = redrawn_page
serve()
