# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
"""The app of an author in a process of its own, and a real browser in front of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from .people import PASSWORD

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

START_SECONDS = 60
_INSTALLED = ('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')


@dataclass(frozen=True, slots=True)
class Site:
    """Where the app is served, and its store."""

    url: str
    database_url: str


@dataclass(slots=True)
class Device:
    """A browser on one device; its tabs share its cookies."""

    context: BrowserContext
    site: Site

    async def tab(self, path: str = '/') -> Page:
        """Open a page, and wait until it is live."""
        page = await self.context.new_page()
        await page.goto(self.site.url + path)
        await page.wait_for_function('window.did_handshake === true')
        return page

    async def sign_up(self, email_address: str, **fields: Any) -> None:
        """Make an account, with ``PASSWORD``, and sign it in on this device.

        :raises AssertionError: if it was refused, saying why
        """
        await self._post('sign_ups', {'email_address': email_address, 'password': PASSWORD, **fields})

    async def sign_in(self, email_address: str) -> None:
        """Sign in to an account that ``sign_up`` has made.

        :raises AssertionError: if it was refused, saying why
        """
        await self._post('sign_ins', {'identifier': email_address, 'password': PASSWORD})

    async def _post(self, what: str, fields: dict[str, Any]) -> None:
        answer = await self.context.request.post(f'{self.site.url}/v1/client/{what}', form=fields,
                                                 headers={'Origin': self.site.url})
        assert answer.ok, await answer.text()  # noqa: S101 (it is a test)


@asynccontextmanager
async def served(main_file: Path, database_url: str, log: Path) -> AsyncGenerator[Site]:
    """Serve an app on a free port, which it is told by ``PORT``; one that ends is told with what it has printed.

    :raises RuntimeError: if it ends, or does not answer
    """
    url = f'http://localhost:{(port := _free_port())}'
    process = _start(main_file, log, DATABASE_URL=database_url, PORT=str(port), ALLOWED_HOSTS='')
    try:
        if not await _answers(url, process):
            raise RuntimeError(f'The app does not answer at {url}: let it use the port in PORT. It printed:\n'
                               + _text(log))
        yield Site(url, database_url)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(main_file: Path, log: Path, **settings: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(('NICEGUI_', 'PYTEST_'))}
    with log.open('wb') as printed:
        return subprocess.Popen([sys.executable, main_file], cwd=main_file.parent, stdout=printed,  # noqa: S603
                                stderr=printed, env=environment | settings)


def _text(log: Path) -> str:
    return log.read_text(encoding='utf-8', errors='replace')


async def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    async with httpx.AsyncClient(timeout=START_SECONDS) as http:
        for _ in range(START_SECONDS * 20):
            if process.poll() is not None:
                return False
            try:
                if (await http.get(f'{url}/v1/client')).status_code == 200:
                    return True
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """A headless Chromium: the one that is installed, or Playwright's own (``playwright install chromium``)."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 (only who tests in a browser needs it)

    async with async_playwright() as playwright:
        path = _path(Path(playwright.chromium.executable_path))
        sandbox = [] if os.name == 'nt' or os.geteuid() else ['--no-sandbox']  # Chromium refuses one to root
        browser = await playwright.chromium.launch(executable_path=path, args=sandbox)
        try:
            yield browser
        finally:
            await browser.close()


def _path(own: Path) -> str | None:
    return str(own) if own.exists() else next(filter(None, map(shutil.which, _INSTALLED)), None)
