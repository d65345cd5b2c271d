"""A process that a test plays itself: it notes what reaches it, and answers as the test wants."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.ports import free_port


@dataclass
class Upstream:
    """What nginx takes for a process of the app."""

    port: int = field(default_factory=free_port)
    requests: list[str] = field(default_factory=list)
    """The heads of the requests that came, in small letters."""
    dies: bool = False
    """Whether it hangs up when it has read a request, as a process does that is killed."""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer somebody who has connected."""
        try:
            head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1').lower()
            self.requests.append(head)
            if not self.dies:
                writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nanswered')
                await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # somebody looked whether the port is open
        finally:
            writer.close()


@asynccontextmanager
async def upstream(port: int | None = None) -> AsyncIterator[Upstream]:
    """Play a process, on a port of its own or on the given one."""
    played = Upstream(port or free_port())
    server = await asyncio.start_server(played.answer, '127.0.0.1', played.port)
    try:
        yield played
    finally:
        server.close()
        await server.wait_closed()
