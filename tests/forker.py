"""The process that has loaded the code of servers, and forks one for each line that it reads; see tests/forks.py."""

from __future__ import annotations

import json
import os
import resource
import runpy
import signal
import sys
from pathlib import Path

import tests.apps.serve  # noqa: F401 (this is what takes long)
from tests.forks import Program


def main() -> None:
    """Fork until nobody can ask any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # or those that have ended would stay as zombies
    program = _next_program()
    if program is not None:
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
    main()
