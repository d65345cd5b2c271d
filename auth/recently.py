"""``@recently_authenticated``: a page, a handler or an endpoint that takes a password given a moment ago."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from .access import Recently, mark_recently


def recently_authenticated(*, minutes: float | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let only somebody do something who has given their password a moment ago, in the session in which they do it.

    On a page, below ``@private`` or ``@admin_only``: the page asks for the password first, and then shows itself. On a
    handler of events: a dialog asks, and then the handler is called as it would have been. On an endpoint of FastAPI
    that takes a ``Request``: whoever may not gets the 403 of the Frontend API, or its 401 if nobody is signed in.

    What is decorated is called with ``await``. It is asked of the store right before.

    :param minutes: how long ago it may have been; by default ``RECENT_AUTHENTICATION_MINUTES``
    :raises ValueError: if that is no time
    """
    if minutes is not None and not 0 < minutes < float('inf'):
        raise ValueError('minutes must be a number above 0')

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        async def guarded(*given: Any, **named: Any) -> Any:
            # NiceGUI, which the command line does without, is known there.
            from .components.recent_acts import call_recently  # noqa: PLC0415

            return await call_recently(function, minutes, given, named)

        return mark_recently(guarded, Recently(minutes, function))

    return decorate
