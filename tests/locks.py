"""Locks that all processes that run tests on this machine share, of one run or of several."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = Path(tempfile.gettempdir()) / f'live-sessions-tests-{os.getuid()}'


@contextmanager
def locked(name: str) -> Generator[None]:
    """Wait until nobody else holds this lock, and hold it. The system frees it when a process ends, however it does."""
    file = _open(name)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def lock_for_good(name: str) -> bool:
    """Hold this lock until the process ends; returns whether it was free."""
    file = _open(name)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    return True


def _open(name: str) -> int:
    _FOLDER.mkdir(exist_ok=True)
    return os.open(_FOLDER / name, os.O_RDWR | os.O_CREAT, 0o600)
