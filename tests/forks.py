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
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import psutil

from tests.forking import Program
from tests.programs import ROOT, clean_environment

RUN_SECONDS = 100


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


class Forker:
    """A process that has loaded code, and forks programs; they end with this one, whose end of the pipe is closed then.

    :param command: what it loads, and then reads lines; see tests/forking.py
    """

    def __init__(self, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(command, cwd=folder, env=environment, text=True, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)

    def fork(self, program: Program) -> Forked:
        """Start a program."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(program)) + '\n')
        self._process.stdin.flush()
        pid = self._process.stdout.readline()
        if not pid:
            raise RuntimeError('the process that starts servers has ended; above is what it said')
        return Forked(int(pid))

    def close(self) -> None:
        """End it, and its programs."""
        with self._process:
            pass


def fork(program: Program) -> Forked:
    """Start a program."""
    return _forker().fork(program)


def printed_by(script: Path, folder: Path, *arguments: str, **settings: Any) -> str:
    """Run a program that ends by itself, in a folder; returns what it has printed, on either way."""
    program, log = _begun(script, folder / 'printed', *arguments, **settings)
    program.wait(RUN_SECONDS)
    return log.read_text(encoding='utf-8')


def printed_at_once(code: str, folder: Path, **settings: Any) -> list[str]:
    """Run a few lines in two processes that start at once, and wait for both; returns what each has printed."""
    script = folder / 'program.py'
    script.write_text(code, encoding='utf-8')
    both = [_begun(script, folder / f'{number}.printed', **settings) for number in range(2)]
    for program, _ in both:
        program.wait(RUN_SECONDS)
    return [log.read_text(encoding='utf-8') for _, log in both]


def _begun(script: Path, log: Path, *arguments: str, **settings: Any) -> tuple[Forked, Path]:
    return fork(Program([str(script), *arguments], str(log.parent), str(log), clean_environment(**settings), [])), log


@cache
def _forker() -> Forker:
    """The process that has loaded the code of our servers."""
    return Forker([sys.executable, '-m', 'tests.forker'], ROOT, clean_environment())
