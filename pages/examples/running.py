"""The guide's own index.html and main.js as an app that runs, with the real clerk-js.

The files are word for word those of the guide. What a bundler and its ``.env`` do for them is done here: main.js gets
the publishable key, and a line in index.html says where ``@clerk/clerk-js`` is.
"""

from __future__ import annotations

import json
import secrets
from urllib.parse import urlencode

from nicegui import app
from starlette.responses import FileResponse, HTMLResponse, Response

from auth import public
from auth.client_packages.pinned import CLERK_JS
from auth.components import api_path
from auth.live.tabs import tabs
from auth.requests.base import base_here
from auth.web.redirects import FILES_PATH

from ..assets import STATIC
from .client import key_of
from .snippets import INDEX_HTML, KEY, MAIN_JS

PAGE = '/examples/javascript'
"""The page that shows it in a frame."""

PATH = f'{PAGE}/app/'

POLICY = ("default-src 'none'; script-src 'self' 'nonce-{nonce}'; connect-src 'self'; worker-src blob:; "
          "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'")
"""clerk-js wants a worker that it makes itself, for its clock, and to talk to the server. The page has an icon.
Nothing else is allowed."""

_CLERK_JS = f'{FILES_PATH}/examples/clerk-js.js'
_HEAD = '<head>\n'


def serve() -> None:
    """Register the addresses."""
    app.get(PATH)(public(_index))
    app.get(f'{PATH}main.js')(public(_main))
    app.get('/clerk.svg')(public(_icon))


def is_there() -> bool:
    """Whether clerk-js was fetched."""
    return CLERK_JS.is_in(tabs().auth.settings.clients_folder)


def import_map(nonce: str) -> str:
    """The line that stands for a bundler."""
    base = base_here()
    api = urlencode({'api': base + api_path('/v1/').removesuffix('/v1/')})
    imports = {'imports': {CLERK_JS.name: f'{base}{_CLERK_JS}?{api}'}}
    return f'    <script type="importmap" nonce="{nonce}">{json.dumps(imports)}</script>\n'


def _index() -> Response:
    nonce = secrets.token_urlsafe(16)
    html = INDEX_HTML.code.replace(_HEAD, _HEAD + import_map(nonce), 1)
    return HTMLResponse(html, headers={'content-security-policy': POLICY.format(nonce=nonce),
                                       'cache-control': 'no-store'})


def _main() -> Response:
    code = MAIN_JS.code.replace(KEY, f"'{key_of(tabs().auth.settings)}'")
    return Response(code, media_type='text/javascript', headers={'cache-control': 'no-store'})


def _icon() -> Response:
    """The icon of the guide's page is a file of its own, which it does not show."""
    return FileResponse(STATIC / 'icon.svg')
