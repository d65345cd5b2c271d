"""Clicks that come while what was clicked is being redrawn: an event is handled a moment after it was let through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from nicegui import Client, core, ui

from auth.components import ActionButton
from auth.rules.clients import ClientSession, UserView
from auth.rules.context import utc_now
from pages import choose


@pytest.fixture
async def page(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A page that is open."""
    client = Client(ui.page(''))
    monkeypatch.setattr(core, 'loop', asyncio.get_running_loop())
    yield client
    client.delete()


async def handled(handler: Callable[[], Any], drawn: ui.element) -> None:
    """Handle an event of an element that has just been redrawn, as NiceGUI does."""
    with drawn.default_slot:
        await handler()


async def test_an_action_whose_button_was_redrawn_is_not_begun(page: Client) -> None:
    acts: list[str] = []

    async def act() -> None:
        acts.append('acted')

    with page:
        row = ui.row()
        with row:
            button = ActionButton('Act', act)
    row.clear()
    button.let_go()

    await handled(button._clicked, row)

    assert acts == []


async def test_an_account_whose_row_was_redrawn_is_chosen_and_the_page_goes_on(
        page: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    went: list[str] = []
    user, now = UserView('user_1', 'ann@example.com', '', ''), utc_now()
    session = ClientSession('sess_1', user, now, now, now, None)

    async def chosen(session_id: str) -> None:
        assert ui.context.client is page
        went.append(session_id)

    monkeypatch.setattr(choose, 'choose', chosen)
    monkeypatch.setattr(ui.navigate, 'to', went.append)
    with page:
        error = ui.label()
        accounts = ui.row()
        with accounts:
            row = ui.row()
    accounts.clear()
    slot = row.default_slot
    del row

    with slot:
        await choose._choose(session, '/account', error)

    assert went == ['sess_1', '/account']
