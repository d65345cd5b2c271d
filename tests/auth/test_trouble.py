"""Trouble with the store that goes on is told when it begins, once a minute, and when it is over."""

from __future__ import annotations

import logging

import pytest

from auth.changes import trouble as trouble_module
from auth.changes.trouble import Trouble


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, 'live_sessions')
    return caplog


def test_what_fails_ten_times_a_second_is_told_once_a_minute(
        told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    trouble, now = Trouble(), 1000.0
    monkeypatch.setattr(trouble_module.time, 'monotonic', lambda: now)

    for _ in range(961):
        trouble.goes_on('out of sync with the store', OSError('gone'), event='out_of_sync')
        now += 0.125
    trouble.is_over()
    trouble.is_over()

    assert told.messages == [*['out of sync with the store: gone'] * 3, 'in sync with the store again, after 120.1 s']


def test_another_trouble_is_told_at_once_and_what_comes_back_as_well(told: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()

    trouble.goes_on('out of sync with the store', OSError('gone'), event='out_of_sync')
    trouble.goes_on('the store cannot be read', OSError('gone'), event='store_unreadable')
    trouble.is_over()
    trouble.goes_on('the store cannot be read', OSError('gone'), event='store_unreadable')

    assert [record.__dict__['event'] for record in told.records] == [
        'out_of_sync', 'store_unreadable', 'in_sync', 'store_unreadable']


def test_what_never_failed_is_not_told_of(told: pytest.LogCaptureFixture) -> None:
    Trouble().is_over()

    assert told.messages == []
