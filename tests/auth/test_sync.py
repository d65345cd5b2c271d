"""Whether this process keeps up with the store."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from auth.changes import sync as module
from auth.changes.sync import Sync


@dataclass
class Clock:
    """Stands still until it is moved."""

    seconds: float = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the module."""
    clock = Clock()
    monkeypatch.setattr(module, 'time', clock)
    return clock


def test_a_process_is_out_of_sync_until_it_has_first_shown_what_is_in_the_store(clock: Clock) -> None:
    sync = Sync(4)
    before = sync.is_out_of_sync

    sync.synced(clock.seconds)

    assert (before, sync.is_out_of_sync) == (True, False)


def test_it_falls_out_of_sync_once_when_it_was_behind_for_too_long_and_comes_back(clock: Clock) -> None:
    sync = Sync(4)
    sync.synced(clock.seconds)

    clock.seconds += 4
    in_time = sync.falls_out()
    clock.seconds += 0.1
    late, once_more = sync.falls_out(), sync.falls_out()
    was_out = sync.is_out_of_sync
    sync.synced(clock.seconds)

    assert (in_time, late, once_more) == (False, True, False)
    assert (was_out, sync.is_out_of_sync) == (True, False)


def test_what_is_shown_too_late_does_not_bring_it_back(clock: Clock) -> None:
    sync = Sync(4)

    sync.synced(clock.seconds - 5)

    assert sync.is_out_of_sync
