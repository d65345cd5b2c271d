"""The app with pages that put things beside themselves, for tests: ``python guarded.py`` serves it like ``main.py``."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from nicegui import ui

import pages
from auth import admin_only, private, public
from auth.components import GuardedPages
from auth.live.tabs import tabs
from tests.apps.serve import serve


def act(what: str) -> None:
    """Leave a trace."""
    with Path(os.environ['ACTS']).open('a') as acts:
        acts.write(f'{what}\n')


def beside() -> None:
    """Put on a page, and beside it, what acts: it trusts whoever let the event through."""
    ui.label('Something private')
    ui.button('Act', on_click=lambda: act('clicked'))
    ui.button('Ask', on_click=ask)
    ui.on('stray', lambda: act('stray'))
    ui.context.client.on_connect(lambda: act('connected'))
    with ui.dialog(), ui.card():
        ui.button('In a dialog', on_click=lambda: act('dialog'))
    with ui.context.client.content:
        ui.button('Outside', on_click=lambda: act('outside'))
    page = ui.context.client.id
    ui.timer(0.02, lambda: act(f'timer of {page}'))


async def ask() -> None:
    """Wait for an answer of the browser."""
    act(f'answered {await ui.run_javascript("1 + 1", timeout=60)}')


@admin_only
def for_administrators() -> None:
    """A page that only an administrator may see."""
    beside()


@private
async def for_people() -> None:
    """A page of somebody who is signed in, the later half of which comes later."""
    await asyncio.sleep(0)
    beside()


@public
def for_everybody() -> None:
    """A page of everybody's."""
    beside()


@admin_only
def new_word() -> None:
    """A page whose path looks like that of a word."""
    ui.label('A new word')


@private
def word(word: str) -> None:
    """A page with a word in its path."""
    ui.label(f'The word {word!a}')


@private
def number(number: int, least: int | None = None) -> None:
    """A page with a number in its path, and perhaps one in its query."""
    ui.label(f'The number {number!r} of at least {least!r}')


@public
def failing_click() -> None:
    """A page on which a click fails."""
    ui.button('Fail', on_click=failing)


@public
def failing_by(name: str) -> None:
    """A page that can't be built, with something of the visitor's in its path."""
    raise KeyError(name)


@public
def heard(number: int) -> None:
    """A page that tells that the server has come so far."""
    ui.label(f'Heard all up to {number}')


@public
def failing() -> None:
    """A page that can't be built."""
    raise ValueError('the inner secret of the server')


@public
async def failing_later() -> None:
    """A page that can't be built to its end."""
    ui.label('The first half')
    await asyncio.sleep(0)
    failing()


@public
def failing_within() -> None:
    """A page in which another one can't be built."""
    ui.label('Around it')
    ui.sub_pages({'/': failing}, root_path='/failing/within')


@public
def failing_within_later() -> None:
    """A page in which another one can't be built to its end."""
    ui.label('Around it')
    ui.sub_pages({'/': failing_later}, root_path='/failing/within/later')


@public
def around_a_private_one() -> None:
    """A page of everybody's around one that is not, shown by what asks nobody."""
    ui.sub_pages({'/': for_people}, root_path='/around')


@public
def around_a_guarded_one() -> None:
    """The same, shown by what asks."""
    ui.label('Around it')
    GuardedPages({'/': for_people}, tab=tabs().here(), placeholders=pages.shell.PLACEHOLDERS)


@private
def private_around_a_guarded_one() -> None:
    """The same, which is private itself."""
    around_a_guarded_one()


class Stubborn(ui.element):
    """Something that can't be taken away."""

    def _handle_delete(self) -> None:
        raise RuntimeError('no')


@private
def stubborn() -> None:
    """A page that stays when it has to go."""
    Stubborn()
    beside()


@ui.page('/beside-the-table')
def beside_the_table() -> None:
    """A page that NiceGUI knows, and the table does not, and that does not say who may see it."""
    ui.label('Something private')


header = pages.shell.header


def failing_header(*given: Any) -> None:
    """Fail around a page, if that is asked for."""
    if 'break-the-shell' in ui.context.client.request.query_params:
        failing()
    header(*given)


pages.shell.header = failing_header
pages.ROUTES.update({
    '/beside/admin': for_administrators, '/beside/private': for_people, '/beside/public': for_everybody,
    '/words/new': new_word, '/words/{word}': word, '/numbers/{number}': number,
    '/heard/{number}': heard,
    '/failing': failing, '/failing/later': failing_later, '/failing/within': failing_within,
    '/failing/within/later': failing_within_later, '/failing/click': failing_click, '/failing/by/{name}': failing_by,
    '/around': around_a_private_one,
    '/guarded': around_a_guarded_one, '/guarded/private': private_around_a_guarded_one,
    '/stubborn': stubborn,
})
if __name__ == '__main__':
    serve()
