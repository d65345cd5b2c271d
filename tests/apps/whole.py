"""The app with pages of ``ui.page`` beside the table, as an app that was there before has them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from fastapi import Depends, HTTPException
from nicegui import APIRouter, Client, app, ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

import pages
from auth import admin_only, framed, private, public, recently_authenticated, roles
from auth.components import GuardedPages, auth_state
from pages import SignInForm
from tests.apps.guarded import act, beside, for_administrators, for_people, heard
from tests.apps.serve import serve

gates: dict[str, asyncio.Event] = {}
"""What pages wait for, by the id of their tab."""


def logged(builder: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator of the author's."""
    @wraps(builder)
    def build(*given: Any, **named: Any) -> Any:
        return builder(*given, **named)
    return build


@admin_only
@ui.page('/whole/admin')
def whole_for_administrators() -> None:
    """A page that only an administrator may see."""
    with ui.header():
        ui.label('Private heading')
    beside()


@admin_only
@logged
@ui.page('/whole/decorated')
def decorated() -> None:
    """The same, with a decorator between the mark and NiceGUI's."""
    ui.label('Something private')


@ui.page('/whole/private')
@private
async def whole_for_people() -> None:
    """A page of somebody who is signed in, with the mark below."""
    await asyncio.sleep(0)
    beside()


@ui.page('/whole/silent')
def silent() -> None:
    """A page that does not say who may see it."""
    beside()


@public
@ui.page('/whole/public')
def whole_for_everybody() -> None:
    """A page of everybody's."""
    ui.label().bind_text_from(auth_state(), 'session_id', lambda session_id: f'Active Session: {session_id}')
    beside()


@private
@recently_authenticated()
@ui.page('/whole/salaries')
def salaries() -> None:
    """A page that takes a password given a moment ago, with the mark above NiceGUI's."""
    beside()


@roles('editor')
@ui.page('/whole/drafts')
def drafts() -> None:
    """A page for those who have a role."""
    beside()


@public
@ui.page('/whole/welcome')
def welcome() -> None:
    """A page of the author's with the form to sign in."""
    with ui.card():
        SignInForm('/whole/private', heading='Come in')


@framed
@public
@ui.page('/whole/framed')
def may_be_framed() -> None:
    """A page that others of this site may show in a frame."""
    ui.label('In a frame')


@private
@ui.page('/whole/later')
async def later(client: Client) -> None:
    """A page that goes on being built after it was shown."""
    ui.label('The first half')
    await client.connected()
    gates[client.id] = asyncio.Event()
    act('half')
    await gates[client.id].wait()
    ui.label('The second half')
    act('whole')


@public
@ui.page('/whole/open-gates')
def open_gates() -> None:
    """Let the pages go on that wait."""
    for gate in gates.values():
        gate.set()


@public
@ui.page('/whole/failing')
def failing() -> None:
    """A page that can't be built."""
    ui.label('The first half')
    raise ValueError('the inner secret of the server')


@public
@ui.page('/whole/failing/later')
async def failing_later() -> None:
    """A page that can't be built to its end, and has been shown by then."""
    ui.label('The first half')
    with ui.header():
        ui.label('In a header')
    await ui.context.client.connected()
    raise ValueError('a later secret of the server')


@public
@ui.page('/whole/deleted')
def deleted() -> None:
    """A page that goes while it is built, so that NiceGUI shows something of its own."""
    ui.context.client.delete()


@public
@ui.page('/whole/refusing')
def refusing() -> None:
    """A page that answers with a status of its own."""
    raise HTTPException(418, 'I am a teapot')


@public
@ui.page('/whole/elsewhere')
def elsewhere() -> Response:
    """A page that sends to another one."""
    return RedirectResponse('/whole/public')


@public
@ui.page('/whole/elsewhere/later')
async def elsewhere_later() -> Response:
    """The same, when it has been shown."""
    await ui.context.client.connected()
    return RedirectResponse('/whole/public')


def somebody(token: str = '') -> str:
    """What a page depends on."""
    if token == 'none':
        raise HTTPException(403, 'nobody let you')
    return f'somebody with {token}'


@public
@ui.page('/whole/given/{number}')
def given(number: int, request: Request, client: Client, user: Annotated[str, Depends(somebody)]) -> None:
    """A page that is given what FastAPI and NiceGUI can give."""
    ui.label(f'{number!r} at {request.url.path} in {client.id == ui.context.client.id} by {user}')


router = APIRouter(prefix='/routed')


@admin_only
@router.page('/admin')
def routed() -> None:
    """A page of a router."""
    ui.label('Something private')


app.include_router(router)


@private
@ui.page('/spa')
@ui.page('/spa/{rest:path}')
def spa() -> None:
    """A page with sub pages of its own."""
    ui.label('Around it')
    ui.sub_pages({'/': lambda: ui.label('The first'), '/two/{number}': two, '/private': for_people,
                  '/admin': for_administrators}, root_path='/spa')


def two(number: int) -> None:
    """One of them."""
    ui.label(f'Number {number}')


@public
@ui.page('/frame')
@ui.page('/frame/{rest:path}')
def own_frame() -> None:
    """A frame of the author's around pages that are guarded."""
    ui.label('Own frame')
    GuardedPages({'/frame': heard_nothing, '/frame/admin': for_administrators})


@public
def heard_nothing() -> None:
    """The first of them."""
    ui.label('The start')


@public
def sub_elsewhere(late: str = '') -> Any:
    """A page of the table that sends to another one."""
    return RedirectResponse('/whole/public') if not late else sub_elsewhere_later()


async def sub_elsewhere_later() -> Response:
    """The same, when it has been shown."""
    await asyncio.sleep(0)
    return RedirectResponse('/whole/public')


@public
def sub_text() -> Response:
    """A page of the table that answers with something else."""
    return PlainTextResponse('plain')


@private
def sub_given(number: int, request: Request, client: Client, sort: str = '') -> None:
    """A page of the table that is given the request and the client."""
    ui.label(f'{number!r} sorted by {sort} at {request.url.path}?{request.url.query} '
             f'in {client.id == ui.context.client.id}')


@public
def sub_rest(rest: str) -> None:
    """A page of the table that takes all that follows."""
    ui.label(f'All {rest!r}')


@public
def sub_spa() -> None:
    """A page of the table with sub pages of its own."""
    ui.label('Around it')
    ui.sub_pages({'/': lambda: ui.label('The first'), '/two/{number}': two})


pages.ROUTES.update({'/heard/{number}': heard, '/sub/elsewhere': sub_elsewhere, '/sub/text': sub_text,
                     '/sub/given/{number}': sub_given, '/sub/spa/{rest:path}': sub_spa,
                     '/sub/rest/{rest:path}': sub_rest})
if __name__ == '__main__':
    serve()
