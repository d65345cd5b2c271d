"""A Next.js app as somebody would write it: built once for its sources, and served by Next.js."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.conformance.installed import CACHE, npm_project
from tests.http import patient_client
from tests.locks import held
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port
from tests.programs import end
from tests.server import Server

SOURCES = Path(__file__).parent / 'nextjs_app'
LOOPBACK_ONLY = Path(__file__).parent / 'loopback_only.cjs'
"""Loaded into each Node: it connects to this machine only, and tells what else was tried."""

PACKAGES = {'@clerk/nextjs': '7.9.17', 'next': '16.4.6', 'react': '19.3.1', 'react-dom': '19.3.1',
            'typescript': '5.9.3', '@types/node': '24.0.0', '@types/react': '19.3.0'}
"""The last three are what Next.js asks for where one file is TypeScript."""

BUILD_SECONDS = 500


def packages() -> Path:
    """Give the folder in which npm has installed what the app needs. Blocks."""
    return npm_project('nextjs', PACKAGES)


def built_app() -> Path:
    """Give the folder of the app, built for production; it is built once for what its sources are. Blocks."""
    project = packages()
    number = hashlib.sha256(b''.join(f'{name}\0'.encode() + file.read_bytes() for name, file in _sources()))
    target = project / f'app-{number.hexdigest()[:12]}'
    with held(f'{project.name}-built', CACHE):
        if not target.exists():
            made = Path(tempfile.mkdtemp(dir=project, prefix='.building-'))
            try:
                _build(made)
                made.rename(target)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return target


def _sources() -> Iterator[tuple[str, Path]]:
    for file in sorted(SOURCES.rglob('*.*')):
        if file.is_file():
            yield file.relative_to(SOURCES).as_posix(), file


def _build(folder: Path) -> None:
    for name, file in _sources():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)
    done = subprocess.run(_next('build'), cwd=folder, env=environment_of_node(), capture_output=True, text=True,
                          timeout=BUILD_SECONDS, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RuntimeError(f'Next.js could not build the app:\n{done.stdout[-4000:]}{done.stderr[-4000:]}')


def _next(*command: str) -> list[str]:
    return ['node', '../node_modules/next/dist/bin/next', *command]


def environment_of_node(**settings: str) -> dict[str, str]:
    """Without what a developer may have set for an app of theirs."""
    kept = {name: value for name, value in os.environ.items() if not re.match(r'NEXT_|CLERK_|NODE_|PORT$', name)}
    return {**kept, 'NEXT_TELEMETRY_DISABLED': '1', 'CI': '1', 'NODE_OPTIONS': f'--require {LOOPBACK_ONLY}',
            **settings}


@dataclass
class NextApp:
    """The app, served."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where it is served."""
        return f'http://localhost:{self.port}'

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.folder / 'next.log').read_text(encoding='utf-8')


def settings_of(server: Server, publishable_key: str, secret_key: str) -> dict[str, str]:
    """What docs/clients.md says to put into ``.env.local``, and no telemetry."""
    return {'NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY': publishable_key, 'CLERK_SECRET_KEY': secret_key,
            'CLERK_FAPI_URL': server.url, 'CLERK_API_URL': f'{server.url}/backend',
            'NEXT_PUBLIC_CLERK_PROXY_URL': '/__clerk', 'NEXT_PUBLIC_CLERK_SIGN_IN_URL': '/sign-in',
            'NEXT_PUBLIC_CLERK_PREFETCH_UI': 'false', 'NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED': '1'}


@contextmanager
def serving(built: Path, app: NextApp, settings: dict[str, str]) -> Iterator[NextApp]:
    """Serve the app on this machine; by itself, Next.js would listen on all networks."""
    with (app.folder / 'next.log').open('wb') as log:
        process = subprocess.Popen(_next('start', '-H', 'localhost', '-p', str(app.port)), cwd=built,
                                   env=environment_of_node(**settings), stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL)
        try:
            yield app
        finally:
            end(process)


def new_app(folder: Path) -> NextApp:
    """Choose where the app is served."""
    return NextApp(free_port(), folder)


async def answering(app: NextApp) -> None:
    """Wait until the app answers."""
    async with patient_client() as http, asyncio.timeout(2 * PATIENCE_SECONDS):
        while True:
            try:
                if (await http.get(f'{app.url}/who')).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
