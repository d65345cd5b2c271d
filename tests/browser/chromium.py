"""Finds a Chromium to test with, and installs one where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Browser, Playwright

_INSTALLED = ('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
"""The first one has no windows, and so a page is there in half the time; Playwright's own is of that kind, too."""
_ARGUMENTS = ('--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
              '--disable-quic')


async def launch(playwright: Playwright) -> Browser:
    """Start a headless Chromium.

    :raises RuntimeError: if there is none and none can be installed
    """
    sandbox = () if os.name == 'nt' or os.geteuid() else ('--no-sandbox',)  # Chromium refuses one to root
    return await playwright.chromium.launch(executable_path=find(playwright), args=[*_ARGUMENTS, *sandbox])


def find(playwright: Playwright) -> str:
    """Find the path of a Chromium: Playwright's own, else an installed one, else one that is installed now.

    :raises RuntimeError: if there is none and none can be installed
    """
    own = Path(playwright.chromium.executable_path)
    for attempt in (lambda: None, _install_with_playwright, _install_with_apt):
        attempt()
        if own.exists():
            return str(own)
        for name in _INSTALLED:
            if path := shutil.which(name):
                return path
    raise RuntimeError('The browser tests need Chromium, and none could be installed: '
                       'install Chromium or Google Chrome and run the tests again.')


def _install_with_playwright() -> None:
    _run(sys.executable, '-m', 'playwright', 'install', 'chromium')


def _install_with_apt() -> None:
    if os.name != 'nt' and os.geteuid() == 0 and shutil.which('apt-get'):
        _run('apt-get', 'update')
        for name in _INSTALLED[:2]:
            _run('apt-get', 'install', '-y', '--no-install-recommends', name)
            if shutil.which(name):
                return


def _run(*command: str) -> None:
    environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                   timeout=900)
