"""The clock set back or forward: no eternal session, no negative time, no mass sign-out by a second's skew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from auth.changes.watched_clock import WatchedClock
from auth.rules.clock_set_back import BOUNDED_AT_ONCE, bound_lifetimes
from auth.rules.devices import revoke
from auth.rules.ends import Ended, Why, find_ends
from auth.rules.sessions import end_overdue, touch
from tests.following import Following, NoTabs
from tests.patience import PATIENCE_SECONDS
from tests.rules import PHONE, Clock, Rules
from tests.running import both_stores, either_store

from .test_lifetimes import KEPT, SHORT, ends


async def bound(rules: Rules) -> int:
    """Bound all sessions; returns in how many portions."""
    portions = 1
    while await rules.auth.run(bound_lifetimes, settings=rules.auth.settings):
        portions += 1
    return portions


@pytest.mark.parametrize('keep', [False, True])
async def test_a_session_of_a_year_that_was_none_has_no_more_than_its_limits(rules: Rules, keep: bool) -> None:
    rules.clock.forward(days=365)
    up = await rules.sign_up(keep_signed_in=keep)
    rules.clock.forward(days=-365)

    await bound(rules)

    limits = KEPT if keep else SHORT
    assert ends(rules, up.session_id) == (rules.clock() + limits['absolute'], rules.clock() + limits['inactivity'])
    assert rules.moment('SELECT last_active_at FROM session') == rules.clock()
    rules.clock.moment += limits['inactivity'] + timedelta(seconds=1)
    assert await rules.active(up.token) is None


async def test_whoever_was_active_while_the_clock_was_ahead_is_active_no_longer_than_others(rules: Rules) -> None:
    up = await rules.sign_up()
    rules.clock.forward(minutes=29)
    await rules.auth.run(touch, up.token.client_id, up.session_id, settings=rules.auth.settings)
    rules.clock.forward(minutes=-29)

    await bound(rules)

    assert ends(rules, up.session_id) == (rules.clock() + SHORT['absolute'], rules.clock() + SHORT['inactivity'])


@pytest.mark.parametrize('seconds', [-1, 0, 1, 30])
async def test_what_the_clocks_of_machines_differ_by_changes_nothing(rules: Rules, seconds: int) -> None:
    up, kept = await rules.sign_up(), await rules.sign_up('bob@example.com', keep_signed_in=True)
    before = rules.everything()
    rules.clock.forward(seconds=seconds)

    await bound(rules)
    await rules.auth.run(end_overdue)

    assert rules.everything() == before
    assert (await rules.active(up.token), await rules.active(kept.token)) == (up.session_id, kept.session_id)


async def test_a_limit_that_was_lowered_or_switched_on_holds_for_those_who_are_there(rules: Rules) -> None:
    up = await rules.sign_up()
    rules.sql("UPDATE session SET abandon_at = NULL, expire_at = '2027-01-01 12:00:00.000000'")

    await bound(rules)

    assert ends(rules, up.session_id) == (rules.clock() + SHORT['absolute'], rules.clock() + SHORT['inactivity'])


@both_stores
async def test_without_an_inactivity_limit_none_is_made_up(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(session_inactivity_seconds=0)
    up = await rules.sign_up()
    rules.clock.forward(days=-1)

    await bound(rules)

    assert ends(rules, up.session_id) == (rules.clock() + SHORT['absolute'], None)


async def test_those_that_have_ended_stay_as_they_were(rules: Rules) -> None:
    await rules.sign_up()
    rules.sql("UPDATE session SET status = 'revoked'")
    rules.clock.forward(days=-1)
    before = rules.everything()

    await bound(rules)

    assert rules.everything() == before


async def test_very_many_are_bounded_some_at_a_time(rules: Rules) -> None:
    await rules.sign_up()
    rules.sql('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at, '
              'abandon_at, user_agent, ip_address) WITH RECURSIVE numbers (n) AS '
              f'(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {BOUNDED_AT_ONCE}) '
              "SELECT 'sess_' || n, user_id, client_id, status, created_at, last_active_at, expire_at, abandon_at, "
              'user_agent, ip_address FROM session, numbers')
    rules.clock.forward(days=-1)

    assert await bound(rules) == 2
    assert await bound(rules) == 1


async def test_the_sweeper_does_it_when_it_starts_and_when_the_clock_was_set_back(
        rules: Rules, caplog: pytest.LogCaptureFixture) -> None:
    rules.clock.forward(days=1)
    up = await rules.sign_up()
    rules.clock.forward(days=-1)
    following = Following(rules.auth)
    await following.start(NoTabs())
    at_start = ends(rules, up.session_id)[0]

    rules.clock.forward(hours=-2)
    following.sweeper.sweep_soon()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asyncio.to_thread(ends, rules, up.session_id) == (at_start, ends(rules, up.session_id)[1]):
            await asyncio.sleep(0.01)
    await following.stop()

    assert at_start == rules.clock() + timedelta(hours=2) + SHORT['absolute']
    assert ends(rules, up.session_id)[0] == rules.clock() + SHORT['absolute']
    assert [one.getMessage() for one in caplog.records if 'set back' in one.getMessage()]


@either_store
@pytest.mark.parametrize(('wall', 'steady', 'set_back'), [
    (30.0, 30.0, None), (29.5, 30.0, None), (31.0, 30.0, None), (7200.0, 30.0, None),
    (20.0, 30.0, 10.0), (-3600.0, 30.0, 3630.0), (28.5, 30.0, 1.5)])
def test_the_clock_is_compared_with_one_that_cannot_be_set(wall: float, steady: float, set_back: float | None) -> None:
    clock, steady_clock = Clock(), iter([100.0, 100.0 + steady])
    watched = WatchedClock(clock, lambda: next(steady_clock))

    clock.forward(seconds=wall)

    assert watched.set_back_by() == set_back


async def test_why_a_session_has_ended_is_found_though_whoever_ended_it_has_a_slow_clock(rules: Rules) -> None:
    laptop = await rules.sign_up()
    rules.clock.forward(seconds=-1)
    phone = await rules.sign_in(request_info=PHONE)
    await rules.auth.run(revoke, await rules.here(phone.token), laptop.session_id, request_info=PHONE)

    ended = await rules.auth.read(find_ends, [Ended(laptop.session_id)])

    assert ended[laptop.session_id].why is Why.REVOKED
