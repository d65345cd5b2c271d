"""A process of the tests starts sooner: it keeps what it compiles, and collects no garbage while it finds the tests.

Each worker finds all of them. That took eleven seconds of a core, and takes three; the process that starts the workers
never collects any garbage, and has little.
"""

from __future__ import annotations

import gc
import os
import sys

gc.disable()
sys.dont_write_bytecode = False
os.environ.pop('PYTHONDONTWRITEBYTECODE', None)  # workers read what another process has compiled, as servers do


def pytest_collection_finish() -> None:
    """Collect garbage from now on, but never look at what was loaded: it stays."""
    gc.collect()
    gc.freeze()
    gc.enable()
