"""Servers forked off a process that has loaded their code already, because loading it takes longer than most tests.

A program runs as if it was started by itself: the same script as ``__main__``, with its own environment, folder and
output. tests/test_main.py starts the app the way that people do.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cache

import psutil

from tests.programs import ROOT, clean_environment


@dataclass(frozen=True)
class Program:
    """What to run, and how."""

    command: list[str]
    """The path of the script, and its arguments."""
    folder: str
    log: str
    """The file to which everything is added that it prints."""
    environment: dict[str, str]
    descriptors: list[int]
    """How many files and connections it may have, soft and hard; none to leave it as it is."""


class Forked:
    """A program that was started, with those methods of ``subprocess.Popen`` that tests need."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._process = psutil.Process(pid)
        except psutil.NoSuchProcess:  # it has ended already
            self._process = None

    def poll(self) -> int | None:
        """Give None while it runs; how it ended is not known."""
        return None if self._process and self._process.is_running() else 0

    def send_signal(self, number: int) -> None:
        """Pause it, let it go on, or end it; nothing happens to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended.

        :raises subprocess.TimeoutExpired: if it has not
        """
        try:
            if self._process:
                self._process.wait(timeout)
        except psutil.TimeoutExpired as error:
            raise subprocess.TimeoutExpired('python', error.seconds) from None
        return 0


def fork(program: Program) -> Forked:
    """Start a program."""
    forker = _forker()
    assert forker.stdin
    assert forker.stdout
    forker.stdin.write(json.dumps(asdict(program)) + '\n')
    forker.stdin.flush()
    pid = forker.stdout.readline()
    if not pid:
        raise RuntimeError('the process that starts servers has ended; above is what it said')
    return Forked(int(pid))


@cache
def _forker() -> subprocess.Popen[str]:
    """The process that has loaded the code; it ends with this one, whose end of the pipe is closed then."""
    return subprocess.Popen([sys.executable, '-m', 'tests.forker'], cwd=ROOT, env=clean_environment(), text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
