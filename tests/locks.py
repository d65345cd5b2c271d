"""Locks that all processes that run tests on this machine share, of one run or of several."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = Path(tempfile.gettempdir()) / f'live-sessions-tests-{os.getuid()}'


def lock_for_good(name: str) -> bool:
    """Hold this lock until the process ends; returns whether it was free. The system frees it then."""
    file = _open(name)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    return True


@contextmanager
def held(name: str, folder: Path = _FOLDER) -> Generator[None]:
    """Hold this lock within the block, and wait for whoever holds it."""
    file = _open(name, folder)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _open(name: str, folder: Path = _FOLDER) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return os.open(folder / f'.{name}.lock', os.O_RDWR | os.O_CREAT, 0o600)
