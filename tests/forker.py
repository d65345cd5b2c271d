"""The process that has loaded the code of servers, and forks one for each line that it reads; see tests/forks.py.

A server loads a third of its code only when it starts, so that programs which start none do without. Here it is loaded
before, too; and none of it is ever looked at by the garbage collector of a server, whose memory it would become then.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import runpy
import signal
import sys
import tempfile
from pathlib import Path

import anyio._backends._asyncio  # noqa: F401
import uvicorn.lifespan.on
import uvicorn.loops.auto  # noqa: F401
import uvloop  # noqa: F401
from nicegui import ui

import auth.installing.building  # noqa: F401
import tests.apps.serve  # noqa: F401 (this is what takes longest)
from models import migrate
from tests.forks import Program

LOADED_WHEN_NAMED = (ui.run_with, ui.html, ui.icon, ui.input, ui.header, ui.footer, ui.left_drawer, ui.page_title)
"""What NiceGUI loads as soon as a program mentions it."""


def main() -> None:
    """Fork until nobody can ask any more."""
    with tempfile.TemporaryDirectory() as folder:
        migrate(f'sqlite:///{folder}/first.db')  # which loads what migrates
    gc.collect()
    gc.freeze()
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
