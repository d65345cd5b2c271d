"""The app over TLS, and other hosts of its domain that belong to somebody else, for a real browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme
import uvicorn

from auth.requests.asgi import App, Receive, Scope, Send, header
from tests.ports import free_port

DOMAIN = 'example.localhost'
"""Browsers find whatever ends like this on their own machine."""
OURS, THEIRS = f'app.{DOMAIN}', f'evil.{DOMAIN}'


@dataclass
class Neighbours:
    """The hosts of one domain, all at one port.

    :param app: what is served under the name ``OURS``
    """

    app: App
    port: int = field(default_factory=free_port)
    planted: list[bytes] = field(default_factory=list)
    """The ``Set-Cookie`` headers that any other host answers with."""

    @property
    def ours(self) -> str:
        """Where the app is."""
        return f'https://{OURS}:{self.port}'

    @property
    def theirs(self) -> str:
        """Where somebody plants cookies."""
        return f'https://{THEIRS}:{self.port}'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve whichever host is asked."""
        if (header(scope, b'host') or '').startswith(OURS):
            await self.app(scope, receive, send)
            return
        await send({'type': 'http.response.start', 'status': 200, 'headers': [
            (b'content-type', b'text/html'), *((b'set-cookie', cookie) for cookie in self.planted)]})
        await send({'type': 'http.response.body', 'body': b'planted'})


@asynccontextmanager
async def neighbours(app: App, folder: Path) -> AsyncIterator[Neighbours]:
    """Serve them."""
    served = Neighbours(app)
    trustme.CA().issue_cert(OURS, THEIRS).private_key_and_cert_chain_pem.write_to_path(folder / 'certificate.pem')
    server = uvicorn.Server(uvicorn.Config(served, port=served.port, log_level='warning', lifespan='off', ws='none',
                                           ssl_certfile=folder / 'certificate.pem'))
    async with serving(server):
        yield served


@asynccontextmanager
async def serving(server: uvicorn.Server) -> AsyncIterator[None]:
    """Have a server run in this process meanwhile."""
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await running
