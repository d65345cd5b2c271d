# pyright: reportUnknownMemberType=false
"""What every page loads of static/, at addresses that change with what is in the files."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from fastapi import Response
from nicegui import app

from auth import NONCE, public
from auth.requests.base import BASE
from auth.timing import Timing
from auth.web.redirects import FILES_PATH

from .brand import own_logo
from .joined_modules import joined_modules

_COPIED = Path(__file__).parent / 'static'
STATIC = _COPIED if _COPIED.is_dir() else Path(__file__).parent.parent / 'static'
"""The files; where an app has copied this project, its own ``static/`` may stand beside ``pages/``."""
STYLESHEETS = ('app.css', 'pages.css', 'forced-colors.css')
"""In this order: a later one may say otherwise than one before it. They say nothing of what is not ours."""

DOCUMENT = 'document.css'
"""What says how a document looks in which our shell is."""

THEME_COLORS = ''.join(f'<meta name="theme-color" media="(prefers-color-scheme: {scheme})" content="{color}">'
                       for scheme, color in (('light', '#ffffff'), ('dark', '#161e1d')))
"""What a browser may paint around the page: the colour of the header. static/theme.js sees to it when one is chosen."""

_YEAR_SECONDS = 365 * 24 * 60 * 60


class Assets:
    """The files of a folder, served twice: below ``/_live_sessions/``, where a browser asks each time whether a file is
    still current, and below a path that names their version, where it may keep them.

    So a page costs no request for what the browser has, and a file of one version never meets one of another.

    :param folder: holds the files; its modules are in ``live``, and a page gets them as one script
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        content = sha256()
        for file in sorted(folder.rglob('*.*')):
            content.update(f'{file.relative_to(folder).as_posix()}\0{file.stat().st_size}\0'.encode())
            content.update(file.read_bytes())
        self._script = joined_modules(folder / 'live')
        content.update(self._script.encode())  # they may be joined in another way one day
        self._root = f'{FILES_PATH}/{content.hexdigest()[:16]}'

    def serve(self, logo: str = '') -> None:
        """Register the addresses. What is asked for of another version is not there.

        :param logo: the file of a picture that the deployment has of its own
        """
        if logo:
            app.add_static_file(local_file=logo, url_path=f'{FILES_PATH}/{own_logo(logo)}', max_cache_age=0)

        @app.get(self._script_path, include_in_schema=False)
        @public
        def script() -> Response:
            return Response(self._script, headers={'cache-control': f'public, max-age={_YEAR_SECONDS}'},
                            media_type='text/javascript')

        app.add_static_files(self._root, self._folder, max_cache_age=_YEAR_SECONDS)  # first: the other one fits as well
        app.add_static_files(FILES_PATH, self._folder, max_cache_age=0)

    def head(self, timing: Timing, logo: str = '') -> str:
        """What belongs into the head of a page. The script is named there so that it comes at once.

        :param timing: how long a tab waits for what
        :param logo: as in ``serve``
        """
        touch_icon = f'{self._root}/touch-icon.png' if not logo else f'{FILES_PATH}/{own_logo(logo)}'
        fail_closed = (self._folder / 'fail-closed.js').read_text(encoding='utf-8')
        styles = ''.join(f'<link rel="stylesheet" href="{BASE}{self._root}/{name}">' for name in STYLESHEETS)
        return (f'<script {NONCE} {timing.for_the_browser} data-base="{BASE}">{fail_closed}</script>'
                f'<script src="{BASE}{self._root}/storage.js"></script>'
                f'<link rel="modulepreload" href="{BASE}{self._script_path}">{styles}'
                f'<link rel="apple-touch-icon" href="{BASE}{touch_icon}">')

    def shell_head(self, dark: bool | None) -> str:
        """What belongs into the head of a page in our shell, too.

        :param dark: what the page itself says of NiceGUI's dark mode; None is the system's choice
        """
        return (f'{THEME_COLORS}<script src="{BASE}{self._root}/theme.js" data-dark="{dark}"></script>'
                f'<link rel="stylesheet" href="{BASE}{self._root}/{DOCUMENT}">')

    @property
    def script(self) -> str:
        """What belongs into the body of a page, before the script that creates NiceGUI's app."""
        return f'<script type="module" src="{BASE}{self._script_path}"></script>'

    @property
    def _script_path(self) -> str:
        return f'{self._root}/live.js'
