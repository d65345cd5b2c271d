"""A connection to a PostgreSQL server as a line that may go dead, and that can be hung up at any moment."""

from __future__ import annotations

import asyncio
import os
import select
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

Line = psycopg.AsyncConnection[Any]


@contextmanager
def hang_up_after(seconds: float, line: Line) -> Generator[None]:
    """Hang up a line on which there is no answer in time, so that whoever waits for it gets an error.

    To cancel the wait would not do: the driver would then ask the server, which does not answer, to cancel.
    """
    timer = asyncio.get_running_loop().call_later(seconds, hang_up, line)
    try:
        yield
    finally:
        timer.cancel()


def hang_up(line: Line) -> None:
    """End what is sent and received, whoever waits for it."""
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(line.fileno())) as dead:
        dead.shutdown(socket.SHUT_RDWR)


def was_hung_up(line: Line) -> bool:
    """Tell whether the other side has hung up, or is about to: something has come that nobody asked for."""
    if line.closed:
        return True
    poll = select.poll()  # and not select(), which knows no line beyond the 1,024th of a process
    poll.register(line.fileno(), select.POLLIN)
    return bool(poll.poll(0))
