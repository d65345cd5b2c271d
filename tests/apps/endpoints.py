"""The app with what an author has beside pages, for tests: ``python endpoints.py`` serves it like ``main.py``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, WebSocket
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.staticfiles import StaticFiles
from nicegui import app as nicegui_app
from nicegui import events, ui
from sqlmodel import Session, col, select, update

import main
import pages
from auth import AuthError, LiveSessions, admin_only, private, public, roles
from auth.components import act as write
from auth.components import password_field
from auth.endpoints import Admin, MaybeSignedIn, SignedIn, sign_in_as
from auth.rules.actor import Actor
from models import User
from tests.apps.serve import serve

HERE = Path(__file__).parent


def act(what: str) -> None:
    """Leave a trace."""
    with Path(os.environ['ACTS']).open('a') as acts:
        acts.write(f'{what}\n')


def acts() -> list[str]:
    """What was done."""
    path = Path(os.environ['ACTS'])
    return path.read_text().splitlines() if path.exists() else []


# ---------------------------------------------------------------- pages that take files


def _upload(whose: str) -> None:
    told = ui.label('Nothing yet')

    async def take(event: events.UploadEventArguments) -> None:
        act(f'{whose} took {event.file.name}: {await event.file.text()}')
        told.set_text(f'Took {event.file.name}')
        ui.notify('Taken')

    ui.upload(on_upload=take, on_begin_upload=lambda: act(f'{whose} begins'), auto_upload=True).props('id=files')


@public
def drop_box() -> None:
    """A page on which anybody may leave a file."""
    _upload('the drop box')


@private
def own_files() -> None:
    """A page on which people keep files."""
    _upload('a person')


@private
def renaming() -> None:
    """A page on which people write something, in the transaction that asks."""
    told = ui.label('Nothing written')

    async def go() -> None:
        act('waiting')
        while 'go on' not in acts():
            await asyncio.sleep(0.01)
        try:
            told.set_text(f'Now {await write(rename, "Annabel")}')
        except AuthError as error:
            act(error.code)

    ui.button('Rename', on_click=go)


@public
def typing() -> None:
    """A page with fields that hide what is typed: Quasar's, which may become one later, and the native one."""
    field = ui.input('Becomes a password')
    ui.button('Become', on_click=lambda: field.props('type=password'))
    with ui.element('form').props('method=post action=/api/key'):
        password_field('key', 'API key')
        ui.button('Save').props('type=submit')


@public
def made_so() -> None:
    """A page with Quasar's field for a password."""
    ui.input('PIN', password=True)


@public
@nicegui_app.post('/api/key')
async def key(request: Request) -> str:
    """Takes what was typed."""
    return f'The key has {len(str((await request.form())["key"]))} characters'


@admin_only
def site_files() -> None:
    """A page of the administrators' files."""
    _upload('an administrator')


# ---------------------------------------------------------------- what NiceGUI's own app has

nicegui_app.add_static_files('/logos', HERE)
nicegui_app.add_static_files('/letters', HERE)
nicegui_app.add_media_files('/films', HERE)
nicegui_app.add_media_files('/trailers', HERE)
nicegui_app.add_static_files('/ledgers', HERE)
nicegui_app.add_static_files('/manuals', HERE)


@nicegui_app.get('/api/unsaid')
def unsaid() -> str:
    """Says nothing of who may use it."""
    act('unsaid')
    return 'unsaid'


@nicegui_app.post('/api/unsaid')
def unsaid_change() -> str:
    """The same, of another method."""
    act('changed')
    return 'changed'


@nicegui_app.get('/api/whoever')
@public
def whoever(user: MaybeSignedIn) -> str:
    """Tells who is here."""
    return user.email_address if user else 'nobody'


@public
@nicegui_app.post('/api/whoever')
def whoever_changes(user: MaybeSignedIn) -> str:
    """The same, of what changes something."""
    act('changed by whoever')
    return user.email_address if user else 'nobody'


@nicegui_app.get('/api/me')
def me(user: SignedIn) -> dict[str, object]:
    """Tells who asks."""
    return {'id': user.id, 'address': user.email_address, 'session': user.session_id, 'admin': user.is_admin}


@public
@nicegui_app.get('/api/open/me')
def open_me(user: SignedIn) -> str:
    """Asks by its dependency alone."""
    return user.email_address


@public
@nicegui_app.post('/api/open/admin')
def open_admin(user: Admin) -> str:
    """The same, for administrators."""
    act('administered')
    return user.email_address


@admin_only
@nicegui_app.get('/api/admin')
def administration() -> str:
    """What administrators alone may ask."""
    return 'administration'


@nicegui_app.get('/v1/items')
def items() -> list[int]:
    """Begins like the Frontend API, and is none of its paths."""
    return [1, 2]


@nicegui_app.get('/api/slow')
@nicegui_app.post('/api/slow')
async def slow() -> str:
    """Answers late."""
    act('waiting')
    while 'go on' not in acts():
        await asyncio.sleep(0.01)
    act('answered')
    return 'late'


@public
@ui.page('/whole/me')
def whole_me(user: SignedIn) -> None:
    """A page that asks by its dependency."""
    ui.label(f'You are {user.email_address}')


@public
@ui.page('/whole/callback')
async def whole_callback(request: Request, proven: str) -> None:
    """A page that would sign people in, and can't."""
    try:
        await sign_in_as(request, proven)
    except RuntimeError as error:
        ui.label(str(error))


if 'OWN_V1' in os.environ:
    @public
    @nicegui_app.get('/v1/client')
    def own_client() -> str:
        """What the Frontend API has as well, unless it is elsewhere."""
        return 'a client of the author'


def rename(db: Session, actor: Actor, name: str) -> str:
    """Write something of an author's, and leave a trace once it was written."""
    db.exec(update(User).where(col(User.id) == actor.user_id).values(first_name=name))
    user = db.exec(select(User).where(col(User.id) == actor.user_id)).one()
    if name == 'fail':
        raise AuthError('nothing may be left of it')
    return user.first_name


@nicegui_app.post('/api/rename/{name}')
async def renamed(user: SignedIn, name: str, waits: str = '') -> str:
    """Writes in the transaction that asks, perhaps long after the request was let in."""
    if waits:
        act('waiting')
        while f'go on {waits}' not in acts():
            await asyncio.sleep(0.01)
    return await user.act(rename, name)


@nicegui_app.post('/api/admin/rename/{name}')
async def renamed_by_admin(user: Admin, name: str) -> str:
    """The same, of an administrator."""
    return await user.act(rename, name)


@public
@nicegui_app.get('/callback')
async def callback(request: Request, proven: str, kept: bool = False) -> RedirectResponse:
    """Where another site sends people back: it says who they are."""
    await sign_in_as(request, proven, keep_signed_in=kept)
    return RedirectResponse('/account', 303)


# ---------------------------------------------------------------- streams and sockets


async def _ticks(pause: float) -> AsyncIterator[str]:
    while True:
        yield 'tick\n'
        await asyncio.sleep(pause)


async def _held() -> AsyncIterator[None]:
    """What a stream holds while it is open.

    Whoever lets it go in the generator may do so late: Starlette does not close one that is cut while it hands out a
    part, and Python does when it comes to it.
    """
    try:
        yield
    finally:
        act('stream over')


@nicegui_app.get('/api/stream', dependencies=[Depends(_held)])
async def stream(pause: float) -> StreamingResponse:
    """Tells more and more."""
    return StreamingResponse(_ticks(pause))


async def _echo(websocket: WebSocket, whose: str) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        act(f'{whose} got {text}')
        await websocket.send_text(f'{whose} got {text}')


@nicegui_app.websocket('/api/socket')
async def socket(websocket: WebSocket) -> None:
    """Says nothing of who may use it."""
    await _echo(websocket, 'a person')


@public
@nicegui_app.websocket('/api/open/socket')
async def open_socket(websocket: WebSocket) -> None:
    """Everybody's."""
    await _echo(websocket, 'anybody')


@admin_only
@nicegui_app.websocket('/api/admin/socket')
async def admin_socket(websocket: WebSocket) -> None:
    """An administrator's."""
    await _echo(websocket, 'an administrator')


@public
@nicegui_app.websocket('/api/asking/socket')
async def asking_socket(websocket: WebSocket, user: SignedIn) -> None:
    """Asks by its dependency alone."""
    await _echo(websocket, user.email_address)


# ---------------------------------------------------------------- what the app around it has


def with_routes(**settings: Any) -> FastAPI:
    """An app with routes, a router, and apps mounted in it."""
    app, router, mounted = FastAPI(**settings), APIRouter(prefix='/routed'), FastAPI(openapi_url=None)

    @router.get('/private')
    @public
    def hidden_by_order() -> str:  # pyright: ignore[reportUnusedFunction]
        return 'public after all'

    @router.get('/{rest:path}')
    def routed(rest: str) -> str:  # pyright: ignore[reportUnusedFunction]
        return rest

    @mounted.get('/me')
    def mounted_me(user: SignedIn) -> str:  # pyright: ignore[reportUnusedFunction]
        return user.email_address

    @public
    @mounted.get('/open')
    def mounted_open(user: MaybeSignedIn) -> str:  # pyright: ignore[reportUnusedFunction]
        return user.email_address if user else 'nobody'

    @public
    @mounted.get('/asking')
    def mounted_asking(user: SignedIn) -> str:  # pyright: ignore[reportUnusedFunction]
        return user.email_address

    app.include_router(router)
    app.mount('/mounted', mounted)
    app.mount('/papers', StaticFiles(directory=HERE))
    app.mount('/static', StaticFiles(directory=HERE))
    return app


class Saying(LiveSessions):
    """Says who may use the files."""

    def install(self, *given: Any, **named: Any) -> None:
        """Say it by path."""
        super().install(*given, **named, paths={'/logos': public, '/trailers': public, '/ledgers/': admin_only,
                                               '/manuals': roles('editor')})


if __name__ == '__main__':
    pages.ROUTES |= {'/drop-box': drop_box, '/own-files': own_files, '/site-files': site_files,
                     '/renaming': renaming, '/typing': typing, '/made-so': made_so}
    main.FastAPI = with_routes  # pyright: ignore[reportAttributeAccessIssue]
    main.LiveSessions = Saying
    serve()
