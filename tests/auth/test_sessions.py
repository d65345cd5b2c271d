"""Signing out, switching, and the end of a lifetime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from auth.errors import ClientRenewed, NotSignedIn, SessionNotFound, StoreAway
from auth.rules.profile import change_name
from auth.rules.sessions import OVERDUE_AT_ONCE, end_overdue, forget_client, set_active, sign_out, touch
from auth.rules.sign_in import SignedIn
from models import SessionStatus
from tests.rules import PATIENT, PHONE, Rules
from tests.running import both_stores


async def two_accounts(rules: Rules) -> tuple[SignedIn, SignedIn]:
    """Ann and Bob on one client; Bob is active, and only his token counts."""
    ann = await rules.sign_up('ann@example.com')
    rules.clock.forward(seconds=1)
    return ann, await rules.sign_up('bob@example.com', await rules.here(ann.token))


async def test_with_nothing_signed_in_sign_out_succeeds_and_does_nothing(rules: Rules) -> None:
    done = await rules.sign_up()
    await rules.auth.run(sign_out, await rules.here(done.token))
    events = rules.events()

    nobody = await rules.auth.run(sign_out, None)
    again = await rules.auth.run(sign_out, await rules.here(done.token))

    assert not nobody.session_ids
    assert not again.session_ids
    assert not again.active_ended
    assert rules.events() == events


async def test_without_an_id_every_session_of_the_client_is_removed_and_the_client_stays(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)

    done = await rules.auth.run(sign_out, await rules.here(bob.token))

    assert set(done.session_ids) == {ann.session_id, bob.session_id}
    assert done.active_ended
    assert not done.others_remain
    assert (rules.status(ann.session_id), rules.status(bob.session_id)) == ('removed', 'removed')
    assert (await rules.here(bob.token)).sessions == ()


async def test_of_several_accounts_the_active_one_leaves_and_none_is_chosen_in_its_place(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)

    done = await rules.auth.run(sign_out, await rules.here(bob.token), bob.session_id)

    assert done.active_ended
    assert done.others_remain
    assert (rules.status(ann.session_id), rules.status(bob.session_id)) == ('active', 'removed')
    assert await rules.active(bob.token) is None


async def test_another_account_leaves_and_the_active_one_is_untouched(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)

    done = await rules.auth.run(sign_out, await rules.here(bob.token), ann.session_id)

    assert not done.active_ended
    assert await rules.active(bob.token) == bob.session_id
    assert rules.status(ann.session_id) == 'removed'


async def test_sign_out_leaves_the_users_other_devices(rules: Rules) -> None:
    laptop = await rules.sign_up()
    phone = await rules.sign_in()

    await rules.auth.run(sign_out, await rules.here(laptop.token))

    assert await rules.active(laptop.token) is None
    assert await rules.active(phone.token) == phone.session_id


async def test_ids_that_are_unknown_foreign_ended_or_malformed_get_one_answer_and_change_nothing(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)
    foreign = await rules.sign_up('carol@example.com')
    await rules.auth.run(sign_out, await rules.here(bob.token), ann.session_id)
    before = rules.sql('SELECT id, status FROM session ORDER BY id'), rules.events()
    answers: set[str] = set()

    for session_id in ('sess_' + 'x' * 24, foreign.session_id, ann.session_id, '', '%', "' OR 1=1 --", bob.user_id,
                       'sess_\x00', '🦊', 'x' * 10_000):
        for verb in (sign_out, partial(set_active, settings=rules.auth.settings)):
            with pytest.raises(SessionNotFound) as refused:
                await rules.auth.run(verb, await rules.here(bob.token), session_id)
            answers.add(str(refused.value))
    with pytest.raises(SessionNotFound):
        await rules.auth.run(sign_out, None, bob.session_id)
    with pytest.raises(SessionNotFound):
        await rules.auth.run(set_active, None, bob.session_id, settings=rules.auth.settings)

    assert len(answers) == 1
    assert before == (rules.sql('SELECT id, status FROM session ORDER BY id'), rules.events())
    assert await rules.active(bob.token) == bob.session_id


async def test_two_sign_outs_at_once_end_one_session_once(rules: Rules) -> None:
    done = await rules.sign_up()
    client = await rules.here(done.token)

    outcomes = await asyncio.gather(*(rules.auth.run(sign_out, client) for _ in range(5)))

    assert sorted(len(outcome.session_ids) for outcome in outcomes) == [0, 0, 0, 0, 1]
    assert rules.events().count(('signed_out',)) == 1


async def test_the_old_secret_of_a_client_can_do_nothing(rules: Rules) -> None:
    first = await rules.sign_up()
    stale = await rules.here(first.token)
    second = await rules.sign_in(client=stale)

    with pytest.raises(ClientRenewed):  # to say that everybody is signed out would be untrue
        await rules.auth.run(sign_out, stale)
    with pytest.raises(SessionNotFound):
        await rules.auth.run(sign_out, stale, second.session_id)
    with pytest.raises(SessionNotFound):
        await rules.auth.run(set_active, stale, second.session_id, settings=rules.auth.settings)

    assert await rules.active(second.token) == second.session_id
    await rules.auth.run(sign_out, await rules.here(second.token))
    assert (await rules.auth.run(sign_out, stale)).session_ids == ()


async def test_a_forgotten_client_is_signed_out_and_its_cookie_is_worthless(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)
    phone = await rules.sign_in('ann@example.com')
    await rules.changes()

    await rules.auth.run(forget_client, await rules.here(bob.token), request_info=PHONE)
    changes = await rules.changes()

    assert (rules.status(ann.session_id), rules.status(bob.session_id)) == ('removed', 'removed')
    assert await rules.client(bob.token) is None
    assert await rules.active(phone.token) == phone.session_id
    assert changes.client_ids == {bob.token.client_id}
    assert sorted(rules.events('action', 'session_id', 'ip_address')[-2:]) == sorted(
        ('signed_out', session_id, PHONE.ip_address) for session_id in (ann.session_id, bob.session_id))


async def test_a_client_that_was_renewed_meanwhile_is_not_forgotten(rules: Rules) -> None:
    first = await rules.sign_up()
    stale = await rules.here(first.token)
    second = await rules.sign_in(client=stale)
    events = rules.events()

    with pytest.raises(ClientRenewed):
        await rules.auth.run(forget_client, stale)
    await rules.auth.run(forget_client, None)

    assert await rules.active(second.token) == second.session_id
    assert rules.events() == events


async def test_a_client_that_is_forgotten_twice_at_once_is_forgotten_once(rules: Rules) -> None:
    done = await rules.sign_up()
    client = await rules.here(done.token)

    await asyncio.gather(*(rules.auth.run(forget_client, client) for _ in range(3)))

    assert rules.status(done.session_id) == 'removed'
    assert rules.events().count(('signed_out',)) == 1


async def test_switching_changes_the_session_in_use_and_nothing_else(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)

    await rules.auth.run(set_active, await rules.here(bob.token), ann.session_id, settings=rules.auth.settings)
    await rules.auth.run(set_active, await rules.here(bob.token), ann.session_id, settings=rules.auth.settings)

    assert await rules.active(bob.token) == ann.session_id
    assert rules.status(bob.session_id) == 'active'
    assert rules.events('action', 'user_id').count(('switched', ann.user_id)) == 1


@pytest.mark.parametrize('timing', [replace(PATIENT, lock_seconds=0.5)])
async def test_an_unreachable_store_leaves_everybody_signed_in_and_a_retry_works(rules: Rules) -> None:
    done = await rules.sign_up()
    client = await rules.here(done.token)

    with rules.database.locked():
        with pytest.raises(StoreAway) as told:
            await rules.auth.run(sign_out, client)
        still = rules.status(done.session_id)
    await rules.auth.run(sign_out, client)

    assert 'Nothing was changed' in told.value.message
    assert still == 'active'
    assert rules.status(done.session_id) == 'removed'


async def test_an_end_and_its_audit_event_are_written_together_or_not_at_all(rules: Rules) -> None:
    done = await rules.sign_up()
    rules.database.fail('INSERT ON audit_event')

    with pytest.raises(Exception, match='full'):
        await rules.auth.run(sign_out, await rules.here(done.token))

    assert rules.status(done.session_id) == 'active'


async def test_the_absolute_lifetime_ends_a_session_under_constant_use(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(session_lifetime_seconds=3600, session_inactivity_seconds=600)
    done = await rules.sign_up()

    for _ in range(11):
        rules.clock.forward(minutes=5)
        await rules.auth.run(touch, done.token.client_id, done.session_id, settings=rules.auth.settings)
    just_before = await rules.active(done.token)
    rules.clock.forward(minutes=5)

    assert just_before == done.session_id
    assert await rules.active(done.token) is None
    await rules.auth.run(end_overdue)
    await rules.auth.run(end_overdue)
    assert rules.status(done.session_id) == 'expired'
    assert rules.events().count(('expired',)) == 1


async def test_the_inactivity_limit_abandons_a_session_that_nobody_uses(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(session_inactivity_seconds=600)
    done = await rules.sign_up()

    rules.clock.forward(seconds=599)
    just_below = await rules.active(done.token)
    rules.clock.forward(seconds=2)
    just_above = await rules.active(done.token)
    await rules.auth.run(end_overdue)

    assert just_below == done.session_id
    assert just_above is None
    assert rules.status(done.session_id) == 'abandoned'
    assert rules.events()[-1] == ('abandoned',)


@pytest.mark.parametrize(('end', 'marked'), [('expire_at', 'expired'), ('abandon_at', 'abandoned')])
async def test_an_overdue_session_cannot_be_used_before_the_sweep_has_marked_it(
        rules: Rules, end: str, marked: str) -> None:
    ann, bob = await two_accounts(rules)
    client = await rules.here(bob.token)
    rules.sql(f"UPDATE session SET {end} = '2020-01-01 00:00:00.000000'")  # after the client was read

    with pytest.raises(SessionNotFound):
        await rules.auth.run(sign_out, client, bob.session_id)
    with pytest.raises(SessionNotFound):
        await rules.auth.run(set_active, client, ann.session_id, settings=rules.auth.settings)
    with pytest.raises(NotSignedIn):
        await rules.auth.run(change_name, client, first_name='Eve', request_info=PHONE)
    await rules.auth.run(touch, client.id, bob.session_id, settings=rules.auth.settings)
    await rules.auth.run(end_overdue)

    assert (rules.status(ann.session_id), rules.status(bob.session_id)) == (marked, marked)


async def test_very_many_overdue_sessions_are_ended_some_at_a_time(rules: Rules) -> None:
    done = await rules.sign_up()
    rules.sql('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at, '
              'abandon_at, user_agent, ip_address) WITH RECURSIVE numbers (n) AS '
              f'(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {2 * OVERDUE_AT_ONCE}) '
              "SELECT 'sess_' || n, user_id, client_id, status, created_at, last_active_at, expire_at, abandon_at, "
              'user_agent, ip_address FROM session, numbers')
    rules.clock.forward(days=8)

    assert [await rules.auth.run(end_overdue) for _ in range(3)] == [True, True, False]
    assert rules.sql("SELECT count(*) FROM session WHERE status = 'expired'") == [(2 * OVERDUE_AT_ONCE + 1,)]
    assert rules.sql("SELECT count(DISTINCT session_id), count(*) FROM audit_event WHERE action = 'expired' AND "
                     'user_id = ? AND client_id = ?', done.user_id, done.token.client_id) == [
        (2 * OVERDUE_AT_ONCE + 1, 2 * OVERDUE_AT_ONCE + 1)]


async def test_whoever_says_what_to_use_is_active(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)
    before = rules.sql('SELECT last_active_at FROM session WHERE id = ?', ann.session_id)

    rules.clock.forward(seconds=61)
    await rules.auth.run(set_active, await rules.here(bob.token), ann.session_id, settings=rules.auth.settings)

    assert rules.sql('SELECT last_active_at FROM session WHERE id = ?', ann.session_id) > before


async def test_activity_is_written_at_most_once_an_interval(rules: Rules) -> None:
    done = await rules.sign_up()
    last_seen = 'SELECT last_active_at FROM session'
    at_first = rules.sql(last_seen)

    rules.clock.forward(seconds=59)
    await rules.auth.run(touch, done.token.client_id, done.session_id, settings=rules.auth.settings)
    too_soon = rules.sql(last_seen)
    rules.clock.forward(seconds=2)
    await rules.auth.run(touch, done.token.client_id, done.session_id, settings=rules.auth.settings)

    assert too_soon == at_first
    assert rules.sql(last_seen) > at_first


@both_stores
async def test_only_an_active_session_is_signed_in(rules: Rules, subtests: pytest.Subtests) -> None:
    done = await rules.sign_up()

    for status in (*(status for status in SessionStatus if status != SessionStatus.ACTIVE), 'new', '', 'ACTIVE'):
        with subtests.test(status=status):
            rules.sql('UPDATE session SET status = ?', status)

            assert await rules.active(done.token) is None
            with pytest.raises(SessionNotFound):
                await rules.auth.run(set_active, await rules.here(done.token), done.session_id,
                                     settings=rules.auth.settings)


@pytest.mark.parametrize(('kind', 'garbage'), [
    *(('sqlite', garbage) for garbage in ('', 'tomorrow', '0', '9999', "x'00'", '2026-13-45')),
    *(('postgres', garbage) for garbage in ('infinity', '-infinity', '2026-01-01 BC', '12026-01-01')),
], indirect=['kind'])
async def test_garbage_for_a_lifetime_counts_as_over(rules: Rules, garbage: str) -> None:
    done = await rules.sign_up()

    rules.sql('UPDATE session SET expire_at = ?', garbage)

    assert await rules.active(done.token) is None


async def test_a_disabled_or_deleted_user_is_signed_in_nowhere(rules: Rules) -> None:
    ann, bob = await two_accounts(rules)

    rules.sql('UPDATE user SET disabled = 1 WHERE id = ?', bob.user_id)
    disabled = await rules.here(bob.token)
    rules.sql('DELETE FROM user WHERE id = ?', ann.user_id)
    deleted = await rules.here(bob.token)

    assert [session.id for session in disabled.sessions] == [ann.session_id]
    assert deleted.sessions == ()
