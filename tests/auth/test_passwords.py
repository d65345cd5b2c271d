"""Which passwords are accepted."""

from __future__ import annotations

import asyncio

import pytest

from auth.credentials.passwords import MAX_LENGTH, MIN_LENGTH, WAITING_AT_MOST, Passwords, check_password
from auth.errors import AuthError, ParamMissing, PasswordTooCommon, PasswordTooLong, PasswordTooShort, TooBusy


@pytest.mark.parametrize('password', ['x7#' * 3, 'a' * MIN_LENGTH + 'bz', 'é' * MAX_LENGTH, 'no composition rules here',
                                      'q' * 63 + 'w', '        9'])
def test_there_are_no_composition_rules(password: str) -> None:
    check_password(password, email_address='ann@example.com')


@pytest.mark.parametrize(('password', 'error'), [
    ('', ParamMissing),
    ('short7!', PasswordTooShort),
    ('x' * (MAX_LENGTH + 1), PasswordTooLong),
    ('password', PasswordTooCommon),
    ('PassWord', PasswordTooCommon),
    ('iloveyou', PasswordTooCommon),
    ('annabell@example.com', PasswordTooCommon),
    ('Annabell', PasswordTooCommon),
])
def test_a_refused_password_names_its_field(password: str, error: type[AuthError]) -> None:
    with pytest.raises(error) as refused:
        check_password(password, email_address='annabell@example.com')

    assert refused.value.param == 'password'


async def test_a_hash_is_argon2id_at_least_as_strong_as_owasp_asks() -> None:
    passwords = Passwords()

    made = await passwords.hash('correct horse battery')

    passwords.close()
    _, kind, _, costs, *_ = made.split('$')
    memory, time, parallel = (int(cost.partition('=')[2]) for cost in costs.split(','))
    assert kind == 'argon2id'
    assert memory >= 19 * 1024
    assert (time, parallel) >= (2, 1)


async def test_hashing_leaves_the_event_loop_free() -> None:
    passwords = Passwords()
    hashes = [asyncio.ensure_future(passwords.hash('correct horse battery')) for _ in range(4)]

    turns = 0
    while not all(hashed.done() for hashed in hashes):
        await asyncio.sleep(0)
        turns += 1

    passwords.close()
    assert turns > 100  # else the loop stood still while a hash was made


async def test_garbage_for_a_hash_verifies_nothing() -> None:
    passwords = Passwords(memory_kib=8, time_cost=1)

    answers = [await passwords.verify('x', garbage) for garbage in ('', 'x', '$argon2id$', 'plain text password')]

    passwords.close()
    assert answers == [False] * 4


async def test_a_flood_of_passwords_is_turned_away_and_those_who_waited_are_served() -> None:
    passwords = Passwords(memory_kib=8, time_cost=1)

    asked = [passwords.verify('correct horse battery', None) for _ in range(WAITING_AT_MOST + 50)]
    answers = await asyncio.gather(*asked, return_exceptions=True)

    assert [type(answer) for answer in answers] == [bool] * WAITING_AT_MOST + [TooBusy] * 50
    assert await passwords.verify('correct horse battery', await passwords.hash('correct horse battery'))
    passwords.close()


async def test_nothing_longer_than_a_password_may_be_is_right() -> None:
    passwords = Passwords(memory_kib=8, time_cost=1)
    long = 'x' * (MAX_LENGTH + 1)

    assert not await passwords.verify(long, await passwords.hash(long))
    passwords.close()
