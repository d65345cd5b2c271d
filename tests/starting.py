"""A process of the tests starts sooner: it keeps what it compiles, and collects no garbage while it finds the tests.

Each worker finds all of them. That took eleven seconds of a core, and takes three; the process that starts the workers
never collects any garbage, and has little.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from pathlib import Path

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


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but never look at what was loaded: it stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SOME)
    gc.enable()
