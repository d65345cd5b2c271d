"""Answers that are given before a request reaches NiceGUI."""

from __future__ import annotations

from ..requests.asgi import Send


async def send_answer(send: Send, status: int, text: str, *headers: tuple[bytes, bytes],
                      kind: str = 'text/plain; charset=utf-8') -> None:
    """Send a whole answer, which nobody may keep."""
    body = text.encode()
    await send({'type': 'http.response.start', 'status': int(status),
                'headers': [(b'content-type', kind.encode()), (b'cache-control', b'no-store'),
                            (b'content-length', str(len(body)).encode()), *headers]})
    await send({'type': 'http.response.body', 'body': body})
