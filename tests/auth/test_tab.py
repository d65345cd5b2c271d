"""What a tab shows of what it was granted."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nicegui import binding

from auth.clients import ClientView, SessionView, UserView
from auth.live import Tab

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Label:
    """Something with a text, bound like ``auth.SessionLabel``."""

    text: str = ''


def client_using(session_id: str) -> ClientView:
    """A client on which two people are signed in, and which uses one of their sessions."""
    sessions = tuple(SessionView(one, UserView(f'user_of_{one}', f'{one}@example.com', '', ''), NOW, NOW,
                                 NOW + timedelta(days=1), None) for one in ('sess_ann', 'sess_bob'))
    return ClientView('client_laptop', 'hash', session_id, NOW, sessions)


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
