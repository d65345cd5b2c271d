"""Serves an app of docs/examples, as ``EXAMPLE`` names it: ``python example.py --port …``; faster if it is told so.

Nothing in the app is changed but what a test has to choose: the port, and how long everything waits.
"""

from __future__ import annotations

import os
import runpy
import sys
from functools import partial
from typing import Any

import uvicorn
from nicegui import ui

import auth
from auth.credentials.passwords import Passwords
from tests.programs import CHEAP_PASSWORDS, SPEED
from tests.speed import timing_at

PORT = int(sys.argv[-1])
os.environ['PORT'] = str(PORT)  # for links in mails


class Faster(auth.LiveSessions):
    """Waits as long as the test says."""

    def __init__(self, **chosen: Any) -> None:
        passwords = Passwords(memory_kib=8, time_cost=1) if os.environ.get(CHEAP_PASSWORDS) else None
        super().__init__(timing=timing_at(float(os.environ.get(SPEED) or 1)), passwords=passwords, **chosen)


auth.LiveSessions = Faster
ui.run = partial(ui.run, host='127.0.0.1', port=PORT, reload=False, show=False)
run = uvicorn.run
uvicorn.run = lambda app, port: run(app, port=PORT)
runpy.run_path(os.environ['EXAMPLE'], run_name='__main__')
