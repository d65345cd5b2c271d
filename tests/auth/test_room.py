"""On how many browsers a user may be signed in: one more ends the session that was used least recently."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from auth.rules.ends import End, Ended, Why, find_ends
from auth.rules.history import read_history
from auth.rules.sessions import touch
from auth.rules.sign_in import SignedIn
from tests.rules import LAPTOP, PHONE, Rules

MakeRules = Callable[..., Rules]


@pytest.fixture
async def three(rules_with: MakeRules) -> tuple[Rules, list[SignedIn]]:
    """Rules with room for three, and Ann on three browsers, one after the other."""
    rules = rules_with(max_sessions_per_user=3)
    signed_in = [await rules.sign_up()]
    for _ in range(2):
        rules.clock.forward(minutes=2)
        signed_in.append(await rules.sign_in())
    return rules, signed_in


def statuses(rules: Rules, signed_in: list[SignedIn]) -> list[str]:
    return [rules.status(one.session_id) for one in signed_in]


async def test_one_more_ends_the_one_that_was_used_least_recently(three: tuple[Rules, list[SignedIn]]) -> None:
    rules, signed_in = three
    rules.clock.forward(minutes=2)
    await rules.auth.run(touch, signed_in[0].token.client_id, signed_in[0].session_id, settings=rules.auth.settings)

    signed_in.append(await rules.sign_in(request_info=PHONE))

    assert statuses(rules, signed_in) == ['active', 'replaced', 'active', 'active']
    assert await rules.active(signed_in[1].token) is None
    assert [await rules.active(one.token) is None for one in signed_in] == [False, True, False, False]


async def test_whoever_was_replaced_is_told_why_and_the_history_says_where(three: tuple[Rules, list[SignedIn]]) -> None:
    rules, signed_in = three
    phone = await rules.sign_in(request_info=PHONE)

    ended = await rules.auth.read(find_ends, [Ended(signed_in[0].session_id)])
    events = (await rules.auth.read(read_history, await rules.here(phone.token))).events

    assert ended == {signed_in[0].session_id: End(Why.REPLACED)}
    event = next(event for event in events if event.action == 'replaced')
    assert (str(event.from_device), event.ip_address) == ('Safari 18 on iPhone', PHONE.ip_address)
    assert event.ended_device is not None


async def test_who_signs_in_again_where_they_are_replaces_nobody(three: tuple[Rules, list[SignedIn]]) -> None:
    rules, signed_in = three

    await rules.sign_in(client=await rules.here(signed_in[1].token))

    assert statuses(rules, signed_in) == ['active'] * 3


async def test_neither_do_others_nor_those_that_have_ended_count(three: tuple[Rules, list[SignedIn]]) -> None:
    rules, signed_in = three
    bob = await rules.sign_up('bob@example.com', await rules.here(signed_in[0].token))
    rules.clock.forward(minutes=26, seconds=30)  # the first is abandoned by now, though nobody has swept it

    await rules.sign_in()

    assert statuses(rules, [*signed_in, bob]) == ['active'] * 4


async def test_where_the_limit_was_lowered_the_next_sign_in_ends_all_that_are_too_many(
        three: tuple[Rules, list[SignedIn]]) -> None:
    rules, signed_in = three
    rules.auth.settings.max_sessions_per_user = 1

    signed_in.append(await rules.sign_in())

    assert statuses(rules, signed_in) == ['replaced'] * 3 + ['active']
    assert rules.events().count(('replaced',)) == 3


@pytest.mark.parametrize('at_once', [2, 5])
async def test_sign_ins_at_once_never_leave_more_than_there_may_be(
        three: tuple[Rules, list[SignedIn]], at_once: int) -> None:
    rules, _ = three

    await asyncio.gather(*[rules.sign_in(request_info=LAPTOP) for _ in range(at_once)])

    counts = dict(rules.sql('SELECT status, count(*) FROM session GROUP BY status'))
    assert counts == {'active': 3, 'replaced': at_once}
    assert rules.events().count(('replaced',)) == at_once


async def test_two_who_share_two_browsers_and_push_each_other_out_at_once_both_come_in(rules_with: MakeRules) -> None:
    rules = rules_with(max_sessions_per_user=1)
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    here, there = await rules.here(ann.token), await rules.here(bob.token)

    swapped = await asyncio.gather(rules.sign_in('bob@example.com', here), rules.sign_in(client=there))

    assert statuses(rules, [ann, bob, *swapped]) == ['replaced', 'replaced', 'active', 'active']
