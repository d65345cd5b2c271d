"""Finds a Chromium to test with, and installs one where there is none."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, Playwright

from tests.debian import find_or_install, run
from tests.locks import held

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
    if path := _find(own):
        return path
    with held('playwright install'):
        if not _find(own):
            run(sys.executable, '-m', 'playwright', 'install', 'chromium')
    if path := find_or_install(lambda: _find(own), *_INSTALLED[:2]):
        return path
    raise RuntimeError('The browser tests need Chromium, and none could be installed: '
                       'install Chromium or Google Chrome and run the tests again.')


def _find(own: Path) -> str | None:
    return str(own) if own.exists() else next(filter(None, map(shutil.which, _INSTALLED)), None)
