"""Programs that start programs of their own: a browser, its driver, its screen. Nothing of them stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

START_SECONDS = 60
_END_SECONDS = 10

# It waits until the other end of its input is closed, which also happens when whoever holds that is killed.
_KEEPER = '''"$@" & program=$!
trap '' TERM
read -r _
kill -s TERM -- -$$
wait $program
kill -s KILL -- -$$'''

_WITHOUT_A_DESKTOP = {'DBUS_SESSION_BUS_ADDRESS': 'disabled:', 'GSETTINGS_BACKEND': 'memory', 'NO_AT_BRIDGE': '1',
                      'LC_ALL': 'C.UTF-8'}


@contextmanager
def family(*command: str, environment: Mapping[str, str], log: Path) -> Generator[None]:
    """Run a program; at the end of the block, or of this process, end it and whatever it has started."""
    with log.open('ab') as output:
        keeper = subprocess.Popen(['sh', '-c', _KEEPER, 'sh', *command], env=environment, start_new_session=True,
                                  stdin=subprocess.PIPE, stdout=output, stderr=output)
    try:
        yield
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            keeper.wait(_END_SECONDS)
        kill_family(keeper)


def kill_family(process: subprocess.Popen[Any]) -> None:
    """Kill what was started with a session of its own, with all that it has started, and wait until nothing of it is
    left: it may write files until then."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    wait_until(lambda: not _lives(process.pid), _END_SECONDS)


@contextmanager
def home() -> Generator[tuple[Path, dict[str, str]]]:
    """Make a home folder of its own for a browser, and the environment that names it."""
    with tempfile.TemporaryDirectory(prefix='live-sessions-engine-') as name:
        own = dict.fromkeys(('HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR'), name)
        yield Path(name), {**os.environ, **own, **_WITHOUT_A_DESKTOP}


def wait_until(condition: Callable[[], object], seconds: float = START_SECONDS) -> None:
    """Wait until something is so.

    :raises TimeoutError: if it takes too long
    """
    latest = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > latest:
            raise TimeoutError
        time.sleep(0.02)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
