"""What the benchmarks share: servers in processes of their own, a browser, the machine's name, and tables."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import psutil

from tests.forking import Program
from tests.forks import Forked, fork
from tests.ports import free_port
from tests.programs import ROOT as ROOT  # noqa: PLC0414 (who serves needs it)
from tests.programs import clean_environment, end

T = TypeVar('T')


class Described(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Help as the module says it, with the defaults of the options."""


def machine() -> str:
    """Name the machine and what runs on it."""
    info = Path('/proc/cpuinfo')
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    model = models[0] if models else platform.machine()
    return (f'{os.cpu_count()} cores of {model}, Python {platform.python_version()}, NiceGUI {version("nicegui")}, '
            f'{time.strftime("%Y-%m-%d")}')


def printed_by(program: Sequence[str]) -> str:
    """Run a Python program to its end, in a process of its own; gives what it printed."""
    if not _kept:
        return subprocess.run([sys.executable, *program], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
        _forked([*program], folder, clean_environment()).wait()
        return Path(folder, 'log').read_text()


@dataclass(frozen=True)
class Served:
    """Where a server is, and where its store."""

    url: str
    database: Path
    pid: int


_kept: list[tuple[ExitStack, dict[Hashable, list[Any]]]] = []


@contextmanager
def keeping() -> Iterator[None]:
    """Keep every server that is started within, and give it again to who asks for one like it.

    That is for those who run several benchmarks to see that they run: a server that has served others before is as
    good for that, and so is one that was forked off a process that has loaded the code. Most of what they take is its
    start. Figures are of servers that are new.
    """
    with ExitStack() as stack:
        _kept.append((stack, {}))
        try:
            yield
        finally:
            _kept.pop()


@contextmanager
def shared(what: Hashable, start: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
    """Start something; within ``keeping`` it goes on, for the next one who asks. Nobody else has it meanwhile."""
    if not _kept:
        with start() as started:
            yield started
    else:
        stack, unused = _kept[-1]
        free = unused.setdefault(what, [])
        started = free.pop() if free else stack.enter_context(start())
        yield started
        free.append(started)


@contextmanager
def serving(command: Sequence[str], core: int | None = None, **settings: str) -> Iterator[Served]:
    """Serve with a Python program that takes ``--port``, in a folder of its own; on one core, if it is given."""
    def start() -> AbstractContextManager[Served]:
        return _served(command, settings)

    what = (*command, *sorted(settings.items()))
    with start() if 'database_url' in settings else shared(what, start) as served:  # a store that ends before it
        cores = os.sched_getaffinity(served.pid)
        if core is not None:
            _bind(served.pid, {core})
        try:
            yield served
        finally:
            if core is not None:
                _bind(served.pid, cores)


def _bind(pid: int, cores: Collection[int]) -> None:
    """Let a process run on these cores only, with all its threads."""
    with suppress(psutil.NoSuchProcess):
        for thread in psutil.Process(pid).threads():
            with suppress(ProcessLookupError):  # it has ended
                os.sched_setaffinity(thread.id, cores)


@contextmanager
def _served(command: Sequence[str], settings: Mapping[str, str]) -> Iterator[Served]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
        environment = clean_environment(**{'database_url': f'sqlite:///{folder}/live.db', **settings})
        process = (_forked if _kept else _new)([*command, '--port', str(port)], folder, environment)
        try:
            _wait_for(f'http://127.0.0.1:{port}/', process, Path(folder, 'log'))
            yield Served(f'http://localhost:{port}', Path(folder, 'live.db'), process.pid)
        finally:
            end(process)


def _new(command: list[str], folder: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with Path(folder, 'log').open('wb') as log:
        return subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stdout=log, stderr=log)


def _forked(command: list[str], folder: str, environment: dict[str, str]) -> Forked:
    return fork(Program(command, folder, str(Path(folder, 'log')), environment, []))


def _wait_for(url: str, process: subprocess.Popen[bytes] | Forked, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError('the server did not start')


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values is."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], show: Callable[[str], None] = print) -> None:
    """Print a table as Markdown, which people can read as well."""
    cells = [list(columns)]
    cells += [[f'{cell:.1f}' if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
    for position, row in enumerate(cells):
        show('| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + ' |')
        if position == 0:
            show('|' + '|'.join('-' * (width + 2) for width in widths) + '|')
