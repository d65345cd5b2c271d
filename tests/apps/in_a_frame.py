"""An author's app in a frame of its own: ``python in_a_frame.py --port …``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from auth import LiveSessions, admin_only, framed, private, public
from auth.components import UserButton
from auth.credentials.passwords import Passwords

PORT = int(sys.argv[-1])

sessions = LiveSessions(passwords=Passwords(memory_kib=8, time_cost=1), site_name='Rowing Club')


@contextmanager
def frame() -> Iterator[None]:
    """What stands around each page, and has a button."""
    with ui.header():
        ui.label('The head of the club')
        ui.button('Row', on_click=lambda: rowed.set_text('Rowed'))
        rowed = ui.label('Not yet')
        UserButton()
    with ui.card():
        yield
    ui.label('The foot of the club')


@public
def start() -> None:
    """For everybody."""
    ui.label('Rowing since 1887')


@private
def letters() -> None:
    """For whoever is signed in."""
    with ui.left_drawer():
        ui.label('Something private in a drawer')
    ui.label('Something private')


@admin_only
def board() -> None:
    """For administrators."""
    ui.label('Something of the board')


@public
def failing() -> None:
    """A page that can't be built."""
    raise ValueError('the inner secret of the server')


@framed
@public
def preview() -> None:
    """A page that others of this site show in a frame of HTML: there it stands alone."""
    ui.label('In small')


sessions.install(frame=frame, pages={'/': start, '/letters': letters, '/board': board, '/failing': failing,
                                     '/preview': preview})
ui.run(port=PORT, host='127.0.0.1', reload=False, show=False)
