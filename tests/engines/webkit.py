"""WebKit, as WebKitGTK's MiniBrowser: by WebDriver, and on a screen that nobody sees, since it has no headless mode."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common import WebDriverException
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.webkitgtk.options import Options
from urllib3.exceptions import HTTPError

from tests.ports import free_port

from .engine import Actions, Engine
from .processes import family, home, wait_until


@contextmanager
def webkit() -> Generator[WebKit]:
    """Start it."""
    port = free_port()
    with home() as (folder, environment), _screen(folder, environment) as display, family(
            'WebKitWebDriver', f'--port={port}', environment={**environment, 'DISPLAY': display},
            log=folder / 'driver.log'):
        wait_until(lambda: _answers(port))
        connection = RemoteConnection(client_config=ClientConfig(f'http://127.0.0.1:{port}'))
        with webdriver.Remote(connection, options=Options()) as browser:
            yield WebKit(browser)


class WebKit(Engine):
    """WebKit."""

    def __init__(self, driver: webdriver.Remote) -> None:
        self._driver = driver
        self._first, = driver.window_handles

    def is_running(self) -> bool:
        with suppress(WebDriverException, HTTPError):
            return bool(self._driver.window_handles)
        return False

    @contextmanager
    def as_new(self) -> Generator[Engine]:
        yield self
        for tab in self._driver.window_handles:
            if tab != self._first:
                self._at(tab).execute_script('localStorage.clear()')
                self._driver.delete_all_cookies()
                self._driver.close()
        self._at(self._first)

    def new_tab(self) -> str:
        is_first = self._driver.window_handles == [self._first]
        # No picture could be taken of a tab in the window of the first.
        self._driver.switch_to.new_window('window' if is_first else 'tab')
        return self._driver.current_window_handle

    def go(self, tab: str, url: str) -> None:
        self._at(tab).get(url)

    def back(self, tab: str) -> None:
        self._at(tab).back()

    def run(self, tab: str, function: str, *given: Any) -> Any:
        return self._at(tab).execute_script(f'return ({function})(...arguments)', *given)

    def perform(self, tab: str, actions: Actions) -> None:
        self._at(tab).execute(Command.W3C_ACTIONS, {'actions': actions})

    def resize(self, tab: str, width: int, height: int) -> None:
        self._at(tab).set_window_size(width, height)

    def picture(self, tab: str) -> bytes:
        return self._at(tab).get_screenshot_as_png()

    def _at(self, tab: str) -> webdriver.Remote:
        self._driver.switch_to.window(tab)
        return self._driver


@contextmanager
def _screen(folder: Path, environment: Mapping[str, str]) -> Generator[str]:
    """Start a screen under a number that nobody uses, and give its name."""
    number = folder / 'display'
    with family('sh', '-c', 'exec Xvfb -displayfd 3 -screen 0 1400x1000x24 -nolisten tcp 3>"$0"', f'{number}',
                environment=environment, log=folder / 'screen.log'):
        wait_until(lambda: number.exists() and number.read_text().endswith('\n'))
        yield f':{number.read_text().strip()}'


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) == os.EX_OK
