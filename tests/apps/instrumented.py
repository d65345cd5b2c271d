"""The app with two pages and a count more, for tests: ``python instrumented.py`` serves it like ``main.py``."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nicegui import Client, binding, ui
from nicegui.element import Element

import auth.live.memory
import main
import pages
from auth import LiveSessions, private, public
from auth.components import UserButton
from auth.live.state import AuthState
from auth.live.tab import Tab
from auth.live.tabs import tabs
from auth.web.websocket_protocol import WebSocket
from tests.apps.serve import serve

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]
T = TypeVar('T')
build_app = main.build


@private
def acting() -> None:
    """A private page with a button that does something, and trusts whoever let the click through."""
    ui.label('Something private')
    ui.button('Act', on_click=act)


def act() -> None:
    """Leave a trace."""
    with Path(os.environ['ACTS']).open('a') as acts:
        acts.write('acted\n')


@private
def own_button() -> None:
    """A private page with a user button of its own."""
    UserButton()


@public
def failing() -> None:
    """A page that can't be built."""
    raise ValueError('the inner secret of the server')


def living(kind: type[T]) -> list[T]:
    """All objects of a class, or of one derived from it, that are in memory.

    Each refers to its class. To list all objects of the process is no way: that would hold, for a moment, what another
    thread is just making, and Python can't finish a tuple that somebody holds.
    """
    kinds = [kind]
    for one in kinds:
        kinds.extend(one.__subclasses__())
    return [one for one in gc.get_referrers(*kinds) if isinstance(one, kind)]


def counts() -> dict[str, int]:
    """How many of the things that come and go with tabs there are."""
    gc.collect()
    return {'tabs': len(tabs()), 'clients': len(tabs().shown_clients()), 'pages': len(Client.instances),
            'links': len(binding.active_links), 'bindings': len(binding.bindings),
            'listeners': sum(len(one.on_change) for one in living(Tab)),
            'tab objects': len(living(Tab)),
            'state objects': len(living(AuthState))}


@public
def circular() -> None:
    """A page that holds itself, as a function of its author's may."""
    page, label = ui.context.client, ui.label('Round and round')
    page.on_delete(lambda: (page, label))


held: list[Client] = []


@public
def hoarded() -> None:
    """A page that is never let go of."""
    held.append(ui.context.client)


def uncollected() -> dict[str, int]:
    """How many pages, elements and tabs are in memory while garbage is collected only where somebody asks for it."""
    gc.disable()
    found = {kind.__name__: len(living(kind)) for kind in (Client, Element, Tab)}
    found['collections'] = gc.get_stats()[2]['collections']
    return found


def sockets() -> dict[str, int]:
    """How many websockets are in memory, open or not."""
    return {'sockets': len(living(WebSocket))}


ANSWERS = {'/counts': counts, '/uncollected': uncollected, '/sockets': sockets}


@dataclass
class Counting:
    """An app that answers with counts before another one, which NiceGUI finds under this name."""

    app: App

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer, or let the other one answer."""
        if scope.get('path') not in ANSWERS:
            await self.app(scope, receive, send)
            return
        await send({'type': 'http.response.start', 'status': 200, 'headers': []})
        await send({'type': 'http.response.body', 'body': json.dumps(ANSWERS[scope['path']]()).encode()})


def build(sessions: LiveSessions) -> App:
    """Build the app, and answer with counts before it."""
    return Counting(build_app(sessions))


auth.live.memory.YOUNG_OBJECTS = int(os.environ.get('YOUNG_OBJECTS', '50000'))
auth.live.memory.LINGERING_PAGES = int(os.environ.get('LINGERING_PAGES', '100'))
pages.ROUTES['/acting'] = acting
pages.ROUTES['/circular'] = circular
pages.ROUTES['/hoarded'] = hoarded
pages.ROUTES['/failing'] = failing
pages.ROUTES['/own-button'] = own_button
main.build = build  # pyright: ignore[reportAttributeAccessIssue]
serve()
