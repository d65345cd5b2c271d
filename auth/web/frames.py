# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""What a socket may send: only what pages send.

A frame is a packet of Engine.IO: a digit and its data. A 4 is a message, which is a packet of Socket.IO: again a digit
and its data. Pages connect, disconnect and emit events, all of them as text. They never

* announce bytes, which Socket.IO would collect without limit,
* acknowledge anything, since nothing asks them to,
* emit an event with a name of the protocol's own, which would reach a handler that expects the server's data.
"""

from __future__ import annotations

from collections.abc import Iterator

from socketio.packet import CONNECT, Packet

MAX_POLLED_PACKETS = 128
"""Packets in one request of a socket that polls; a page that was away for a while sends all that it has kept."""

_WHOLE = {'1', '3', '40', '41'}
"""Close, pong, connect, disconnect."""

_UPGRADE = {'2probe', '5'}
"""Sent through a websocket to which a socket that polls is upgraded."""


_OF_THE_PROTOCOL = {'connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener', '*',
                    '__disconnect_final'}
"""Names that Socket.IO's own client refuses to emit, and that its server gives a meaning of their own."""


class Refused(Exception):
    """No page sends this. The message says what is wrong, and quotes nothing of it."""


def check_frame(frame: str | bytes, *, upgrading: bool = False) -> None:
    """Check one frame before Engine.IO and Socket.IO read it.

    :param upgrading: whether it comes through a websocket to which a socket that polls is upgraded
    :raises Refused: if no page sends it
    """
    if isinstance(frame, bytes) or frame.startswith('b'):
        raise Refused('bytes')
    if frame in _WHOLE or (upgrading and frame in _UPGRADE):
        return
    if not frame.startswith(('40', '42')):
        raise Refused('a packet of a kind that no page sends')
    _check_message(frame[1:])


def check_body(body: bytes) -> None:
    """Check what a socket that polls sends in one request.

    :raises Refused: if no page sends it
    """
    for frame in _frames(body):
        check_frame(frame)


def is_event(message: str) -> bool:
    """Tell whether a checked message is an event."""
    return message.startswith('2')


def is_connect(message: str) -> bool:
    """Tell whether a checked message asks to connect."""
    return message.startswith('0')


def _frames(body: bytes) -> Iterator[str]:
    try:
        frames = body.decode().split('\x1e')
    except UnicodeDecodeError as error:
        raise Refused('something that is no text') from error
    if len(frames) > MAX_POLLED_PACKETS:
        raise Refused('too many packets in one request')
    yield from frames


def _check_message(message: str) -> None:
    try:
        packet = Packet(encoded_packet=message)
    except (ValueError, TypeError, IndexError, RecursionError) as error:
        raise Refused('a packet that cannot be read') from error
    if packet.namespace is not None or packet.attachment_count:
        raise Refused('a packet of a kind that no page sends')
    if packet.packet_type == CONNECT:
        return
    if not isinstance(packet.data, list) or not packet.data or not isinstance(packet.data[0], str):
        raise Refused('an event without a name')
    if packet.data[0] in _OF_THE_PROTOCOL:
        raise Refused("an event with a name of the protocol's own")
