"""Bodies of HTTP requests: read whole or not at all, with a limit, and handed on."""

from __future__ import annotations

from ..requests.asgi import Message, Receive, Scope, Send, header
from .answers import send_answer


class BrokenOff(Exception):
    """Whoever sends a body has left before its end: half of it may mean something else, such as a shorter password."""


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """Read a body; None if it is longer than allowed.

    :raises BrokenOff: if its end does not come
    """
    announced = header(scope, b'content-length') or '0'
    if not announced.isdecimal() or int(announced[:20]) > limit:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message['type'] == 'http.disconnect':
            raise BrokenOff
        body += message.get('body', b'')
        if len(body) > limit:
            return None
        if not message.get('more_body'):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Let a body that was read be read once more."""
    left = [body]

    async def receiving() -> Message:
        return {'type': 'http.request', 'body': left.pop(), 'more_body': False} if left else await receive()

    return receiving


async def refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    """Answer a request with an error, or close a websocket."""
    if scope['type'] == 'websocket':
        await send({'type': 'websocket.close'})  # answered with 403
        return
    await send_answer(send, status, text)
