"""Runs the app that ``EXAMPLE`` names, at the port that ``PORT`` says; imports nothing of ours."""

import os
import runpy
from functools import partial

import uvicorn
from nicegui import ui

port, run = int(os.environ['PORT']), uvicorn.run
ui.run = partial(ui.run, host='127.0.0.1', port=port, reload=False, show=False)
uvicorn.run = lambda app, **_: run(app, port=port)
runpy.run_path(os.environ['EXAMPLE'], run_name='__main__')
