"""The five lines in an app of ``ui.run``: its pages are private and live, and it is loaded anew when it is edited."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import httpx
import pytest

from tests.apps import FIVE_MORE_LINES
from tests.databases import SqliteFile
from tests.forking import Program
from tests.forks import fork
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import ROOT, clean_environment
from tests.rules import PASSWORD
from tests.running import either_store
from tests.sockets import OpenPage

START_SECONDS = 100


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(START_SECONDS):
        while not await is_so():
            await asyncio.sleep(0.1)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[tuple[Path, str]]:
    """The app in a folder of its own; gives its file and its address.

    What is started here only watches the file, and starts what serves as people's own Python does, each time anew.
    """
    script, port = tmp_path / 'app.py', free_port()
    shutil.copy(FIVE_MORE_LINES, script)
    environment = clean_environment(database_url=f'sqlite:///{tmp_path}/live.db', at_port=port, pythonpath=ROOT)
    process = fork(Program([str(script)], str(tmp_path), str(tmp_path / 'log'), environment, []))
    try:
        yield script, f'http://localhost:{port}'
    finally:
        process.send_signal(signal.SIGINT)  # as Ctrl+C, which reaches the process that serves, too
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    print((tmp_path / 'log').read_text())


@either_store
async def test_five_lines_make_an_app_private_and_live_and_it_is_still_loaded_anew_when_it_is_edited(
        app: tuple[Path, str]) -> None:
    script, url = app

    async def shows(text: str) -> bool:
        try:
            return text in (await http.get('/')).text
        except httpx.TransportError:
            return False

    async with patient_client(base_url=url) as http:
        await until(lambda: shows('Welcome'))
        refused = await http.get('/item/7')
        signed_up = await http.post('/v1/client/sign_ups', data={
            'email_address': 'ann@example.com', 'first_name': 'Ann', 'password': PASSWORD})
        cookie = signed_up.headers['set-cookie'].partition(';')[0]
        told, page = asyncio.Event(), OpenPage(on_update=lambda _: told.set(), comes_again=True)
        async with aiohttp.ClientSession() as browser:
            await page.open(browser, f'{url}/item/7', lambda: cookie)
            before = page.texts()
            SqliteFile(script.parent / 'live.db').sql("UPDATE session SET status = 'revoked'")

            async def is_gone() -> bool:
                return not any('Item 7' in text for text in page.texts())

            await until(is_gone)
            await page.close()
        script.write_text(script.read_text().replace("'Welcome'", "'Welcome back'"))
        await until(lambda: shows('Welcome back'))
        again = await http.get('/item/7')

    assert (refused.status_code, refused.headers['location']) == (303, '/sign-in?redirect_url=%2Fitem%2F7')
    assert 'Item 7 of Ann' in before
    assert again.headers['location'] == refused.headers['location']
