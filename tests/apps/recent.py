"""The app with what takes a password given a moment ago, for tests: ``python recent.py`` serves it like ``main.py``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from nicegui import ui

import main
import pages
from auth import AuthError, LiveSessions, private, recently_authenticated
from auth.components import ActionButton
from pages.parts import api_form, field
from tests.apps.serve import serve


def act(what: str) -> None:
    """Leave a trace."""
    with Path(os.environ['ACTS']).open('a') as acts:
        acts.write(f'{what}\n')


@recently_authenticated()
async def pay(amount: int, told: ui.label) -> None:
    """What an author guards; it shows something where it was called."""
    act(f'paid {amount}')
    told.set_text(f'Paid {amount}')
    ui.label(f'Receipt for {amount}')


@recently_authenticated(minutes=5)
def refuse() -> None:
    """What fails in the end, as a plain function."""
    act('refused')
    raise AuthError('There is no money left.')


@private
def paying() -> None:
    """Buttons that act."""
    told = ui.label('Nothing paid')
    ui.button('Pay 10', on_click=lambda: pay(10, told))
    with ui.row():
        ui.button('Pay 20', on_click=lambda: pay(20, told))
    ActionButton('Refuse', refuse, refused='Nothing was paid.')
    with api_form('/payments/30', 'Pay 30', on_done=lambda _: told.set_text('Paid 30')):
        field('purpose', 'Purpose', kind='text', autocomplete='on')


@private
@recently_authenticated(minutes=5)
def salaries(year: int = 2026) -> None:
    """A page of what nobody else may see."""
    ui.label(f'Salaries of {year}')
    ui.button('Raise', on_click=lambda: act('raised'))


def with_endpoints(**settings: Any) -> FastAPI:
    """An app with endpoints of an author's own."""
    app = FastAPI(**settings)

    @app.post('/payments/{amount}')
    @recently_authenticated()
    async def paid(request: Request, amount: int) -> dict[str, object]:  # pyright: ignore[reportUnusedFunction]
        purpose = parse_qs((await request.body()).decode()).get('purpose')
        act(f'paid {amount} for {purpose}')
        return {'response': {'amount': amount}}

    @app.get('/payments/list')
    @recently_authenticated(minutes=5)
    def payments(request: Request) -> list[int]:  # pyright: ignore[reportUnusedFunction]
        return [10, 20]

    return app


class Open(LiveSessions):
    """Leaves the endpoints to the app."""

    def install(self, *given: Any, **named: Any) -> None:
        """Say which they are."""
        super().install(*given, **named, open_paths=['/payments/'])


if __name__ == '__main__':
    pages.ROUTES['/paying'] = paying
    pages.ROUTES['/salaries'] = salaries
    main.FastAPI = with_endpoints  # pyright: ignore[reportAttributeAccessIssue]
    main.LiveSessions = Open
    serve()
