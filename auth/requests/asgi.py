"""The words of ASGI, in which requests reach us, and what is read from them in more than one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE_METHODS = frozenset({'GET', 'HEAD'})
"""Those that only read (RFC 9110, 9.2.1), as far as anything here answers them."""


def header(scope: Scope, name: bytes) -> str | None:
    """Read a header by its name in lower case; None if it is not there."""
    return next((value.decode('latin-1') for key, value in scope['headers'] if key == name), None)
