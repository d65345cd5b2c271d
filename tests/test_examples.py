"""The apps of docs/examples, without a browser: what they were, and what the documentation shows."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import forking
from tests.apps import AT_A_PORT
from tests.examples import APPS, EXAMPLES, FOLDER, Example, made_true, shown
from tests.forking import Program
from tests.forks import Forker
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import clean_environment, end


def test_no_app_is_left_out() -> None:
    assert [example.name for example in EXAMPLES] == APPS


@pytest.mark.parametrize('name', APPS)
def test_what_the_documentation_shows_is_the_difference(name: str) -> None:
    assert shown(name) == made_true(name), 'uv run python -m tests.examples writes it anew'


@pytest.fixture(scope='module')
def nicegui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    """A process that has loaded NiceGUI and nothing of ours, which takes longer than what is asked of an app."""
    folder = tmp_path_factory.mktemp('nicegui')
    loop = shutil.copy(forking.__file__, folder)  # beside nothing of ours
    forker = Forker([sys.executable, loop, 'nicegui', 'uvicorn', 'uvloop'], folder, clean_environment(pythonpath=''))
    yield forker
    forker.close()


@pytest.mark.parametrize('example', EXAMPLES, ids=lambda example: example.name)
async def test_an_app_was_one_of_nicegui_and_open_to_everybody(nicegui: Forker, example: Example, tmp_path: Path
                                                               ) -> None:
    port, before = free_port(), FOLDER / example.name / 'before.py'
    process = nicegui.fork(Program([str(AT_A_PORT)], str(tmp_path), str(tmp_path / 'log'),
                                   clean_environment(port=port, example=before, pythonpath=''), []))
    try:
        async with patient_client(base_url=f'http://localhost:{port}') as http, asyncio.timeout(PATIENCE_SECONDS):
            while process.poll() is None:
                try:
                    page = await http.get(example.private)
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
            else:
                raise RuntimeError((tmp_path / 'log').read_text())
            admin, endpoint = [await http.get(path) for path in (example.admin, example.endpoint)]
            said = (tmp_path / 'log').read_text()
    finally:
        end(process)

    assert [answer.status_code for answer in (page, admin, endpoint)] == [200, 200, 200]
    assert example.empty in page.text
    assert 'Traceback' not in said
