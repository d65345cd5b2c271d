"""Recent authentication: what matters most asks for a password that was given a moment ago, in the same session."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.errors import ReverificationRequired
from auth.rules.actor import find_actor
from auth.rules.clients import ClientView
from auth.rules.recent import check_recent, is_recent
from tests.rules import PHONE, Rules
from tests.running import either_store

WITHIN = timedelta(minutes=10)


async def may_act(rules: Rules, client: ClientView, session_id: str | None = None) -> bool:
    """Whether a session has given its password a moment ago, by the store."""
    actor = await rules.auth.read(find_actor, client, session_id)
    try:
        check_recent(rules.clock(), actor, WITHIN)
    except ReverificationRequired:
        return False
    return True


async def test_the_window_begins_with_the_sign_in_and_activity_does_not_renew_it(rules: Rules) -> None:
    ann = await rules.sign_up()
    client = await rules.here(ann.token)
    rules.clock.forward(minutes=9, seconds=59)
    before = await may_act(rules, client)

    rules.clock.forward(seconds=1)

    assert (before, await may_act(rules, client)) == (True, False)


async def test_the_window_belongs_to_the_session_and_not_to_the_user(rules: Rules) -> None:
    ann = await rules.sign_up()
    rules.clock.forward(minutes=20)
    phone = await rules.sign_in(request_info=PHONE)
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    laptop = await rules.here(bob.token)

    found = {'laptop': await may_act(rules, laptop, ann.session_id), 'phone': await may_act(
        rules, await rules.here(phone.token)), 'another account': await may_act(rules, laptop, bob.session_id)}

    assert found == {'laptop': False, 'phone': True, 'another account': True}


async def test_a_sign_in_of_another_account_rotates_the_secret_and_renews_no_window(rules: Rules) -> None:
    ann = await rules.sign_up()
    rules.clock.forward(minutes=11)
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))

    assert bob.token.client_id == ann.token.client_id
    assert bob.token != ann.token
    assert not await may_act(rules, await rules.here(bob.token), ann.session_id)


async def test_signing_in_again_to_the_same_account_renews_it(rules: Rules) -> None:
    ann = await rules.sign_up()
    rules.clock.forward(minutes=20)

    again = await rules.sign_in(client=await rules.here(ann.token))

    assert again.session_id == ann.session_id
    assert await may_act(rules, await rules.here(again.token))


async def test_a_session_of_a_program_that_does_not_know_of_it_has_given_its_password_when_it_was_made(
        rules: Rules) -> None:
    ann = await rules.sign_up()
    rules.sql('UPDATE session SET authenticated_at = NULL')
    client = await rules.here(ann.token)
    before = await may_act(rules, client)

    rules.clock.forward(minutes=11)

    assert (before, await may_act(rules, client)) == (True, False)


async def test_who_takes_the_moment_back_in_the_store_is_believed_at_once(rules: Rules) -> None:
    ann = await rules.sign_up()
    client = await rules.here(ann.token)
    await rules.changes()

    rules.sql("UPDATE session SET authenticated_at = '2025-12-31 00:00:00'")

    assert not await may_act(rules, client)
    assert (await rules.changes()).client_ids == {ann.token.client_id}


@either_store
@pytest.mark.parametrize(('minutes', 'recent'), [(0, True), (9.99, True), (10, False), (-9.99, True), (-10, False)])
async def test_a_moment_to_come_counts_no_longer_than_one_that_has_passed(
        rules: Rules, minutes: float, recent: bool) -> None:
    now = rules.clock()

    assert is_recent(now - timedelta(minutes=minutes), now, WITHIN) is recent
