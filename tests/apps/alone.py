"""An author's app, for tests: ``python alone.py --port …`` serves it by ``ui.run``, or as ``SERVED_BY`` says."""

from __future__ import annotations

import os
import sys

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from auth import LiveSessions, private, public
from auth.components import SessionLabel

PORT = int(sys.argv[-1])
SERVED_BY = os.environ.get('SERVED_BY', 'ui.run')

sessions = LiveSessions()


@public
def home() -> None:
    """A page of everybody's, in our shell."""
    ui.label('The home of an author')


@private
def notes() -> None:
    """A private one."""
    SessionLabel()


app = FastAPI()


@app.get('/of-the-app')
def of_the_app() -> str:
    """What the app had before."""
    return 'as before'


PAGES = {'/': home, '/notes': notes, '/admin/policy': None}

if SERVED_BY == 'ui.run':
    sessions.install(pages=PAGES)
    ui.run(port=PORT, host='127.0.0.1', reload=False, show=False, storage_secret='a secret of the author')
else:
    sessions.install(app if SERVED_BY == 'uvicorn, around' else None, pages=PAGES, open_paths=['/of-the-app'])
    ui.run_with(app, storage_secret='a secret of the author')
    uvicorn.run(app, port=PORT, log_level='error')
