"""A piece of network that a test owns: it can fall silent, and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes on what is sent to its port, unless it is cut; then everything waits, and nobody is told."""

    target: int
    port: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_cut(self) -> bool:
        """Whether it passes nothing on."""
        return not self._open.is_set()

    def cut(self) -> None:
        """Pass nothing on."""
        self._open.clear()

    def mend(self) -> None:
        """Pass everything on, also what has waited."""
        self._open.set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect somebody who has connected to this relay."""
        try:
            other_reader, other_writer = await asyncio.open_connection('127.0.0.1', self.target)
        except OSError:
            writer.close()
            return
        for source, sink in ((reader, other_writer), (other_reader, writer)):
            task = asyncio.create_task(self._pass_on(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def hang_up(self) -> None:
        """End what is connected."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._open.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass  # one side has hung up
        finally:
            sink.close()
            with suppress(OSError):
                await sink.wait_closed()


@asynccontextmanager
async def relay_to(target: int, port: int = 0) -> AsyncIterator[Relay]:
    """Open a relay to a port of this machine.

    :param port: where; 0 is anywhere
    """
    relay = Relay(target)
    server = await asyncio.start_server(relay.take, '127.0.0.1', port)
    relay.port = server.sockets[0].getsockname()[1]
    relay.mend()
    try:
        yield relay
    finally:
        server.close()
        await relay.hang_up()
