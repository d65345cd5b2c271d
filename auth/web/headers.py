"""The headers of every answer, and those of a request that nothing behind the gateway may see."""

from __future__ import annotations

from ..requests.asgi import Message, Scope, Send

HEADERS = (
    (b'x-content-type-options', b'nosniff'),
    (b'referrer-policy', b'same-origin'),
    (b'cross-origin-opener-policy', b'same-origin'),
    (b'content-security-policy', b"frame-ancestors 'self'; base-uri 'none'; object-src 'none'; form-action 'self'"),
)
"""What every answer has."""

_DROPPED = b'x-forwarded-prefix'
"""NiceGUI believes this header from anybody and writes it into the page."""


def drop_forged_headers(scope: Scope) -> None:
    """Take away what a visitor could forge."""
    scope['headers'] = [header for header in scope['headers'] if header[0] != _DROPPED]


def with_headers(send: Send) -> Send:
    """Add to an answer what every answer has."""
    async def sending(message: Message) -> None:
        if message['type'] == 'http.response.start':
            message['headers'] = [*message['headers'], *HEADERS]
        await send(message)

    return sending
