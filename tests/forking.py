"""The loop of a process that has loaded code, and forks a program for each line that it reads; see tests/forks.py.

It needs nothing but Python, so that it runs in an environment that has none of the tests, too.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import runpy
import signal
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path


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


def fork_until_nobody_asks() -> None:
    """Fork until nobody can ask any more, then end all programs that still run: whoever asked has ended, and may have
    been killed.

    What is loaded by now is never looked at by the garbage collector of a program, whose memory it would become then.
    """
    gc.collect()
    gc.freeze()
    os.setpgid(0, 0)  # its own group: programs are in it, and whoever asks is not
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # or those that have ended would stay as zombies
    program = _next_program()
    if program is None:
        os.killpg(0, signal.SIGKILL)  # this process as well
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _become(program)
    runpy.run_path(program.command[0], run_name='__main__')


def _next_program() -> Program | None:
    """Give each forked process what it has to run; the first process gets out of here only at the end, with None."""
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            return Program(**json.loads(line))
        print(pid, flush=True)
    return None


def _become(program: Program) -> None:
    """Be that program in everything but what is run."""
    with open(os.devnull) as nothing, open(program.log, 'ab') as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if program.descriptors:
        resource.setrlimit(resource.RLIMIT_NOFILE, (program.descriptors[0], program.descriptors[-1]))
    os.chdir(program.folder)
    os.environ.clear()
    os.environ.update(program.environment)
    sys.argv = program.command
    sys.path[0] = str(Path(program.command[0]).parent)


if __name__ == '__main__':
    for name in sys.argv[1:]:
        import_module(name)
    fork_until_nobody_asks()
