"""What may be tried how often, by whom, and what is answered beyond that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from auth.credentials.passwords import Passwords
from auth.errors import AccountLocked, AuthError, LimitReached, PasswordIncorrect, SessionExists, TooBusy
from auth.requests.request_info import RequestInfo
from auth.rules.actor import by_command_line
from auth.rules.admin import set_password
from auth.rules.buckets import forget_drained
from auth.rules.clients import ClientView
from auth.rules.context import Auth
from auth.rules.limits import MOST_IN_A_ROW, Act
from auth.rules.profile import change_password
from auth.rules.sessions import sign_out
from auth.rules.store import Store
from tests.auth.conftest import Api, sign_up
from tests.computed_once import store_at
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PATIENT, PHONE, Rules
from tests.running import either_store

ANN, NOBODY = 'ann@example.com', 'nobody@example.com'
WRONG = 'wrong horse'


async def answer(rules: Rules, identifier: str = ANN, password: str = WRONG, client: ClientView | None = None,
                 address: str = '203.0.113.9') -> type[AuthError] | None:
    """What comes of a sign-in: the kind of refusal, or None."""
    try:
        await rules.sign_in(identifier, client, password, RequestInfo(address))
    except AuthError as error:
        return type(error)
    return None


async def answers(rules: Rules, times: int, *args: Any, **kwargs: Any) -> list[type[AuthError] | None]:
    return [await answer(rules, *args, **kwargs) for _ in range(times)]


async def elsewhere(rules: Rules) -> Rules:
    """Another process on the same store."""
    auth = Auth(store_at(rules.database.url, PATIENT), rules.auth.settings, rules.clock,
                Passwords(memory_kib=8, time_cost=1, patience_seconds=PATIENT.hash_patience_seconds), PATIENT)
    return Rules(rules.database, auth, rules.clock)


@pytest.mark.parametrize('identifier', [ANN, NOBODY])
async def test_the_eleventh_wrong_password_is_not_looked_at_whether_there_is_an_account_or_not(
        rules: Rules, identifier: str) -> None:
    await rules.sign_up()

    told = await answers(rules, 13, identifier)

    assert told == [PasswordIncorrect] * 10 + [LimitReached] * 3
    with pytest.raises(LimitReached) as refused:
        await rules.sign_in(identifier, request_info=PHONE)  # also the right one, from elsewhere
    assert refused.value.retry_after == 90
    assert str(refused.value) == 'Too many attempts. Nothing was changed. Wait 2 minutes, then try again.'


async def test_time_gives_one_attempt_after_another_back(rules: Rules) -> None:
    await rules.sign_up()
    await answers(rules, 11)

    rules.clock.forward(seconds=89)
    assert await answer(rules) is LimitReached
    rules.clock.forward(seconds=2)
    assert await answers(rules, 2) == [PasswordIncorrect, LimitReached]
    rules.clock.forward(hours=1)
    assert await answers(rules, 11) == [PasswordIncorrect] * 10 + [LimitReached]


async def test_a_success_begins_the_count_anew(rules: Rules) -> None:
    await rules.sign_up()

    for _ in range(3):
        assert await answers(rules, 9) == [PasswordIncorrect] * 9
        assert await answer(rules, password=PASSWORD) is None


@either_store
async def test_two_processes_count_together_and_one_of_two_gets_the_last_place(rules: Rules) -> None:
    await rules.sign_up()
    other = await elsewhere(rules)
    try:
        assert await answers(rules, 5) + await answers(other, 4) == [PasswordIncorrect] * 9

        told = await asyncio.gather(*[answer(where) for where in (rules, other) * 4])

        assert sorted(one.__name__ for one in told if one) == ['LimitReached'] * 7 + ['PasswordIncorrect']
    finally:
        await other.auth.close()


async def test_an_address_that_tries_many_accounts_is_turned_away_and_others_are_not(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(wrong_passwords_per_address=5)
    await rules.sign_up()
    network = [f'2001:db8:0:1::{host}' for host in range(7)]  # somebody has all addresses of a /64

    told = [await answer(rules, f'{host}@example.com', address=address) for host, address in enumerate(network)]

    assert told == [PasswordIncorrect] * 5 + [LimitReached] * 2
    assert await answer(rules, password=PASSWORD, address='2001:db8:0:1::ffff') is LimitReached
    assert await answer(rules, password=PASSWORD, address='2001:db8:0:2::1') is None


async def test_whoever_knows_their_password_uses_nothing_up(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(wrong_passwords_per_address=5)
    await rules.sign_up()

    assert await answers(rules, 20, password=PASSWORD) == [None] * 20


@pytest.mark.parametrize('address', ['127.0.0.1', '::1', ''])
async def test_this_machine_tells_nobody_apart_so_it_has_no_limit_for_its_address(
        rules_with: Callable[..., Rules], address: str) -> None:
    rules = rules_with(wrong_passwords_per_address=2, sign_ups_per_address=2)

    told = [await answer(rules, f'{number}@example.com', address=address) for number in range(9)]

    assert told == [PasswordIncorrect] * 9


async def test_a_browser_that_was_signed_in_before_has_a_share_of_its_own(rules: Rules) -> None:
    ann = await rules.sign_up()
    client = await rules.here(ann.token)
    await rules.auth.run(sign_out, client, request_info=LAPTOP)
    bob = await rules.sign_up('bob@example.com')
    await answers(rules, 11)

    assert await answer(rules, password=PASSWORD, client=await rules.here(bob.token)) is LimitReached
    assert await answers(rules, 4, client=client) == [PasswordIncorrect] * 4
    assert await answer(rules, password=PASSWORD, client=client) is None


async def test_the_share_of_a_browser_ends_as_well(rules: Rules) -> None:
    client = await rules.here((await rules.sign_up()).token)

    assert await answers(rules, 12, client=client) == [PasswordIncorrect] * 10 + [LimitReached] * 2
    assert await answer(rules, password=PASSWORD) is None  # which others have not used up


@pytest.mark.parametrize('identifier', [ANN, NOBODY])
async def test_after_ninety_in_a_row_strangers_are_locked_out_however_slow_they_are(
        rules: Rules, identifier: str) -> None:
    client = await rules.here((await rules.sign_up()).token)

    told = []
    for _ in range(92):
        rules.clock.forward(hours=20)
        told.append(await answer(rules, identifier))
        while await rules.auth.run(forget_drained):
            pass

    assert told == [PasswordIncorrect] * 90 + [AccountLocked] * 2
    assert await answer(rules, identifier, PASSWORD) is AccountLocked
    if identifier == ANN:
        assert await answer(rules, password=PASSWORD, client=client) is None
        rules.clock.forward(seconds=6)
        assert await answer(rules, password=PASSWORD) is None


async def test_a_hundred_in_a_row_lock_the_account_for_everybody_until_it_has_another_password(rules: Rules) -> None:
    client = await rules.here((await rules.sign_up()).token)
    rules.sql(f"INSERT INTO attempts SELECT 'sign_in', 'account', id, 0, {MOST_IN_A_ROW - 2} FROM user")

    assert await answers(rules, 3, client=client) == [PasswordIncorrect] * 2 + [AccountLocked]
    assert await answer(rules, password=PASSWORD, client=client) is AccountLocked
    await set_password(rules.auth, by_command_line, rules.sql('SELECT id FROM user')[0][0], NEW_PASSWORD)
    rules.clock.forward(seconds=6)

    assert await answer(rules, password=NEW_PASSWORD) is None


async def test_wrong_current_passwords_count_for_the_account_as_well(rules: Rules) -> None:
    client = await rules.here((await rules.sign_up()).token)
    rules.sql(f"INSERT INTO attempts SELECT 'sign_in', 'account', id, 0, {MOST_IN_A_ROW - 2} FROM user")

    told = []
    for _ in range(3):
        with pytest.raises(AuthError) as refused:
            await change_password(rules.auth, client, current_password='wrong horse', new_password=NEW_PASSWORD,
                                  sign_out_others=False, request_info=PHONE)
        told.append(type(refused.value))

    assert told == [PasswordIncorrect] * 2 + [AccountLocked]
    assert rules.sql('SELECT count FROM wrong_passwords') == [(2,)]


async def test_what_nobody_looked_at_is_no_attempt_of_a_known_browser(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await rules.here((await rules.sign_up()).token)

    async def too_busy(*_: Any) -> None:
        raise TooBusy

    with monkeypatch.context() as busy:
        busy.setattr(Passwords, 'matching_form', too_busy)
        assert await answers(rules, 20, client=client) == [TooBusy] * 20
        assert await answers(rules, 11) == [TooBusy] * 10 + [LimitReached]  # others send no more in vain than else

    assert await answers(rules, 11, client=client) == [PasswordIncorrect] * 10 + [LimitReached]


async def test_a_right_password_that_signs_nobody_in_is_no_wrong_one(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(single_session_mode=True)
    client = await rules.here((await rules.sign_up()).token)
    await rules.sign_up('bob@example.com')

    assert await answers(rules, 12, 'bob@example.com', PASSWORD, client=client) == [SessionExists] * 12


async def test_whom_a_limit_turns_away_costs_the_store_nothing(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    await rules.sign_up()
    await answers(rules, 11)

    async def nobody_may(*_: Any) -> None:
        raise AssertionError('the store was asked')

    monkeypatch.setattr(Store, 'run', nobody_may)
    monkeypatch.setattr(Store, 'read', nobody_may)

    assert await answers(rules, 50) == [LimitReached] * 50


async def test_a_clock_that_was_set_back_locks_nobody_out_for_longer(rules: Rules) -> None:
    await rules.sign_up()
    rules.clock.forward(days=300)
    await answers(rules, 5)
    rules.clock.forward(days=-300)

    assert await answers(rules, 2) == [PasswordIncorrect, LimitReached]
    rules.clock.forward(seconds=91)
    assert await answer(rules) is PasswordIncorrect


async def test_sign_ups_and_mails_have_limits_of_their_own(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(sign_ups_per_address=3)
    for number in range(3):
        await rules.sign_up(f'{number}@example.com')
    with pytest.raises(LimitReached) as refused:
        await rules.sign_up()
    assert refused.value.retry_after == 20 * 60

    for _ in range(5):
        await rules.auth.limits.check(Act.MAIL, account=ANN, address=PHONE.ip_address)
    with pytest.raises(LimitReached):
        await rules.auth.limits.check(Act.MAIL, account=' Ann@Example.COM', address=PHONE.ip_address)
    await rules.auth.limits.check(Act.RESET_PASSWORD, account=ANN, address=PHONE.ip_address)


async def test_the_answer_says_when_to_come_again(api: Api) -> None:
    async with api.browser() as laptop, api.browser() as thief:
        await sign_up(laptop)
        for _ in range(11):
            told = await thief.post('/v1/client/sign_ins', data={'identifier': ANN, 'password': 'wrong horse'})
        german = await thief.post('/v1/client/sign_ins', data={'identifier': ANN, 'password': 'wrong horse'},
                                  headers={'accept-language': 'de'})

    assert told.status_code == 429
    assert told.headers['retry-after'] == '90'
    assert told.json()['errors'][0]['code'] == 'too_many_requests'
    assert 'set-cookie' not in told.headers
    assert 'Warten Sie 2 Minuten' in german.json()['errors'][0]['message']


async def test_buckets_that_are_empty_are_forgotten_but_not_what_failed_in_a_row(rules: Rules) -> None:
    await rules.sign_up()
    for identifier in (ANN, NOBODY):
        await answers(rules, 3, identifier)
    rules.clock.forward(hours=2)

    assert await rules.auth.run(forget_drained) == 2  # two addresses: of the sign-up, and of the guesses
    assert rules.sql('SELECT kind, in_a_row FROM attempts') == [('account', 3)] * 2
    rules.clock.forward(days=91)
    assert await rules.auth.run(forget_drained) == 1
    assert rules.sql('SELECT who FROM attempts') == rules.sql('SELECT id FROM user')


async def test_what_was_typed_for_an_address_is_not_in_the_store(rules: Rules) -> None:
    await answers(rules, 2, 'my secret password')

    assert not [row for row in rules.sql('SELECT who FROM attempts') if 'secret' in row[0]]


async def test_a_password_that_nobody_can_have_is_refused_without_a_hash_and_is_no_attempt(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await rules.here((await rules.sign_up()).token)

    async def nobody_may(*_: Any, **__: Any) -> None:
        raise AssertionError('it was hashed')

    monkeypatch.setattr(Passwords, 'matching_form', nobody_may)

    assert await answers(rules, 20, password='x' * 257) == [PasswordIncorrect] * 20
    for _ in range(6):
        with pytest.raises(PasswordIncorrect):
            await change_password(rules.auth, client, current_password='x' * 257, new_password=NEW_PASSWORD,
                                  sign_out_others=False, request_info=PHONE)


async def test_a_new_password_is_looked_at_while_it_is_typed_but_not_without_end(
        api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('auth.rules.limits.LOOKS_A_MINUTE', 3)
    api.rules.clock.forward(seconds=20)
    looks = [api.rules.auth.limits.check_typing] * 3

    for look in looks:
        look('2001:db8::1')
    with pytest.raises(LimitReached) as refused:
        looks[0]('2001:db8::2')
    looks[0]('192.0.2.7')
    api.rules.clock.forward(seconds=41)
    looks[0]('2001:db8::2')

    assert refused.value.retry_after == 40
    async with api.browser() as laptop:  # of this machine
        told = [(await laptop.post('/v1/password_checks', data={'password': NEW_PASSWORD})).status_code
                for _ in range(5)]
    assert told == [200] * 5
