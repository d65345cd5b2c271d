"""When sessions end with nobody acting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auth.changes.deadlines import Deadlines
from auth.rules.clients import ClientSession, ClientView, UserView
from tests.running import both_stores

pytestmark = both_stores

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def after(hours: float) -> datetime:
    """So many hours from now."""
    return NOW + timedelta(hours=hours)


def client(client_id: str, *hours: float) -> ClientView:
    """A client whose sessions end in so many hours."""
    user = UserView('user_ann', 'ann@example.com', '', '')
    sessions = tuple(ClientSession(f'sess_{end}', user, NOW, NOW, after(end), None) for end in hours)
    return ClientView(client_id, 'hash', None, NOW, sessions)


def test_a_client_is_due_when_the_first_of_its_sessions_ends_and_not_before() -> None:
    deadlines = Deadlines()
    deadlines.expect(client('laptop', 2, 1), NOW)
    deadlines.expect(client('phone', 3), NOW)

    assert deadlines.pop_due(after(0.9)) == set()
    assert deadlines.pop_due(after(1)) == {'laptop'}
    assert deadlines.pop_due(after(1)) == set()


def test_its_next_end_is_expected_once_it_was_read_again() -> None:
    deadlines, laptop = Deadlines(), client('laptop', 1, 2)
    deadlines.expect(laptop, NOW)
    deadlines.pop_due(after(1))

    deadlines.expect(laptop, after(1))

    assert deadlines.pop_due(after(2)) == {'laptop'}


def test_an_earlier_end_counts_and_a_later_one_waits_until_the_earlier_has_come() -> None:
    deadlines = Deadlines()
    deadlines.expect(client('laptop', 3), NOW)
    deadlines.expect(client('laptop', 1), NOW)
    deadlines.expect(client('laptop', 2), NOW)

    assert deadlines.pop_due(after(1)) == {'laptop'}
    assert deadlines.pop_due(after(5)) == set()


def test_a_client_with_nobody_signed_in_has_no_end() -> None:
    deadlines = Deadlines()

    deadlines.expect(client('laptop'), NOW)
    deadlines.expect(client('phone', -1), NOW)

    assert len(deadlines) == 0


def test_how_long_to_wait_is_bounded_on_both_sides() -> None:
    deadlines = Deadlines()
    assert deadlines.seconds_to_next(NOW, at_most=5) == 5
    deadlines.expect(client('laptop', 1), NOW)

    assert deadlines.seconds_to_next(NOW, at_most=5) == 5
    assert deadlines.seconds_to_next(after(1) - timedelta(seconds=2), at_most=5) == 2
    assert deadlines.seconds_to_next(after(2), at_most=5) == 0


def test_when_there_are_too_many_those_of_clients_that_no_tab_shows_are_dropped(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('auth.changes.deadlines.ENDS_KEPT', 3)
    deadlines = Deadlines()
    for number in range(3):
        deadlines.expect(client(f'passer-by {number}', number + 1), NOW)
    deadlines.prune({'laptop'})
    few = len(deadlines)

    deadlines.expect(client('laptop', 9), NOW)
    deadlines.prune({'laptop'})

    assert few == 3
    assert len(deadlines) == 1
    assert deadlines.pop_due(after(9)) == {'laptop'}


def test_ends_of_very_many_clients_are_kept_while_tabs_show_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('auth.changes.deadlines.ENDS_KEPT', 3)
    deadlines, shown = Deadlines(), [f'client {number}' for number in range(8)]

    for name in shown:
        deadlines.expect(client(name, 1), NOW)
        deadlines.prune(shown)

    assert deadlines.pop_due(after(1)) == set(shown)
