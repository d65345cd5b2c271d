"""The app with what an author has beside pages, for tests: ``python endpoints.py`` serves it like ``main.py``."""

from __future__ import annotations

import os
from pathlib import Path

from nicegui import events, ui

import pages
from auth import admin_only, private, public
from tests.apps.serve import serve


def act(what: str) -> None:
    """Leave a trace."""
    with Path(os.environ['ACTS']).open('a') as acts:
        acts.write(f'{what}\n')


def _upload(whose: str) -> None:
    told = ui.label('Nothing yet')

    async def take(event: events.UploadEventArguments) -> None:
        act(f'{whose} took {event.file.name}: {await event.file.text()}')
        told.set_text(f'Took {event.file.name}')
        ui.notify('Taken')

    ui.upload(on_upload=take, on_begin_upload=lambda: act(f'{whose} begins'), auto_upload=True).props('id=files')


@public
def drop_box() -> None:
    """A page on which anybody may leave a file."""
    _upload('the drop box')


@private
def own_files() -> None:
    """A page on which people keep files."""
    _upload('a person')


@admin_only
def site_files() -> None:
    """A page of the administrators' files."""
    _upload('an administrator')


if __name__ == '__main__':
    pages.ROUTES |= {'/drop-box': drop_box, '/own-files': own_files, '/site-files': site_files}
    serve()
