"""Trouble with the store that goes on is news when it begins, once a minute, and when it is over."""

from __future__ import annotations

import pytest

from auth.changes import trouble as trouble_module
from auth.changes.trouble import Trouble


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(trouble_module.time, 'monotonic', lambda: now[0])
    return now


def test_what_fails_eight_times_a_second_is_news_once_a_minute(clock: list[float]) -> None:
    trouble, told = Trouble(), list[float]()

    for _ in range(961):
        if trouble.is_news('out_of_sync'):
            told.append(clock[0])
        clock[0] += 0.125

    assert told == [1000, 1060, 1120]
    assert trouble.is_over() == 120.125
    assert trouble.is_over() is None


def test_another_trouble_is_news_at_once_and_what_comes_back_as_well() -> None:
    trouble = Trouble()

    assert trouble.is_news('out_of_sync')
    assert trouble.is_news('store_unreadable')
    assert trouble.is_over() is not None
    assert trouble.is_news('store_unreadable')


def test_what_never_failed_is_never_over() -> None:
    assert Trouble().is_over() is None
