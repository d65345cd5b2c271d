"""A bare Starlette route that does what a session check can't do without: one hash and one look-up."""

from __future__ import annotations

import argparse
import hashlib
import sqlite3

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

database = sqlite3.connect('bare.db', isolation_level=None)
database.execute('PRAGMA journal_mode=WAL')
database.execute('CREATE TABLE session (hash TEXT PRIMARY KEY, user TEXT)')
database.executemany('INSERT INTO session VALUES (?, ?)',
                     [(hashlib.sha256(str(number).encode()).hexdigest(), str(number)) for number in range(1000)])


def client(request: Request) -> JSONResponse:
    """Look a cookie up."""
    digest = hashlib.sha256(request.cookies.get('__client', '').encode()).hexdigest()
    found = database.execute('SELECT user FROM session WHERE hash = ?', [digest]).fetchone()
    return JSONResponse({'response': found, 'client': None})


async def client_route(request: Request) -> JSONResponse:
    """The route; asynchronous, so that no thread is needed."""
    return client(request)


parser = argparse.ArgumentParser()
parser.add_argument('--port', type=int, required=True)
uvicorn.run(Starlette(routes=[Route('/client', client_route)]), port=parser.parse_args().port, log_level='warning')
