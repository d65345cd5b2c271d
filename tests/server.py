"""A real server in a process of its own, which tests may pause, kill and start again."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import httpx

from tests.databases import SqliteFile, TestDatabase, empty_file
from tests.forking import Program
from tests.forks import Forked, fork
from tests.http import patient_client
from tests.ports import free_port
from tests.programs import ROOT, SPEED, clean_environment, end, has_ended

START_SECONDS = 60
TRIES_TO_STOP = 100

_CANCELLED = re.compile(r'^.*timeout graceful shutdown exceeded$.*?(?=^Live Sessions is ready|\Z)', re.M | re.S)
"""What uvicorn prints of requests that it cancels, until the next start."""


@dataclass(eq=False)
class Server:
    """The app, served from a folder of its own."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    script: Path = ROOT / 'main.py'
    port: int = field(default_factory=free_port)
    process: Forked | None = None
    store: TestDatabase | None = None
    speed: float = 1
    """How many times faster than usual everything times out; for scripts that serve as tests/apps/serve.py does."""
    descriptors: str = ''
    """How many files and connections it may have, as ``soft:hard`` or one number for both; '' leaves it as it is."""
    base: str = ''
    """Where the site begins: '' for the whole server, or below which path."""
    started: ClassVar[list[Server]] = []
    """Those that were started and not stopped, for whoever wants to know what they print."""

    @property
    def url(self) -> str:
        """Where it is served."""
        return f'http://localhost:{self.port}'

    @property
    def database(self) -> TestDatabase:
        """Its store; if it was given none, a SQLite file of its own with all its tables, which it need not make."""
        if self.store is None:
            self.store = SqliteFile(self.folder / 'live.db', empty_file())
        return self.store

    @property
    def log(self) -> str:
        """What it has printed; not how it ended what a busy machine had not done yet when it was stopped."""
        return _CANCELLED.sub('', (self.folder / 'server.log').read_text(encoding='utf-8'))

    async def start(self) -> Server:
        """Start it, and wait until it answers."""
        self.process = fork(Program(
            command=[str(self.script), '--port', str(self.port)], folder=str(self.folder),
            log=str(self.folder / 'server.log'), descriptors=[int(number) for number in self.descriptors.split(':')
                                                              if number],
            environment=clean_environment(database_url=self.database.url, **{SPEED: self.speed}, **self.settings)))
        if self not in self.started:
            self.started.append(self)
        api = f'{self.url}{self.base}{self.settings.get("api_prefix", "/v1")}'
        async with patient_client() as http:
            give_up_at = time.monotonic() + START_SECONDS
            while time.monotonic() < give_up_at:
                if self.process.poll() is not None:
                    raise RuntimeError(f'the server ended:\n{self.log}')
                with suppress(httpx.TransportError):
                    if (await http.get(f'{api}/client')).status_code == 200:
                        return self
                await asyncio.sleep(0.05)  # also while it answers that it is not in sync with its store yet
        self.kill()
        raise RuntimeError(f'the server did not start:\n{self.log}')

    def send_signal(self, number: signal.Signals) -> None:
        """Pause it, let it go on, or end it."""
        assert self.process is not None
        self.process.send_signal(number)

    @contextmanager
    def standing_still(self) -> Generator[None]:
        """Let it do nothing for a while; not in the middle of a transaction, which others would wait for."""
        for _ in range(TRIES_TO_STOP):
            self.send_signal(signal.SIGSTOP)
            self._wait_until_it_stands_still()
            if not self.database.is_being_written():
                break
            self.send_signal(signal.SIGCONT)
            time.sleep(0.01)
        else:
            self.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send_signal(signal.SIGCONT)

    def _wait_until_it_stands_still(self) -> None:
        """A signal takes a moment to reach every thread, of which one may begin to write meanwhile. Linux tells."""
        assert self.process is not None
        with suppress(OSError):  # it, or a thread of it, has ended
            while any(thread.read_text().rpartition(')')[2].split()[0] in 'RSD'
                      for thread in Path(f'/proc/{self.process.pid}/task').glob('*/stat')):
                time.sleep(0.001)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.send_signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        if self in self.started:
            self.started.remove(self)
        if self.process is None or has_ended(self.process):
            return
        self.send_signal(signal.SIGCONT)
        end(self.process)

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as another program would; see ``TestDatabase``."""
        return self.database.sql(statement, *values)
