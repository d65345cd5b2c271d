"""Which passwords are accepted."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher

from auth.credentials.passwords import MAX_LENGTH, Passwords, check_password
from auth.errors import AuthError, ParamMissing, PasswordTooCommon, PasswordTooLong, PasswordTooShort

LEAST = 8


@pytest.mark.parametrize('password', ['x7#' * 3, 'a' * LEAST + 'bz', 'é' * MAX_LENGTH, 'no composition rules here',
                                      'q' * 63 + 'w', '        9'])
def test_length_alone_asks_for_no_composition(password: str) -> None:
    check_password(password, email_address='ann@example.com', least=LEAST)


@pytest.mark.parametrize(('password', 'error'), [
    ('', ParamMissing),
    ('short7!', PasswordTooShort),
    ('x' * (MAX_LENGTH + 1), PasswordTooLong),
    ('password', PasswordTooCommon),
    ('PassWord', PasswordTooCommon),
    ('iloveyou', PasswordTooCommon),
    ('annabell@example.com', PasswordTooCommon),
    ('Annabell', PasswordTooCommon),
    ('        ', ParamMissing),
    ('\u3000\u00a0\t \u2003\u2028 \u205f', ParamMissing),
    ('\u200b' * 12, ParamMissing),
    ('\u3164\u2800' * 6, ParamMissing),
    (' password', PasswordTooCommon),
    ('\u00a0PassWord\t', PasswordTooCommon),
    ('pass\u200bword', PasswordTooCommon),
    ('\ufeffiloveyou', PasswordTooCommon),
    ('ｐａｓｓｗｏｒｄ', PasswordTooCommon),
    ('𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝', PasswordTooCommon),
    (' Annabell@EXAMPLE.com ', PasswordTooCommon),
    ('ａｎｎａｂｅｌｌ', PasswordTooCommon),
    ('e\u0301' * 7, PasswordTooShort),  # fourteen code points as typed, and seven letters
    ('\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}' * 15, PasswordTooLong),  # each is eighteen letters
    ('\u0301' * 16_000, PasswordTooLong),
])
def test_a_refused_password_names_its_field(password: str, error: type[AuthError]) -> None:
    with pytest.raises(error) as refused:
        check_password(password, email_address='annabell@example.com', least=LEAST)

    assert refused.value.param == 'password'


@pytest.mark.parametrize(('password', 'told'), [
    ('short', 'Passwords must have 8 characters or more.'),
    ('iloveyou', 'That password is among the most common ones.'),
    ('x' * (MAX_LENGTH + 1), 'Passwords may have 256 characters at most.'),
])
def test_a_refusal_says_what_to_change(password: str, told: str) -> None:
    with pytest.raises(AuthError, match=re.escape(told)):
        check_password(password, email_address='annabell@example.com', least=LEAST)


def test_length_is_counted_in_letters_however_they_are_typed() -> None:
    check_password('e\u0301' * MAX_LENGTH, email_address='ann@example.com', least=LEAST)
    check_password('ﬃ' * 3, email_address='ann@example.com', least=LEAST)  # nine letters


COMPOSED, DECOMPOSED = 'Gr\u00fc\u00dfe aus K\u00f6ln 42', 'Gru\u0308\u00dfe aus Ko\u0308ln 42'


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Cheap ones."""
    made = Passwords(memory_kib=8, time_cost=1)
    yield made
    made.close()


@pytest.mark.parametrize(('one', 'other'), [
    (COMPOSED, DECOMPOSED),
    ('2\u212b ångström', '2\u00c5 a\u030angstro\u0308m'),
    ('각각각각각각각각', '\u1100\u1161\u11a8' * 8),
    ('ｐａｓｓ ｐｈｒａｓｅ ４２', 'pass phrase 42'),
    ('a\u0323\u0307 tall order', 'a\u0307\u0323 tall order'),
    ('non\u00a0breaking', 'non breaking'),
])
async def test_a_password_is_one_however_a_keyboard_writes_its_letters(passwords: Passwords, one: str,
                                                                       other: str) -> None:
    made, made_of_other = await passwords.hash(one), await passwords.hash(other)

    assert await passwords.verify(other, made)
    assert await passwords.verify(one, made_of_other)


@pytest.mark.parametrize('other', [COMPOSED.lower(), f'{COMPOSED} ', COMPOSED.replace('ß', 'ss'), 'Grusse aus Koln 42'])
async def test_letter_case_spaces_and_accents_count(passwords: Passwords, other: str) -> None:
    assert not await passwords.verify(other, await passwords.hash(COMPOSED))


async def test_a_hash_of_what_was_typed_once_still_verifies_and_is_to_be_upgraded(passwords: Passwords) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(DECOMPOSED)

    form = await passwords.matching_form(DECOMPOSED, old)

    assert form == DECOMPOSED
    assert passwords.needs_upgrade(old, form)
    made = await passwords.hash(DECOMPOSED)
    assert await passwords.matching_form(DECOMPOSED, made) == COMPOSED
    assert not passwords.needs_upgrade(made, COMPOSED)


@pytest.mark.parametrize(('password', 'hashes'), [('correct horse', 1), (COMPOSED, 1), (DECOMPOSED, 2),
                                                  ('x' * 300, 1), ('e\u0301' * 200, 1)])
async def test_a_second_hash_is_made_only_of_what_has_two_forms_and_without_an_account_as_well(
        passwords: Passwords, monkeypatch: pytest.MonkeyPatch, password: str, hashes: int) -> None:
    made = await passwords.hash('another password')
    counted: list[str] = []
    matches = passwords.matches
    monkeypatch.setattr(passwords, 'matches', lambda of, typed: counted.append(of) or matches(of, typed))

    for password_hash in (made, None):
        assert not await passwords.verify(password, password_hash)

    assert len(counted) == 2 * hashes


async def test_a_hash_is_argon2id_at_least_as_strong_as_owasp_asks() -> None:
    passwords = Passwords()

    made = await passwords.hash('correct horse battery')

    passwords.close()
    _, kind, _, costs, *_ = made.split('$')
    memory, time, parallel = (int(cost.partition('=')[2]) for cost in costs.split(','))
    assert kind == 'argon2id'
    assert memory >= 19 * 1024
    assert (time, parallel) >= (2, 1)


async def test_hashing_leaves_the_event_loop_free(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords, password, threads = Passwords(), 'correct horse battery', list[str]()

    def watched(work: Callable[..., Any]) -> Callable[..., Any]:
        def watch(*given: Any) -> Any:
            threads.append(threading.current_thread().name)
            return work(*given)
        return watch

    for name in ('hash', 'verify'):
        monkeypatch.setattr(PasswordHasher, name, watched(getattr(PasswordHasher, name)))

    hashed = await passwords.hash(password)
    assert await passwords.verify(password, hashed)
    assert not await passwords.verify('another one', None)

    passwords.close()
    assert len(threads) == 3
    assert threading.main_thread().name not in threads


async def test_garbage_for_a_hash_verifies_nothing() -> None:
    passwords = Passwords(memory_kib=8, time_cost=1)

    answers = [await passwords.verify('x', garbage) for garbage in ('', 'x', '$argon2id$', 'plain text password')]

    passwords.close()
    assert answers == [False] * 4


async def test_nothing_longer_than_a_password_may_be_is_right() -> None:
    passwords = Passwords(memory_kib=8, time_cost=1)
    long = 'x' * (MAX_LENGTH + 1)

    assert not await passwords.verify(long, await passwords.hash(long))
    passwords.close()
