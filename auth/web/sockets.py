"""What is known of one socket: where it comes from, whether it has joined a tab, and what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


async def do_nothing() -> None:
    """How a socket is closed that has no connection yet, or none any more."""


@dataclass(eq=False, slots=True)
class Socket:
    """One socket, whether it is a websocket or polls."""

    address: str
    counted_as: str
    """What it counts for while it has not joined a tab: its address, or the open tab that it names."""
    close: Callable[[], Awaitable[None]] = do_nothing
    sid: str = ''
    """Its id in Engine.IO."""
    polls: bool = False
    poll_waits: bool = False
    """Whether one of its polls waits for an answer."""
    joined: bool = False
    dropped: bool = False
    upgrading: bool = False
    complained: bool = False
    connects: int = 0
    """How often it has asked to connect to Socket.IO."""
    unhandled: int = 0
    """How many of its events wait to be handled, or are being handled."""
    unhandled_size: int = 0
    """Their characters."""
    deadline: asyncio.TimerHandle | None = None
