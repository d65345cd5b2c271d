"""A site that does not begin at ``/``: because it is mounted within another app, or a proxy has put it below a path.

The gateway sees each request as if the site began at ``/``. The app behind it sees it as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..requests.asgi import App, Message, Receive, Scope, Send
from ..requests.base import base_of, path_below, set_base

_CAME = 'live_sessions.came'
"""The key under which the scope holds how a request came."""

BESIDE = 'live_sessions.beside'
"""The key under which the scope says that a request is for the app around the site, where no page of it is."""

_REPORTS = b'report-uri /'


@dataclass(slots=True)
class _Came:
    """How a request came, and whether it was let through to the app, whose answers are not touched."""

    prefix: str
    """What stood before the path that the gateway sees."""
    root_path: str
    passed: bool = False


def as_it_came(scope: Scope) -> Scope:
    """The request as the app sees it."""
    came: _Came | None = scope.get(_CAME)
    return scope if came is None else {**scope, 'path': came.prefix + scope['path'], 'root_path': came.root_path}


class Mounted:
    """An ASGI app that gives the gateway what is below a base, and tells it what is beside it.

    :param make_front: makes the gateway, given what is behind it
    :param behind: the app
    :param mount_path: where the site is mounted in it; '' if it is the whole app
    :param root_path: below which path a proxy has put the app, if its server does not know
    """

    def __init__(self, make_front: Callable[[App], App], behind: App, mount_path: str, root_path: str) -> None:
        self._behind = behind
        self._mount_path = mount_path.rstrip('/')
        self._root_path = root_path
        self._front = make_front(self._as_it_came)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the other app answer."""
        if scope['type'] == 'lifespan':
            await self._behind(scope, receive, send)
            return
        if self._root_path and not base_of(scope):
            scope['path'] = self._root_path + path_below({**scope, 'root_path': self._root_path})
            scope['root_path'] = self._root_path
        below = path_below(scope)
        if self._mount_path and below != self._mount_path and not below.startswith(f'{self._mount_path}/'):
            scope[BESIDE] = True
            await self._front(scope, receive, send)
            return
        base = base_of(scope) + self._mount_path
        set_base(base)
        if not base:
            await self._front(scope, receive, send)
            return
        path = below[len(self._mount_path):]
        came = _Came(scope['path'].removesuffix(path), scope.get('root_path', ''))
        as_ours = {_CAME: came, 'root_path': '', 'path': path or '/'}
        if scope['type'] == 'websocket':
            scope.update(as_ours)  # the same object: its server looks there how to refuse it
        else:
            scope = {**scope, **as_ours}
        await self._front(scope, receive, _with_base(send, base, came))

    async def _as_it_came(self, scope: Scope, receive: Receive, send: Send) -> None:
        came: _Came | None = scope.get(_CAME)
        if came is not None:
            came.passed = True
        await self._behind(as_it_came(scope), receive, send)


def _with_base(send: Send, base: str, came: _Came) -> Send:
    """Put the base before the addresses in headers that the gateway writes."""
    encoded = base.encode()

    def of(name: bytes, value: bytes) -> bytes:
        if name == b'location' and not came.passed and value.startswith(b'/'):
            return encoded + value
        if name == b'content-security-policy':
            return value.replace(_REPORTS, b'report-uri ' + encoded + b'/')
        return value

    async def sending(message: Message) -> None:
        if message['type'] == 'http.response.start':
            message = {**message, 'headers': [(name, of(name, value)) for name, value in message['headers']]}
        await send(message)

    return sending
