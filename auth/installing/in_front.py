# pyright: reportUnknownMemberType=false
"""Stands in front of an app, whatever serves it: ``ui.run``, uvicorn, a test, or our own server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp

from ..requests.asgi import App, Message, Receive, Scope, Send
from .cannot_start import CannotStart

log = logging.getLogger('live_sessions')


class InFront:
    """An ASGI app around the whole of another one: around its middleware, too, which is made when it is first called.

    :param app: the app; it stays what servers are given
    :param begin: called once, before the first request, and before the app starts if its server tells when that is
    """

    def __init__(self, app: FastAPI, begin: Callable[[App], App]) -> None:
        before = app.build_middleware_stack
        # Tests install one program after another in front of the same app; the one before is not behind this one.
        self.make_stack: Callable[[], ASGIApp] = before.front.make_stack if isinstance(before, _Front) else before
        self._begin = begin
        self._gateway: App | None = None
        self._stack: ASGIApp | None = None
        app.build_middleware_stack = _Front(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or what the server says of its own start and end."""
        if scope['type'] == 'lifespan':
            await self._live(scope, receive, send)
        else:
            await self._front()(scope, receive, send)

    def begin_or_exit(self) -> None:
        """Begin now, unless that was done.

        :raises SystemExit: if the app can't be served; NiceGUI would log any other error, and serve
        """
        try:
            self._front()
        except CannotStart as error:
            log.error('%s', error, extra={'event': 'cannot_start'})
            raise SystemExit(str(error)) from error

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = await receive()  # it is said that the app has to start
        try:
            front = self._front()
        except CannotStart as error:
            await send({'type': 'lifespan.startup.failed', 'message': str(error)})
            return
        said = [first]

        async def receiving() -> Message:
            return said.pop() if said else await receive()

        await front(scope, receiving, send)

    def _front(self) -> App:
        if self._gateway is None:
            self._gateway = self._begin(self._behind)
        return self._gateway

    async def _behind(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is behind the gateway; made after that, which adds to it."""
        if self._stack is None:
            self._stack = self.make_stack()
        await self._stack(scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Front:
    """What an app calls to make its middleware; returns what stands in front."""

    front: InFront

    def __call__(self) -> ASGIApp:
        return self.front
