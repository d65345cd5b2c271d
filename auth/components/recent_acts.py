# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""What ``@recently_authenticated`` does when it is called: for a handler in a tab, and for an endpoint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from nicegui import ui
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from ..access import name_of
from ..errors import AuthError, ReverificationRequired
from ..live.notes import PUBLIC
from ..live.tabs import tabs
from ..requests.asgi import SAFE_METHODS
from ..rules.actor import find_actor
from ..rules.clients import ClientView
from ..rules.recent import check_recent
from ..web.api.requests import OriginRefused
from ..web.api.serializers import error_json
from ..web.cookies import tokens_of
from ..web.own_pages import OwnPages
from .action_button import is_in_action
from .password_dialog import PasswordDialog, needs_password, place_of_dialogs

Given = tuple[Any, ...]


async def call_recently(function: Callable[..., Any], minutes: float | None, given: Given, named: Mapping[str, Any]
                        ) -> Any:
    """Call a function if whoever is here has given their password a moment ago; else ask for it, or refuse.

    :raises RuntimeError: if nobody can tell who is here: it is neither in a tab nor given a request
    """
    within = tabs().auth.settings.recent_authentication if minutes is None else timedelta(minutes=minutes)
    request = next((one for one in (*given, *named.values()) if isinstance(one, Request)), None)
    if request is not None:
        return await _answer(request, function, within, given, named)
    return await _act(function, within, given, named)


def check_recent_actor(db: Connection, now: datetime, client: ClientView | None, within: timedelta) -> None:
    """Go on only if somebody is signed in on a client, and has given their password a moment ago.

    :raises AuthError: ``NotSignedIn`` or ``ReverificationRequired``
    """
    check_recent(now, find_actor(db, now, client), within)


# ---------------------------------------------------------------- a handler


async def _act(function: Callable[..., Any], within: timedelta, given: Given, named: Mapping[str, Any]) -> Any:
    try:
        tab = tabs().here()
    except RuntimeError as error:
        raise RuntimeError(f'Nobody can tell who calls "{name_of(function)}", which takes a password that was given a '
                           'moment ago: call it in a handler of a page, or give an endpoint a parameter '
                           '"request: Request".') from error
    try:
        await tabs().auth.read(check_recent_actor, tab.client, within)
    except ReverificationRequired:
        if is_in_action():
            raise  # its button asks
        slot = ui.context.slot
        with place_of_dialogs(slot.parent):
            PasswordDialog(needs_password(), partial(_act, function, within, given, named), within=slot)
        return None
    except AuthError as error:
        if is_in_action():
            raise
        ui.notify(error.message, type='negative', attrs=PUBLIC)
        return None
    result = function(*given, **named)
    return await result if isinstance(result, Awaitable) else result


# ---------------------------------------------------------------- an endpoint


async def _answer(request: Request, function: Callable[..., Any], within: timedelta, given: Given,
                  named: Mapping[str, Any]) -> Any:
    auth, scope = tabs().auth, request.scope
    try:
        if request.method not in SAFE_METHODS and not OwnPages(auth.settings.hosts).may_change(scope):
            raise OriginRefused
        await auth.read(check_recent_actor, await tabs().client_of(*tokens_of(scope)), within)
    except AuthError as error:
        return JSONResponse(error_json(error), error.status, {'cache-control': 'no-store'})
    if iscoroutinefunction(function):
        return await function(*given, **named)
    return await run_in_threadpool(function, *given, **named)
