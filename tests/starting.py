"""A process of the tests starts sooner: it keeps what it compiles, and collects no garbage while it finds the tests.

Each worker finds all of them. That took eleven seconds of a core, and takes three; the process that starts the workers
never collects any garbage, and has little.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest

MEMORY = Path('/dev/shm')  # noqa: S108 (pytest makes a folder there that is its owner's alone)
ENOUGH = 4 * 1024 ** 3
"""Bytes that have to be free there; what tests that pass have written is taken away at once."""

SOME = 10_000
"""New objects after which garbage is collected. By itself, Python does after 700, most of which are in use then."""

gc.disable()
sys.dont_write_bytecode = False
os.environ.pop('PYTHONDONTWRITEBYTECODE', None)  # workers read what another process has compiled, as servers do
if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault('PYTEST_DEBUG_TEMPROOT', str(MEMORY))  # on a disk, each commit waits for it


def pytest_collection(session: pytest.Session) -> None:
    """Load the tests, each worker from another file on: what one of them has compiled, the others only read.

    What can't be loaded fails again when the tests are found, which tells it.
    """
    worker, workers = os.environ.get('PYTEST_XDIST_WORKER'), int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', '1'))
    if worker is None or workers == 1:
        return
    given = (Path(argument).resolve() for argument in session.config.args)
    files = sorted(file for folder in given for file in folder.rglob('test_*.py') if not _is_left_out(file, session))
    first = len(files) * int(worker.removeprefix('gw')) // workers
    for file in files[first:] + files[:first]:
        with suppress(Exception, pytest.skip.Exception):
            import_module('.'.join(file.relative_to(session.config.rootpath).with_suffix('').parts))


def _is_left_out(file: Path, session: pytest.Session) -> bool:
    ask = session.config.hook.pytest_ignore_collect
    return any(ask(collection_path=path, config=session.config) for path in (file.parent, file))


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but never look at what was loaded: it stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SOME)
    gc.enable()
