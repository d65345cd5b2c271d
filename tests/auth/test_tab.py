"""What a tab shows of what it was granted."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import binding

from auth.live.tab import Tab
from auth.rules.clients import ClientSession, ClientView, UserView
from tests.patience import PATIENCE_SECONDS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Label:
    """Something with a text, bound like ``auth.SessionLabel``."""

    text: str = ''


def client_using(session_id: str) -> ClientView:
    """A client on which two people are signed in, and which uses one of their sessions."""
    sessions = tuple(ClientSession(one, UserView(f'user_of_{one}', f'{one}@example.com', '', ''), NOW, NOW,
                                 NOW + timedelta(days=1), None) for one in ('sess_ann', 'sess_bob'))
    return ClientView('client_laptop', 'hash', session_id, NOW, sessions)


@dataclass
class BrowserPage:
    """A page that is open somewhere."""

    told: list[str] = field(default_factory=list)
    """The JavaScript that it was sent."""

    def run_javascript(self, code: str) -> None:
        self.told.append(code)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def test_a_binding_that_fails_keeps_nobody_from_being_told_and_its_page_is_loaded_anew() -> None:
    page: Any = BrowserPage()
    tab, broken, label, told = Tab(page, client_using('sess_ann')), Label(), Label(), list[str]()
    tab.render(NOW)
    binding.bind_from(broken, 'text', tab.state, 'user', lambda user: user.email_address)
    binding.bind_from(label, 'text', tab.state, 'status')
    tab.on_change += [lambda: 1 // 0, lambda: told.append(tab.state.status)]

    tab.client = None
    tab.render(NOW)

    assert (tab.state.status, tab.state.user, tab.state.session_id) == ('signed_out', None, None)
    assert label.text == 'signed_out'
    assert told == ['signed_out']
    assert 'location.reload()' in page.told
    binding.remove([broken, label])


def test_what_a_tab_shows_has_not_changed_because_somebody_was_active() -> None:
    page: Any = nullcontext()
    client, told = client_using('sess_ann'), list[str]()
    tab = Tab(page, client)
    tab.render(NOW)
    tab.on_change.append(lambda: told.append('changed'))

    later = NOW + timedelta(minutes=1)
    touched = {'last_active_at': later, 'abandon_at': later + timedelta(hours=1)}
    tab.client = replace(client, sessions=tuple(replace(one, **touched) for one in client.sessions))
    tab.render(later)

    assert told == []


def test_another_session_is_told_also_to_what_binds_to_the_status_which_stays_the_same() -> None:
    page: Any = nullcontext()
    tab, label = Tab(page, client_using('sess_ann')), Label()
    binding.bind_from(label, 'text', tab.state, 'status', lambda status: f'{status}: {tab.state.session_id}')
    tab.render(NOW)
    assert label.text == 'signed_in: sess_ann'

    tab.client = client_using('sess_bob')
    tab.render(NOW)

    assert label.text == 'signed_in: sess_bob'
    binding.remove([label])


async def test_whoever_waits_for_a_session_to_be_gone_goes_on_when_the_tab_shows_it_no_more() -> None:
    page: Any = nullcontext()
    client = client_using('sess_ann')
    tab = Tab(page, client)
    tab.render(NOW)

    waiting = asyncio.create_task(tab.until_gone(['sess_bob'], 60))
    await asyncio.sleep(0)
    tab.client = replace(client, sessions=client.sessions[:1])
    tab.render(NOW)
    await asyncio.wait_for(waiting, PATIENCE_SECONDS)

    assert not tab.on_change


async def test_nobody_waits_for_a_session_that_is_not_shown_nor_for_long_for_one_that_stays() -> None:
    page: Any = nullcontext()
    tab = Tab(page, client_using('sess_ann'))
    tab.render(NOW)

    await asyncio.wait_for(tab.until_gone(['sess_of_another_tab'], 60), PATIENCE_SECONDS)
    await asyncio.wait_for(tab.until_gone(['sess_ann'], 0.01), PATIENCE_SECONDS)

    assert tab.state.session_id == 'sess_ann'
    assert not tab.on_change
