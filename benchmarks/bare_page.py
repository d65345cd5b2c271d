"""One page of NiceGUI's, as it comes or with ``sessions.install()``. Served by ``ui.run``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nicegui import ui

sys.path[0] = str(Path(__file__).parent.parent)

from auth import LiveSessions, public

parser = argparse.ArgumentParser()
parser.add_argument('--port', type=int, required=True)
parser.add_argument('--installed', action='store_true')
given = parser.parse_args()


@public
@ui.page('/')
def page() -> None:
    """Thirty lines with a button each, as a small list has them."""
    for number in range(30):
        with ui.row():
            label = ui.label(f'Line {number}')
            ui.button('Take', on_click=lambda label=label: label.set_text('Taken'))


if given.installed:
    LiveSessions().install()
ui.run(port=given.port, host='127.0.0.1', show=False, reload=False, show_welcome_message=False)
