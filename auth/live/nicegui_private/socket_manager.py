# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingParameterType=false, reportUnknownParameterType=false
"""The rooms of the sockets, of which each tab is one: what is sent to a tab is handed to its socket at once.

Private: ``core.sio.manager``, and of Socket.IO how a message is encoded and put into the queue of a socket.
Public way: ``socketio.AsyncManager``, which is there if this one is not put in its place.
Guarded by tests/auth/test_socket_manager.py.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE
from engineio.packet import Packet as Frame
from socketio import AsyncManager, AsyncServer
from socketio.packet import EVENT
from socketio.packet import Packet as Message


class SocketManager(AsyncManager):
    """Sends without a task for each message.

    Socket.IO's own manager makes a task for each message, which puts it into the queue of a socket, and waits for it.
    That pays for a room with many sockets. A tab has one, and its queue takes every message at once; when an end is
    told to many tabs, the tasks take a fifth of the time (benchmarks/fan_out.py).

    :param sockets: whose rooms they are
    """

    def __init__(self, sockets: AsyncServer) -> None:
        super().__init__()
        self._sockets = sockets
        self.set_server(sockets)

    async def emit(self, event: str, data: Any, namespace: str, room: str | None = None, skip_sid: Any = None,
                   callback: Any = None, to: str | None = None, **kwargs: Any) -> None:
        """Send an event to the sockets of a room."""
        if callback or skip_sid or isinstance(data, tuple):  # nothing here sends so
            await super().emit(event, data, namespace, room, skip_sid, callback, to, **kwargs)
            return
        if namespace not in self.rooms:
            return
        try:
            encoded = Message(EVENT, [event, data], namespace, binary=False).encode()
        except TypeError:  # it holds bytes; to look for them in every message would take longer than to encode it
            encoded = Message(EVENT, [event, data], namespace).encode()
        frames = [Frame(MESSAGE, part) for part in (encoded if isinstance(encoded, list) else [encoded])]
        for _, socket_id in list(self.get_participants(namespace, to or room)):
            with suppress(SocketIsClosedError):
                for frame in frames:
                    await self._sockets.eio.send_packet(socket_id, frame)
