"""The apps that tests serve, each in a process of its own; see ``Server.script``."""

from pathlib import Path

_HERE = Path(__file__).parent

SERVE = _HERE / 'serve.py'
"""As main.py does, and faster if it is asked to."""

BARE, BRACKETED, BUTTONS, FIVE_LINES, GUARDED, INSTRUMENTED, OVERLAID = (
    _HERE / f'{name}.py' for name in ('bare', 'bracketed', 'buttons', 'five_lines', 'guarded', 'instrumented',
                                     'overlaid'))
"""The same, with pages and counts more."""

ALONE = _HERE / 'alone.py'
"""An author's app, which imports nothing of ours but what authors do."""

EXAMPLE = _HERE / 'example.py'
"""One of the apps of docs/examples, with the times of a test."""

AT_A_PORT = _HERE / 'at_a_port.py'
"""The same as it is, also where nothing of ours is."""

FIVE_MORE_LINES = _HERE / 'five_more_lines.py'
"""An app of ``ui.run`` with the five lines, as a new user writes it."""

CARELESS = _HERE / 'careless.py'
"""No app of ours: a site with every hole there is."""

DRAFTED = _HERE / 'drafted.py'
"""With pages into which people type."""

RECENT = _HERE / 'recent.py'
"""With pages, handlers and endpoints that take a password given a moment ago."""

ENDPOINTS = _HERE / 'endpoints.py'
"""With what an author has beside pages: uploads, files, endpoints and sockets."""

IN_A_FRAME = _HERE / 'in_a_frame.py'
"""An author's app whose pages, and ours, stand in a frame of its own."""

OIDC = _HERE / 'oidc.py'
"""An author's app whose people sign in at another site."""

OWN_ROWS = _HERE / 'own_rows.py'
"""With a table of its author's beside ours."""

WHOLE = _HERE / 'whole.py'
"""With pages of ``ui.page`` beside the table."""

CLIENTS = _HERE / 'clients.py'
"""With pages on which Clerk's own client library runs."""
