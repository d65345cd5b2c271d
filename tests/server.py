"""A real server in a process of its own, which tests may pause, kill and start again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
START_SECONDS = 60


def free_port() -> int:
    """Find a port that nobody uses now."""
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return probe.getsockname()[1]


def clean_environment(**settings: Any) -> dict[str, str]:
    """The environment of a server: ours, without what would change how NiceGUI behaves."""
    dropped = {'DATABASE_URL', 'HOST', 'PORT', 'PYTHONDONTWRITEBYTECODE'}
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(('NICEGUI_', 'PYTEST_')) and name not in dropped}
    given = {name.upper(): str(value) for name, value in settings.items()}
    return {**kept, 'PYTHONPATH': str(ROOT), **given}


@dataclass
class Server:
    """The app, served from a folder of its own."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    script: Path = ROOT / 'main.py'
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is served."""
        return f'http://localhost:{self.port}'

    @property
    def database(self) -> Path:
        """The file of its store."""
        return self.folder / 'live.db'

    @property
    def database_url(self) -> str:
        """The URL of its store."""
        return f'sqlite:///{self.database}'

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.folder / 'server.log').read_text(encoding='utf-8')

    async def start(self) -> Server:
        """Start it, and wait until it answers."""
        with (self.folder / 'server.log').open('ab') as log:
            self.process = subprocess.Popen(
                [sys.executable, str(self.script), '--port', str(self.port)], cwd=self.folder, stdout=log, stderr=log,
                env=clean_environment(database_url=self.database_url, **self.settings))
        async with httpx.AsyncClient() as http:
            for _ in range(START_SECONDS * 20):
                if self.process.poll() is not None:
                    raise RuntimeError(f'the server ended:\n{self.log}')
                try:
                    if (await http.get(f'{self.url}/v1/client')).status_code == 200:
                        return self
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        raise RuntimeError(f'the server did not start:\n{self.log}')

    def send_signal(self, number: signal.Signals) -> None:
        """Pause it, let it go on, or end it."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.send_signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        if self.process is None or self.process.poll() is not None:
            return
        self.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as another program would: on a connection of its own, committed at once."""
        connection = sqlite3.connect(self.database, isolation_level=None, timeout=5)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()


def run_python(code: str, arguments: Iterable[str] = (), **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of a few lines in another process, and wait for it."""
    done = subprocess.run([sys.executable, '-c', code, *arguments], env=clean_environment(**settings), cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done
