"""Signing out, switching, and the end of a lifetime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from auth.accounts import SignedIn
from auth.errors import ClientRenewed, SessionNotFound, StoreAway
from auth.sessions import OVERDUE_AT_ONCE, end_overdue, forget_client, set_active, sign_out, touch
from tests.conftest import PHONE, House


async def two_accounts(house: House) -> tuple[SignedIn, SignedIn]:
    """Ann and Bob on one client; Bob is active, and only his token counts."""
    ann = await house.sign_up('ann@example.com')
    house.clock.forward(seconds=1)
    return ann, await house.sign_up('bob@example.com', await house.here(ann.token))


async def test_with_nothing_signed_in_sign_out_succeeds_and_does_nothing(house: House) -> None:
    done = await house.sign_up()
    await sign_out(house.auth, await house.here(done.token))
    events = house.events()

    nobody = await sign_out(house.auth, None)
    again = await sign_out(house.auth, await house.here(done.token))

    assert not nobody.session_ids
    assert not again.session_ids
    assert not again.active_ended
    assert house.events() == events


async def test_without_an_id_every_session_of_the_client_is_removed_and_the_client_stays(house: House) -> None:
    ann, bob = await two_accounts(house)

    done = await sign_out(house.auth, await house.here(bob.token))

    assert set(done.session_ids) == {ann.session_id, bob.session_id}
    assert done.active_ended
    assert not done.others_remain
    assert (house.status(ann.session_id), house.status(bob.session_id)) == ('removed', 'removed')
    assert (await house.here(bob.token)).sessions == ()


async def test_of_several_accounts_the_active_one_leaves_and_none_is_chosen_in_its_place(house: House) -> None:
    ann, bob = await two_accounts(house)

    done = await sign_out(house.auth, await house.here(bob.token), bob.session_id)

    assert done.active_ended
    assert done.others_remain
    assert (house.status(ann.session_id), house.status(bob.session_id)) == ('active', 'removed')
    assert await house.active(bob.token) is None


async def test_another_account_leaves_and_the_active_one_is_untouched(house: House) -> None:
    ann, bob = await two_accounts(house)

    done = await sign_out(house.auth, await house.here(bob.token), ann.session_id)

    assert not done.active_ended
    assert await house.active(bob.token) == bob.session_id
    assert house.status(ann.session_id) == 'removed'


async def test_sign_out_leaves_the_users_other_devices(house: House) -> None:
    laptop = await house.sign_up()
    phone = await house.sign_in()

    await sign_out(house.auth, await house.here(laptop.token))

    assert await house.active(laptop.token) is None
    assert await house.active(phone.token) == phone.session_id


async def test_ids_that_are_unknown_foreign_ended_or_malformed_get_one_answer_and_change_nothing(house: House) -> None:
    ann, bob = await two_accounts(house)
    foreign = await house.sign_up('carol@example.com')
    await sign_out(house.auth, await house.here(bob.token), ann.session_id)
    before = house.sql('SELECT id, status FROM session ORDER BY id'), house.events()
    answers: set[str] = set()

    for session_id in ('sess_' + 'x' * 24, foreign.session_id, ann.session_id, '', '%', "' OR 1=1 --", bob.user_id,
                       'sess_\x00', '🦊', 'x' * 10_000):
        for verb in (sign_out, set_active):
            with pytest.raises(SessionNotFound) as refused:
                await verb(house.auth, await house.here(bob.token), session_id)
            answers.add(str(refused.value))
    with pytest.raises(SessionNotFound):
        await sign_out(house.auth, None, bob.session_id)
    with pytest.raises(SessionNotFound):
        await set_active(house.auth, None, bob.session_id)

    assert len(answers) == 1
    assert before == (house.sql('SELECT id, status FROM session ORDER BY id'), house.events())
    assert await house.active(bob.token) == bob.session_id


async def test_two_sign_outs_at_once_end_one_session_once(house: House) -> None:
    done = await house.sign_up()
    client = await house.here(done.token)

    outcomes = await asyncio.gather(*(sign_out(house.auth, client) for _ in range(5)))

    assert sorted(len(outcome.session_ids) for outcome in outcomes) == [0, 0, 0, 0, 1]
    assert house.events().count(('signed_out',)) == 1


async def test_the_old_secret_of_a_client_can_do_nothing(house: House) -> None:
    first = await house.sign_up()
    stale = await house.here(first.token)
    second = await house.sign_in(client=stale)

    with pytest.raises(ClientRenewed):  # to say that everybody is signed out would be untrue
        await sign_out(house.auth, stale)
    with pytest.raises(SessionNotFound):
        await sign_out(house.auth, stale, second.session_id)
    with pytest.raises(SessionNotFound):
        await set_active(house.auth, stale, second.session_id)

    assert await house.active(second.token) == second.session_id
    await sign_out(house.auth, await house.here(second.token))
    assert (await sign_out(house.auth, stale)).session_ids == ()


async def test_a_forgotten_client_is_signed_out_and_its_cookie_is_worthless(house: House) -> None:
    ann, bob = await two_accounts(house)
    phone = await house.sign_in('ann@example.com')
    await house.changes()

    await forget_client(house.auth, await house.here(bob.token), visitor=PHONE)
    changes = await house.changes()

    assert (house.status(ann.session_id), house.status(bob.session_id)) == ('removed', 'removed')
    assert await house.client(bob.token) is None
    assert await house.active(phone.token) == phone.session_id
    assert changes.client_ids == {bob.token.client_id}
    assert sorted(house.events('action', 'session_id', 'ip_address')[-2:]) == sorted(
        ('signed_out', session_id, PHONE.ip_address) for session_id in (ann.session_id, bob.session_id))


async def test_a_client_that_was_renewed_meanwhile_is_not_forgotten(house: House) -> None:
    first = await house.sign_up()
    stale = await house.here(first.token)
    second = await house.sign_in(client=stale)
    events = house.events()

    with pytest.raises(ClientRenewed):
        await forget_client(house.auth, stale)
    await forget_client(house.auth, None)

    assert await house.active(second.token) == second.session_id
    assert house.events() == events


async def test_a_client_that_is_forgotten_twice_at_once_is_forgotten_once(house: House) -> None:
    done = await house.sign_up()
    client = await house.here(done.token)

    await asyncio.gather(*(forget_client(house.auth, client) for _ in range(3)))

    assert house.status(done.session_id) == 'removed'
    assert house.events().count(('signed_out',)) == 1


async def test_switching_changes_the_session_in_use_and_nothing_else(house: House) -> None:
    ann, bob = await two_accounts(house)

    await set_active(house.auth, await house.here(bob.token), ann.session_id)
    await set_active(house.auth, await house.here(bob.token), ann.session_id)

    assert await house.active(bob.token) == ann.session_id
    assert house.status(bob.session_id) == 'active'
    assert house.events('action', 'user_id').count(('switched', ann.user_id)) == 1


async def test_an_unreachable_store_leaves_everybody_signed_in_and_a_retry_works(house: House) -> None:
    done = await house.sign_up()
    client = await house.here(done.token)

    with house.database.locked():
        with pytest.raises(StoreAway) as told:
            await sign_out(house.auth, client)
        still = house.status(done.session_id)
    await sign_out(house.auth, client)

    assert 'Nothing was changed' in told.value.message
    assert still == 'active'
    assert house.status(done.session_id) == 'removed'


async def test_an_end_and_its_audit_event_are_written_together_or_not_at_all(house: House) -> None:
    done = await house.sign_up()
    house.database.fail('INSERT ON audit_event')

    with pytest.raises(Exception, match='full'):
        await sign_out(house.auth, await house.here(done.token))

    assert house.status(done.session_id) == 'active'


async def test_the_absolute_lifetime_ends_a_session_under_constant_use(house_with: Callable[..., House]) -> None:
    house = house_with(session_lifetime_seconds=3600, session_inactivity_seconds=600)
    done = await house.sign_up()

    for _ in range(11):
        house.clock.forward(minutes=5)
        await touch(house.auth, done.token.client_id, done.session_id)
    just_before = await house.active(done.token)
    house.clock.forward(minutes=5)

    assert just_before == done.session_id
    assert await house.active(done.token) is None
    await end_overdue(house.auth)
    await end_overdue(house.auth)
    assert house.status(done.session_id) == 'expired'
    assert house.events().count(('expired',)) == 1


async def test_the_inactivity_limit_abandons_a_session_that_nobody_uses(house_with: Callable[..., House]) -> None:
    house = house_with(session_inactivity_seconds=600)
    done = await house.sign_up()

    house.clock.forward(seconds=599)
    just_below = await house.active(done.token)
    house.clock.forward(seconds=2)
    just_above = await house.active(done.token)
    await end_overdue(house.auth)

    assert just_below == done.session_id
    assert just_above is None
    assert house.status(done.session_id) == 'abandoned'
    assert house.events()[-1] == ('abandoned',)


async def test_an_overdue_session_can_not_be_used_before_the_sweep_has_marked_it(house: House) -> None:
    ann, bob = await two_accounts(house)
    client = await house.here(bob.token)
    house.clock.forward(days=8)

    with pytest.raises(SessionNotFound):
        await sign_out(house.auth, client, bob.session_id)
    with pytest.raises(SessionNotFound):
        await set_active(house.auth, client, ann.session_id)
    await touch(house.auth, client.id, bob.session_id)
    await end_overdue(house.auth)

    assert (house.status(ann.session_id), house.status(bob.session_id)) == ('expired', 'expired')


async def test_very_many_overdue_sessions_are_ended_some_at_a_time(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    done = await house.sign_up()
    house.sql('INSERT INTO session WITH RECURSIVE numbers (n) AS '
              f'(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {2 * OVERDUE_AT_ONCE}) '
              "SELECT 'sess_' || n, user_id, client_id, status, created_at, last_active_at, expire_at, abandon_at, "
              'user_agent, ip_address FROM session, numbers')
    house.clock.forward(days=8)
    transaction, opened = house.auth.store.transaction, 0

    def counted() -> AbstractAsyncContextManager[AsyncSession]:
        nonlocal opened
        opened += 1
        return transaction()

    monkeypatch.setattr(house.auth.store, 'transaction', counted)
    await end_overdue(house.auth)

    assert opened == 3
    assert house.sql("SELECT count(*) FROM session WHERE status = 'expired'") == [(2 * OVERDUE_AT_ONCE + 1,)]
    assert house.sql("SELECT count(DISTINCT session_id), count(*) FROM audit_event WHERE action = 'expired' AND "
                     'user_id = ? AND client_id = ?', done.user_id, done.token.client_id) == [
        (2 * OVERDUE_AT_ONCE + 1, 2 * OVERDUE_AT_ONCE + 1)]


async def test_whoever_says_what_to_use_is_active(house: House) -> None:
    ann, bob = await two_accounts(house)
    before = house.sql('SELECT last_active_at FROM session WHERE id = ?', ann.session_id)

    house.clock.forward(seconds=61)
    await set_active(house.auth, await house.here(bob.token), ann.session_id)

    assert house.sql('SELECT last_active_at FROM session WHERE id = ?', ann.session_id) > before


async def test_activity_is_written_at_most_once_an_interval(house: House) -> None:
    done = await house.sign_up()
    last_seen = 'SELECT last_active_at FROM session'
    at_first = house.sql(last_seen)

    house.clock.forward(seconds=59)
    await touch(house.auth, done.token.client_id, done.session_id)
    too_soon = house.sql(last_seen)
    house.clock.forward(seconds=2)
    await touch(house.auth, done.token.client_id, done.session_id)

    assert too_soon == at_first
    assert house.sql(last_seen) > at_first


@pytest.mark.parametrize('status', ['pending', 'removed', 'ended', 'revoked', 'expired', 'abandoned', 'replaced', 'new',
                                    '', 'ACTIVE'])
async def test_only_an_active_session_is_signed_in(house: House, status: str) -> None:
    done = await house.sign_up()

    house.sql('UPDATE session SET status = ?', status)

    assert await house.active(done.token) is None
    with pytest.raises(SessionNotFound):
        await set_active(house.auth, await house.here(done.token), done.session_id)


@pytest.mark.parametrize(('kind', 'garbage'), [
    *(('sqlite', garbage) for garbage in ('', 'tomorrow', '0', '9999', "x'00'", '2026-13-45')),
    *(('postgres', garbage) for garbage in ('infinity', '-infinity', '2026-01-01 BC', '12026-01-01')),
], indirect=['kind'])
async def test_garbage_for_a_lifetime_counts_as_over(house: House, garbage: str) -> None:
    done = await house.sign_up()

    house.sql('UPDATE session SET expire_at = ?', garbage)

    assert await house.active(done.token) is None


async def test_a_disabled_or_deleted_user_is_signed_in_nowhere(house: House) -> None:
    ann, bob = await two_accounts(house)

    house.sql('UPDATE user SET disabled = 1 WHERE id = ?', bob.user_id)
    disabled = await house.here(bob.token)
    house.sql('DELETE FROM user WHERE id = ?', ann.user_id)
    deleted = await house.here(bob.token)

    assert [session.id for session in disabled.sessions] == [ann.session_id]
    assert deleted.sessions == ()
