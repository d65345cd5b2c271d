"""How messages get to the sockets of a tab."""

from __future__ import annotations

from engineio.async_socket import AsyncSocket
from socketio import AsyncServer

from auth.live.nicegui_private.socket_manager import SocketManager

TAB = 'the page of the tab'


def server_with(*socket_ids: str) -> tuple[AsyncServer, dict[str, AsyncSocket]]:
    """A server of sockets that are open, with nobody at their other end."""
    server = AsyncServer(async_mode='asgi')
    server.manager = SocketManager(server)
    for socket_id in socket_ids:
        server.eio.sockets[socket_id] = AsyncSocket(server.eio, socket_id)
    return server, server.eio.sockets


async def join(server: AsyncServer, socket_id: str, room: str) -> str:
    """Let a socket join a room; returns its id within the namespace."""
    sid = await server.manager.connect(socket_id, '/') or server.manager.sid_from_eio_sid(socket_id, '/')
    await server.enter_room(sid, room)
    return sid


def sent(socket: AsyncSocket) -> list[str]:
    """What waits to be sent through a socket."""
    return [socket.queue.get_nowait().encode() for _ in range(socket.queue.qsize())]


async def test_a_message_is_in_the_queue_of_its_tab_and_of_no_other_when_emit_returns() -> None:
    server, sockets = server_with('mine', 'other')
    await join(server, 'mine', TAB)
    await join(server, 'other', 'another tab')

    await server.emit('update', {'1': None, '_id': 0}, room=TAB)
    await server.emit('update', {'2': 'next', '_id': 1}, room=TAB)

    assert sent(sockets['mine']) == ['42["update",{"1":null,"_id":0}]', '42["update",{"2":"next","_id":1}]']
    assert sent(sockets['other']) == []


async def test_a_socket_that_has_closed_keeps_the_message_from_no_other() -> None:
    server, sockets = server_with('closed', 'open')
    await join(server, 'closed', TAB)
    await join(server, 'open', TAB)
    sockets['closed'].closed = True

    await server.emit('update', {}, room=TAB)

    assert sent(sockets['open']) == ['42["update",{}]']


async def test_a_message_may_hold_bytes() -> None:
    server, sockets = server_with('mine')
    await join(server, 'mine', TAB)

    await server.emit('update', {'sound': b'beep'}, room=TAB)

    assert sent(sockets['mine']) == ['451-["update",{"sound":{"_placeholder":true,"num":0}}]', b'beep']


async def test_whoever_is_left_out_gets_nothing_and_a_room_of_nobody_is_no_error() -> None:
    server, sockets = server_with('mine', 'other')
    left_out = await join(server, 'mine', TAB)
    await join(server, 'other', TAB)

    await server.emit('update', {}, room=TAB, skip_sid=left_out)
    await server.emit('update', {}, room='nobody is here')

    assert (sent(sockets['mine']), sent(sockets['other'])) == ([], ['42["update",{}]'])
