"""The process that has loaded the code of servers, and forks one for each line that it reads; see tests/forks.py.

A server loads a third of its code only when it starts, so that programs which start none do without. Here it is loaded
before, too.
"""

from __future__ import annotations

import tempfile

import anyio._backends._asyncio  # noqa: F401
import uvicorn.lifespan.on
import uvicorn.loops.auto  # noqa: F401
import uvloop  # noqa: F401
from nicegui import ui

import auth.installing.building  # noqa: F401
import tests.apps.serve  # noqa: F401 (this is what takes longest)
from auth.requests.user_agents import read_user_agent
from models import migrate
from tests.forking import fork_until_nobody_asks

LOADED_WHEN_NAMED = (ui.run_with, ui.html, ui.icon, ui.input, ui.header, ui.footer, ui.left_drawer, ui.page_title)
"""What NiceGUI loads as soon as a program mentions it."""

if __name__ == '__main__':
    read_user_agent('Mozilla/5.0')  # which compiles a table, at the first request
    with tempfile.TemporaryDirectory() as folder:
        migrate(f'sqlite:///{folder}/first.db')  # which loads what migrates
    fork_until_nobody_asks()
