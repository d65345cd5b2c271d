"""The wheel: one package in a fresh environment, which works as the folders of a clone do."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from deploy.one_package import written_anew
from tests import forking
from tests.apps import AT_A_PORT
from tests.browser.test_examples import is_refused_to_a_stranger
from tests.databases import SqliteFile
from tests.examples import EXAMPLES, FOLDER, Example
from tests.forking import Program
from tests.forks import Forked, Forker
from tests.http import patient_client
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import ROOT, clean_environment, end
from tests.rules import PASSWORD
from tests.security.visitors import Somebody
from tests.server import Server

UV = os.environ.get('UV', 'uv')

EVERY_MODULE = """
import importlib, pkgutil, live_sessions
names = [found.name for found in pkgutil.walk_packages(live_sessions.__path__, 'live_sessions.')
         if not found.name.endswith('__main__') and '.migrations' not in found.name]
for name in names:
    importlib.import_module(name)
assert len(names) > 200, names
for name in ('auth', 'models', 'pages', 'static', 'tests'):
    assert importlib.util.find_spec(name) is None, name
print('All were found.')
"""

COMMAND_LINE = """
import runpy
try:
    runpy.run_module('live_sessions', run_name='__main__', alter_sys=True)
except SystemExit as end:
    print('Ended with', end.code or 0)
"""

LOADED = ('live_sessions.installing.building', 'live_sessions.cli', 'nicegui', 'uvicorn', 'uvloop',
          'anyio._backends._asyncio')
"""What takes programs longest to load, and is the same for all of them."""


class Installed:
    """An environment of its own with the wheel; what that depends on is lent by the environment of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        subprocess.run([UV, 'build', '--wheel', '--no-build-isolation', '--offline', '--out-dir', folder], cwd=ROOT,
                       env=clean_environment(virtual_env=sys.prefix), check=True, capture_output=True)
        venv.create(folder / 'env', symlinks=True)
        self.python = folder / 'env' / 'bin' / 'python'
        (wheel,) = folder.glob('live_sessions-*.whl')
        subprocess.run([UV, 'pip', 'install', '--offline', '--no-deps', '--python', self.python, wheel], check=True,
                       capture_output=True)
        (place,) = (folder / 'env' / 'lib').glob('python*/site-packages')
        (place / 'lent.pth').write_text(sysconfig.get_path('purelib'))
        shutil.copy(forking.__file__, folder)
        self._forker = Forker([self.python, folder / 'forking.py', *LOADED], folder, self.environment())

    def close(self) -> None:
        """End what starts programs in it."""
        self._forker.close()

    def environment(self) -> dict[str, str]:
        """The clone is not on its path."""
        return clean_environment(pythonpath='', database_url=f'sqlite:///{self.folder}/live.db')

    @property
    def log(self) -> str:
        """What the server has printed."""
        return (self.folder / 'server.log').read_text(encoding='utf-8')

    def fork(self, script: Path, log: Path, *arguments: str, **settings: str) -> Forked:
        """Run a script in it, forked off a process that has loaded what the wheel has."""
        log.unlink(missing_ok=True)
        return self._forker.fork(Program([str(script), *arguments], str(self.folder), str(log),
                                         self.environment() | settings, []))

    def printed_by(self, code: str, *arguments: str) -> str:
        """Run a program of a few lines in it, and wait for it."""
        script, log = self.folder / 'program.py', self.folder / 'program.log'
        script.write_text(code)
        self.fork(script, log, *arguments).wait(2 * PATIENCE_SECONDS)
        return log.read_text(encoding='utf-8')

    @contextmanager
    def serving(self, script: Path, port: int) -> Iterator[Forked]:
        """Serve an app from it."""
        process = self.fork(script, self.folder / 'server.log', PORT=str(port), EXAMPLE=str(self.folder / 'after.py'))
        try:
            yield process
        finally:
            end(process)


@pytest.fixture(scope='module')
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    installed = Installed(tmp_path_factory.mktemp('wheel'))
    yield installed
    installed.close()


def test_every_module_is_in_the_package_and_nothing_beside_it(installed: Installed) -> None:
    assert installed.printed_by(EVERY_MODULE) == 'All were found.\n'
    assert 'python -m live_sessions' in installed.printed_by(COMMAND_LINE, '--help')


async def test_an_app_of_an_author_runs_against_the_package_alone(installed: Installed) -> None:
    port = free_port()
    account = {'email_address': 'ann@example.com', 'password': PASSWORD}

    upgraded = installed.printed_by(COMMAND_LINE, 'database', 'upgrade')
    begun = installed.printed_by(COMMAND_LINE, 'new', 'mine')
    with installed.serving(installed.folder / 'mine' / 'main.py', port) as process:
        async with patient_client(base_url=f'http://localhost:{port}', headers={'Origin': f'http://localhost:{port}'}
                                  ) as ann:
            await answering(ann, process, installed)
            stranger = await ann.get('/notes')
            form = await ann.get('/sign-in', headers={'Accept-Language': 'de'})
            styles = [await ann.get(path) for path in ('/_live_sessions/app.css', '/_live_sessions/live/index.js')]
            signed_up = await ann.post('/v1/client/sign_ups', data=account)
            notes = await ann.get('/notes')
    users = installed.printed_by(COMMAND_LINE, 'users', 'list')

    assert upgraded.endswith('Ended with 0\n'), upgraded
    assert 'main.py, tests/test_app.py, pyproject.toml, .gitignore, logo.svg.\n' in begun, begun
    assert (stranger.status_code, stranger.headers['location']) == (303, '/sign-in?redirect_url=%2Fnotes')
    assert 'Anmelden' in form.text
    assert [(answer.status_code, bool(answer.text)) for answer in styles] == [(200, True)] * 2
    assert (signed_up.status_code, notes.status_code) == (200, 200)
    assert 'ann@example.com' in users, users


@dataclass(frozen=True)
class Served:
    """An app that is served from the wheel."""

    url: str
    sql: Callable[..., Any]


@pytest.mark.parametrize('example', EXAMPLES, ids=lambda example: example.name)
async def test_an_app_of_the_documentation_runs_against_the_package(
        installed: Installed, example: Example) -> None:
    app, port = installed.folder / 'after.py', free_port()
    app.write_text(written_anew((FOLDER / example.name / 'after.py').read_text(encoding='utf-8')))
    served = Served(f'http://localhost:{port}', SqliteFile(installed.folder / 'live.db').sql)
    stranger, ann = [Somebody.at(cast(Server, served)) for _ in range(2)]

    with installed.serving(AT_A_PORT, port) as process:
        await answering(stranger.web, process, installed)
        await is_refused_to_a_stranger(stranger, example)
        await ann.sign_up()
        tab = await ann.tab(example.private, example.empty)
        own, styles = [await ann.get(path) for path in (example.endpoint, '/_live_sessions/app.css')]
        served.sql("UPDATE session SET status = 'revoked'")
        await tab.sees('You are signed out')
        for one in (stranger, ann):
            await one.close()

    assert (own.status_code, own.json()) == (200, [])
    assert styles.status_code == 200


async def answering(http: httpx.AsyncClient, process: Forked, installed: Installed) -> None:
    """Wait until a server answers."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while process.poll() is None:
            try:
                if (await http.get('/v1/client')).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise RuntimeError(f'the server ended:\n{installed.log}')
