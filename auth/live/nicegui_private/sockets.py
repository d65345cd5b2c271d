# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportMissingTypeStubs=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
"""NiceGUI's sockets: its handlers, and which socket has joined which page.

Private: ``nicegui.nicegui._on_connect``, ``_on_handshake``, ``_on_disconnect``, ``_on_event``, ``_on_ack``,
``_on_javascript_response``, and ``core.sio``, whose rooms are named by the ids of pages.
Public way: ``app.on_connect``, ``app.on_disconnect`` and event handlers; they are called after NiceGUI has let the
socket in, and has taken its word for which page an event is of.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import nicegui.nicegui as server
from nicegui import core
from socketio.exceptions import ConnectionRefusedError

from .socket_manager import SocketManager

Environ = dict[str, Any]
Message = dict[str, Any]

app: Any = server.sio_app
"""The sockets as an ASGI app."""

JoinRefused = ConnectionRefusedError
"""Raised by a handler to refuse a socket, with a reason for the browser."""

RELOAD = 'Implicit handshake failed'
"""The one reason at which NiceGUI's page reloads itself, and so comes back with the cookie it has now."""


def replace_handlers(handlers: Mapping[str, Callable[..., Awaitable[Any]]]) -> None:
    """Put these in the place of NiceGUI's own."""
    for event, handler in handlers.items():
        core.sio.on(event, handler)


def send_without_tasks() -> None:
    """Send each message at once; see ``SocketManager``."""
    core.sio.manager = SocketManager(core.sio)


def allow_origins(is_allowed: Callable[[str | None, Environ | None], bool]) -> None:
    """Accept sockets only of pages from these origins."""
    core.sio.eio.cors_allowed_origins = is_allowed


def ping_every(seconds: float) -> None:
    """Ping more often than NiceGUI sets up when it starts; as long as with its own, in all."""
    core.sio.eio.ping_interval = core.sio.eio.ping_timeout = seconds


async def join(sid: str, environ: Environ) -> None:
    """Let a socket join the page that it names.

    :raises KeyError: if it names none
    :raises ValueError: if what it sends is malformed
    """
    await server._on_connect(sid, environ)


async def join_late(sid: str, message: Message) -> bool:
    """The same for a page that was prefetched, which joins later than its socket connects."""
    return await server._on_handshake(sid, message)


def leave(sid: str) -> None:
    """Let a socket leave its page."""
    server._on_disconnect(sid)


def handle_event(message: Message) -> None:
    """Call the handlers of what was clicked, typed or the like."""
    server._on_event('', message)


def handle_javascript_response(message: Message) -> None:
    """Go on with what has awaited a script."""
    server._on_javascript_response('', message)


def acknowledge(sid: str, message: Message) -> None:
    """Forget the messages that a browser has received."""
    server._on_ack(sid, message)


def has_joined(sid: str, page_id: str) -> bool:
    """Whether a socket has joined a page."""
    return page_id in core.sio.rooms(sid)


def sockets_of(page_id: str) -> list[str]:
    """The sockets that have joined a page."""
    return [sid for sid, _ in core.sio.manager.get_participants('/', page_id)]


async def throw_out(sid: str, page_id: str) -> None:
    """Let a socket leave a page at once, and disconnect it."""
    await core.sio.leave_room(sid, page_id)
    await core.sio.disconnect(sid)


def environ_of(sid: str) -> Environ:
    """The request with which a socket was opened."""
    return core.sio.get_environ(sid) or {}
