"""Files whose address names their version, such as Quasar: compressed and passed through NiceGUI once, then kept.

A browser that comes for the first time asks for twenty of them.
"""

from __future__ import annotations

from ..requests.asgi import App, Message, Receive, Scope, Send, header

MOST_BYTES = 16 * 2**20
"""Of all that is kept. What every page loads is 0.4 MB; the rest is what somebody asks for out of curiosity."""

_FOR_GOOD = b'max-age=31536000'
"""How an answer says that what is at its address never changes."""

_DEPENDS_ON = (b'range', b'if-none-match', b'if-modified-since', b'if-match', b'if-unmodified-since', b'if-range')
"""Headers of a request to which the whole file may not be the answer."""

_Key = tuple[str, bool]
_Headers = list[tuple[bytes, bytes]]


class KeptAnswers:
    """An ASGI app in front of another one, of which it keeps the answers that never change.

    :param app: answers what is not kept
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._kept: dict[_Key, tuple[_Headers, bytes]] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file."""
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
        elif key in self._kept:
            await _send(send, *self._kept[key])
        else:
            await self._make(key, scope, receive, send)

    async def _make(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, and hold the answer back until it is whole, if it is one to keep.

        When somebody leaves, Starlette stops reading the file, and ends the answer as if that was all of it.
        """
        headers: _Headers | None = None
        body = bytearray()
        has_left = False

        async def receiving() -> Message:
            nonlocal has_left
            message = await receive()
            has_left = has_left or message['type'] == 'http.disconnect'
            return message

        async def holding(message: Message) -> None:
            nonlocal headers
            if message['type'] == 'http.response.start' and _is_for_good(message):
                headers = _headers_of_a_whole_file(message)
            elif headers is None:
                await send(message)
            else:
                body.extend(message.get('body', b''))
                if not message.get('more_body') and not has_left:
                    headers.append((b'content-length', str(len(body)).encode()))
                    self._keep(key, headers, bytes(body))
                    await _send(send, headers, bytes(body))

        await self._app(scope, receiving, holding)

    def _keep(self, key: _Key, headers: _Headers, body: bytes) -> None:
        if key not in self._kept and self._bytes + len(body) <= MOST_BYTES:
            self._bytes += len(body)
            self._kept[key] = headers, body


def _key(scope: Scope) -> _Key | None:
    """What makes a difference to the whole file, or None where something else may be the answer."""
    if scope['method'] != 'GET' or scope['query_string'] or any(header(scope, name) for name in _DEPENDS_ON):
        return None
    return scope['path'], 'gzip' in (header(scope, b'accept-encoding') or '')  # as the middleware looks at it


def _is_for_good(start: Message) -> bool:
    return start['status'] == 200 and any(name.lower() == b'cache-control' and _FOR_GOOD in value
                                          for name, value in start['headers'])


def _headers_of_a_whole_file(start: Message) -> _Headers:
    """Take what is said of a file, but for its length; compressed, it has a weak tag.

    Those who have half of it would be sent the rest of the file as it is, which has the same tag (RFC 9110, 8.8.3.3).
    """
    given = [(bytes(name).lower(), bytes(value)) for name, value in start['headers']]
    is_compressed = any(name == b'content-encoding' for name, _ in given)
    return [(name, b'W/' + value if is_compressed and name == b'etag' and value.startswith(b'"') else value)
            for name, value in given if name != b'content-length']


async def _send(send: Send, headers: _Headers, body: bytes) -> None:
    await send({'type': 'http.response.start', 'status': 200, 'headers': [*headers]})
    await send({'type': 'http.response.body', 'body': body})
