"""Answers that are given before a request reaches NiceGUI."""

from __future__ import annotations

from ..requests.asgi import Message, Scope, Send


async def send_answer(send: Send, status: int, text: str, *headers: tuple[bytes, bytes],
                      kind: str = 'text/plain; charset=utf-8') -> None:
    """Send a whole answer, which nobody may keep."""
    body = text.encode()
    await send({'type': 'http.response.start', 'status': int(status),
                'headers': [(b'content-type', kind.encode()), (b'cache-control', b'no-store'),
                            (b'content-length', str(len(body)).encode()), *headers]})
    await send({'type': 'http.response.body', 'body': body})


ONLY_HEADERS = 'live_sessions.only_headers'
"""The key under which the scope of a request says that nothing but the headers of its answer is asked for."""


def as_get(scope: Scope) -> Scope:
    """The request as one for the whole, where only its headers are asked for; its server must not see the change."""
    return {**scope, 'method': 'GET', ONLY_HEADERS: True} if scope['method'] == 'HEAD' else scope


def without_body(send: Send) -> Send:
    """Send the headers of an answer and nothing after them, as is due to a HEAD (RFC 9110, 9.3.2)."""
    async def sending(message: Message) -> None:
        await send(message if message['type'] != 'http.response.body' else {**message, 'body': b''})

    return sending
