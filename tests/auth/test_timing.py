"""The times: how they fit into each other, and that all of them can be shorter."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from auth.timing import DEFAULT_TIMING

PROMISED_SECONDS = 5


def test_what_has_ended_is_hidden_within_the_time_that_is_promised_whatever_fails() -> None:
    timing = DEFAULT_TIMING

    assert timing.round_seconds + timing.silence_seconds <= timing.out_of_sync_after_seconds
    assert timing.out_of_sync_after_seconds + 2 * timing.sync_check_seconds < PROMISED_SECONDS
    assert timing.ping_seconds + 1 < timing.deaf_after_seconds  # a ping, and a second and more for its way
    assert timing.deaf_after_seconds + timing.hearing_check_seconds <= PROMISED_SECONDS


def test_everything_can_take_a_fifth_of_the_time() -> None:
    fast = DEFAULT_TIMING.faster(5)

    for field in fields(DEFAULT_TIMING):
        usual, faster = (getattr(one, field.name) for one in (DEFAULT_TIMING, fast))
        assert seconds(faster) == pytest.approx([second / 5 for second in seconds(usual)])


def test_it_cannot_be_changed_behind_anybodys_back() -> None:
    with pytest.raises(FrozenInstanceError):
        DEFAULT_TIMING.out_of_sync_after_seconds = 60.0


def test_the_browser_is_told_its_share() -> None:
    usual, fast = DEFAULT_TIMING.for_the_browser, DEFAULT_TIMING.faster(5).for_the_browser

    assert usual == 'data-deaf-after-ms="4800" data-activity-every-ms="5000" data-hearing-check-ms="200"'
    assert fast == 'data-deaf-after-ms="960" data-activity-every-ms="1000" data-hearing-check-ms="40"'


def seconds(value: Any) -> list[float]:
    """The one time, or the several ones, of a field."""
    return list(value) if isinstance(value, tuple) else [value]
