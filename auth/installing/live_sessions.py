"""Accounts and sessions in an app: made once, at the top of the program, and installed before the app is served.

Loads no NiceGUI before it is installed, because the command line does without.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from models import BadDatabaseUrl, BadEnvFile, CannotOpenStore, migrate, wait_for_server

from ..access import PageBuilder, PageRefused
from ..credentials.passwords import Passwords
from ..requests.asgi import App
from ..rules.context import Auth
from ..rules.store import Store
from ..settings import Settings, wrong_setting
from ..timing import DEFAULT_TIMING, Timing
from .cannot_start import CannotStart
from .our_pages import Frame
from .workers import refuse_several_workers

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ..web.routes import Routes


class LiveSessions:
    """The accounts and sessions of an app.

    Makes no connection and writes nothing, so that a program may be imported. The store is opened when the app starts.

    :param settings: what the deployment has chosen; read from the environment and from ``.env`` if not given
    :param chosen: what the program chooses itself, whatever the environment says, such as ``site_name='Rowing Club'``
    :param timing: how long everything waits; tests of faults wait less
    :param passwords: how passwords are hashed; tests that sign in thousands of times use a cheaper hash
    :raises SystemExit: if a setting is wrong, saying which
    :raises TypeError: if there is no setting of a name, or ``settings`` are given as well
    """

    def __init__(self, settings: Settings | None = None, *, timing: Timing = DEFAULT_TIMING,
                 passwords: Passwords | None = None, **chosen: Any) -> None:
        if settings is not None and chosen:
            raise TypeError('Give LiveSessions all settings, or single ones by name: not both.')
        self.settings = _read(chosen) if settings is None else settings
        self.timing = timing
        self._passwords = passwords
        self._is_installed = False
        self._is_open = False

    def install(self, app: FastAPI | None = None, *, pages: Mapping[str, PageBuilder | None] | None = None,
                open_paths: Iterable[str] = (), paths: Mapping[str, Callable[[Any], Any]] | None = None,
                frame: Frame | None = None) -> None:
        """Stand in front of an app, and add our pages to it: sign-in, sign-up, the account, administration.

        Call it once, before the app is served.

        :param app: the app that is given to ``ui.run_with``; without one, it is NiceGUI's own, which ``ui.run`` serves
        :param pages: pages in our shell, or in ``frame``, by path, beside ours or in place of them; None leaves one of
            ours out
        :param open_paths: how paths begin that are no page's and are left to the app, for anybody
        :param paths: how paths begin of what the app has beside pages, and the word that says who may use it
        :param frame: builds what stands around these pages in place of our header and footer, for everybody: before
            them, or around them where it is a context manager
        :raises PageRefused: if a page, or the frame, asks for what can't be honoured
        :raises RuntimeError: if it was installed before
        """
        from .building import routes_of, stand_in_front  # noqa: PLC0415 - it loads NiceGUI

        if self._is_installed:
            raise RuntimeError('LiveSessions is installed already: call install() once.')
        routes = routes_of(pages or {}, frame)
        self._is_installed = True
        stand_in_front(app, lambda behind: self._begin(behind, routes, app, tuple(open_paths), paths or {}, frame))

    def open_store(self) -> None:
        """Bring the store to the newest schema, unless that was done. The app does so when it starts. Blocks.

        :raises BadDatabaseUrl: if ``DATABASE_URL`` names no store
        :raises CannotOpenStore: if it can't be created, reached or written, or is no database of ours
        """
        if not self._is_open:
            wait_for_server(self.settings.database_url, self.timing)
            migrate(self.settings.database_url, self.timing)
            self._is_open = True

    def _begin(self, behind: App, routes: Routes, app: FastAPI | None, open_paths: tuple[str, ...],
               paths: Mapping[str, Callable[[Any], Any]], frame: Frame | None) -> App:
        from .building import build, mount_path_in  # noqa: PLC0415

        refuse_several_workers(sys.argv, os.environ)
        try:
            self.open_store()
            mount_path = mount_path_in(app)
            # What is within, such as the links in mails, knows the whole way to the site.
            settings = self.settings.model_copy(update={'root_path': self.settings.root_path + mount_path})
            auth = Auth(Store(settings.database_url, self.timing), settings, timing=self.timing,
                        passwords=self._passwords or Passwords())
            return build(behind, auth, routes, app, open_paths, paths, frame, self.settings)
        except (BadDatabaseUrl, CannotOpenStore, PageRefused, OSError) as error:
            raise CannotStart(str(error)) from error


def _read(chosen: Mapping[str, Any]) -> Settings:
    if unknown := chosen.keys() - Settings.model_fields.keys():
        raise TypeError(f'There is no setting {sorted(unknown)[0]!r}: docs/operation.md has all of them.')
    try:
        return Settings(**chosen)
    except ValidationError as error:
        raise SystemExit(wrong_setting(error)) from None
    except (BadDatabaseUrl, BadEnvFile) as error:
        raise SystemExit(str(error)) from None
