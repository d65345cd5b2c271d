"""An author's app, for tests: ``python alone.py --port …`` serves it by ``ui.run``, or as ``SERVED_BY`` says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import app as nicegui_app
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


@public
@ui.page('/whole')
def whole() -> None:
    """A page that NiceGUI serves."""
    ui.label('A whole page')
    ui.link('Elsewhere', '/silent')


@ui.page('/silent')
def silent() -> None:
    """One that does not say who may see it."""
    ui.label('Something private')


app = FastAPI()


@private
@app.get('/api/items')
def items() -> list[int]:
    """An endpoint of somebody who is signed in."""
    return [1, 2]


@app.get('/of-the-app')
def of_the_app() -> str:
    """What the app had before."""
    return 'as before'


@public
@ui.page('/forgot-password')
def forgot_password() -> None:
    """In place of ours, in a frame of the author's."""
    ui.label('Ask the office')


nicegui_app.add_static_files('/static', Path(__file__).parent)

PAGES = {'/': home, '/notes': notes, '/admin/policy': None}

if SERVED_BY == 'ui.run':
    sessions.install(pages=PAGES)
    ui.run(port=PORT, host='127.0.0.1', reload=False, show=False, storage_secret='a secret of the author')
else:
    sessions.install(None if SERVED_BY == 'nobody in front' else app, pages=PAGES, open_paths=['/of-the-app'])
    ui.run_with(app, mount_path='/gui' if SERVED_BY == 'mounted' else '/', storage_secret='a secret of the author')
    uvicorn.run(app, port=PORT, log_level='error')
