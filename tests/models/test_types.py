"""How ids are made, and how a moment is stored and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from models.types import DISTANT_PAST, Moment, new_id

NOON = datetime(2026, 1, 1, 12, 0, 0, 250, tzinfo=UTC)


def test_an_id_says_what_it_is_of_and_is_never_given_twice() -> None:
    ids = {new_id('sess') for _ in range(2000)}

    assert len(ids) == 2000
    assert all(one.startswith('sess_') and len(one) == 29 and one[5:].isalnum() and one.isascii() for one in ids)


def test_a_moment_is_stored_as_text_that_sorts_as_time_does() -> None:
    moments = [NOON + timedelta(microseconds=1) * 7 ** power for power in range(16)]

    texts = [Moment().process_bind_param(moment, sqlite.dialect()) for moment in moments]

    assert texts == sorted(texts)
    assert [Moment().process_result_value(text, sqlite.dialect()) for text in texts] == moments


def test_a_moment_of_another_zone_is_stored_as_the_same_moment() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=13)))

    assert Moment().process_bind_param(east, sqlite.dialect()) == '2026-01-01 12:00:00.000250'
    assert Moment().process_bind_param(east, postgresql.dialect()) == NOON
    assert Moment().process_bind_param(None, sqlite.dialect()) is None


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match='time zone'):
        Moment().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())


@pytest.mark.parametrize('written', ['2026-01-01 12:00:00.000250', '2026-01-01T12:00:00.000250Z',
                                     '2026-01-01T13:00:00.000250+01:00'])
def test_a_moment_typed_by_hand_is_read_in_any_iso_form(written: str) -> None:
    assert Moment().process_result_value(written, sqlite.dialect()) == NOON


@pytest.mark.parametrize('garbage', [
    '', '0', '9999', 'tomorrow', '2026-13-45', 'now', 0, 1e300, b'\x00', '🦊', '2026-01-01 12:00:00 +++', '-',
    '9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00',  # no moments any more once they are in UTC
])
def test_garbage_for_a_moment_is_long_past(garbage: object) -> None:
    assert Moment().process_result_value(garbage, sqlite.dialect()) == DISTANT_PAST
