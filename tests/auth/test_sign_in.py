"""Signing up and signing in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from auth import Settings
from auth.credentials.tokens import ClientToken, hash_secret
from auth.errors import (
    AccountLimitReached,
    AuthError,
    ClientRenewed,
    IdentifierExists,
    ParamInvalid,
    ParamMissing,
    PasswordIncorrect,
    SessionExists,
    UserDisabled,
)
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn, sign_up
from auth.rules.users import normal_address
from tests.rules import LAPTOP, PASSWORD, Rules


async def test_signing_up_makes_a_user_who_is_signed_in(rules: Rules) -> None:
    done = await rules.sign_up('ann@example.com', first_name=' Ann ')

    client = await rules.here(done.token)

    session = client.active_session(rules.clock())
    assert session is not None
    assert session.id == done.session_id
    assert (session.user.id, session.user.name) == (done.user_id, 'Ann')
    assert rules.events() == [('signed_up',), ('signed_in',)]


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(rules: Rules) -> None:
    await rules.sign_up('ann@example.com')

    with pytest.raises(PasswordIncorrect) as wrong:
        await rules.sign_in('ann@example.com', password='not the password')
    with pytest.raises(PasswordIncorrect) as unknown:
        await rules.sign_in('nobody@example.com')
    with pytest.raises(PasswordIncorrect) as malformed:
        await rules.sign_in('no address at all')

    assert str(wrong.value) == str(unknown.value) == str(malformed.value)
    assert wrong.value.param == unknown.value.param == malformed.value.param == 'password'


async def test_an_unknown_address_costs_a_hash_as_well(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, 'verify', lambda self, hash_, password: hashed.append(hash_) or verify(
        self, hash_, password))

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in('nobody@example.com')

    assert len(hashed) == 1


async def test_the_password_of_the_dummy_hash_signs_nobody_in(rules: Rules) -> None:
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in('nobody@example.com', password='the password of nobody')


async def test_a_failed_attempt_is_in_the_audit_log_without_the_password(rules: Rules) -> None:
    done = await rules.sign_up()

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password='a secret guess')

    assert rules.events('action', 'user_id')[-1] == ('sign_in_failed', done.user_id)
    assert 'a secret guess' not in repr(rules.events('*'))


async def test_a_disabled_user_is_refused_with_the_right_password_only(rules: Rules) -> None:
    await rules.sign_up()
    rules.sql('UPDATE user SET disabled = 1')

    with pytest.raises(UserDisabled):
        await rules.sign_in()
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password='not the password')

    assert rules.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(1,)]


@pytest.mark.parametrize('written', ['Ann@Example.com', ' ann@example.com ', 'ANN@EXAMPLE.COM', 'ann@EXAMPLE.com'])
async def test_letter_case_and_spaces_do_not_make_another_identity(rules: Rules, written: str) -> None:
    await rules.sign_up('ann@example.com')

    with pytest.raises(IdentifierExists):
        await rules.sign_up(written)
    done = await rules.sign_in(written)

    assert rules.sql('SELECT id FROM user') == [(done.user_id,)]


async def test_letters_that_look_alike_are_another_identity(rules: Rules) -> None:
    await rules.sign_up('mike@example.com')

    dotless = await rules.sign_up('mıke@example.com')
    cyrillic = await rules.sign_up('mikе@example.com')  # the last letter is Cyrillic

    assert len({dotless.user_id, cyrillic.user_id, *(row[0] for row in rules.sql('SELECT id FROM user'))}) == 3


@pytest.mark.parametrize('address', ['', '   '])
def test_an_empty_address_is_missing(address: str) -> None:
    with pytest.raises(ParamMissing):
        normal_address(address)


@pytest.mark.parametrize('address', ['ann', 'ann@', '@example.com', 'a b@example.com', 'ann@example',
                                     'x' * 500 + '@example.com'])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ParamInvalid):
        normal_address(address)


@pytest.mark.parametrize('password', [f'{PASSWORD} ' * 4 + 'and a tail', 'with spaces in it ', '🦊🐻🐼🐨🐯🦁🐮🐷🐔🐧',
                                      'Straße der Füße ' * 7, 'äöüßéèêëàâîïôùûç' * 16])
async def test_a_password_is_kept_and_verified_whole(rules: Rules, password: str) -> None:
    await sign_up(rules.auth, None, email_address='ann@example.com', password=password, request_info=LAPTOP)

    await rules.sign_in(password=password)
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password=password[:-1])


async def test_a_hash_with_old_parameters_is_upgraded_once_at_a_successful_sign_in(rules: Rules) -> None:
    await rules.sign_up()
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash('correct horse battery')
    rules.sql('UPDATE user SET password_hash = ?', old)

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password='not the password')
    kept = rules.sql('SELECT password_hash FROM user')
    await rules.sign_in()
    upgraded = rules.sql('SELECT password_hash FROM user')
    await rules.sign_in()

    assert kept == [(old,)]
    assert upgraded != kept
    assert rules.sql('SELECT password_hash FROM user') == upgraded


async def test_a_hash_of_a_password_as_it_was_typed_is_upgraded_at_a_successful_sign_in(rules: Rules) -> None:
    composed, decomposed = 'Gr\u00fc\u00dfe aus K\u00f6ln 42', 'Gru\u0308\u00dfe aus Ko\u0308ln 42'
    await rules.sign_up()
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(decomposed)
    rules.sql('UPDATE user SET password_hash = ?', old)

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password=composed)  # which it has never been
    await rules.sign_in(password=decomposed)
    upgraded = rules.sql('SELECT password_hash FROM user')
    await rules.sign_in(password=composed)
    await rules.sign_in(password=decomposed)

    assert upgraded != [(old,)]
    assert rules.sql('SELECT password_hash FROM user') == upgraded


async def test_a_password_is_one_however_it_is_typed(rules: Rules) -> None:
    composed, decomposed = 'Gr\u00fc\u00dfe aus K\u00f6ln 42', 'Gru\u0308\u00dfe aus Ko\u0308ln 42'
    await sign_up(rules.auth, None, email_address='ann@example.com', password=decomposed, request_info=LAPTOP)

    await rules.sign_in(password=composed)
    await rules.sign_in(password=decomposed)


async def test_a_sign_up_whose_session_cannot_be_written_leaves_no_user(rules: Rules) -> None:
    rules.database.fail('INSERT ON session')

    with pytest.raises(Exception, match='full'):
        await rules.sign_up()

    for table in ('user', 'client', 'session', 'audit_event'):
        assert rules.sql(f'SELECT count(*) FROM {table}') == [(0,)]


async def test_of_two_sign_ups_with_one_address_at_once_one_succeeds(rules: Rules) -> None:
    outcomes = await asyncio.gather(*(rules.sign_up() for _ in range(4)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['IdentifierExists'] * 3 + ['SignedIn']
    assert rules.sql('SELECT count(*) FROM user') == [(1,)]


async def test_the_same_user_again_gets_no_second_session_but_a_longer_life_and_is_the_active_one(rules: Rules) -> None:
    first = await rules.sign_up()
    bob = await rules.sign_up('bob@example.com', await rules.here(first.token))
    rules.clock.forward(minutes=29)

    again = await rules.sign_in(client=await rules.here(bob.token))
    rules.clock.forward(minutes=29)

    assert again.session_id == first.session_id
    assert await rules.active(again.token) == first.session_id
    assert rules.sql('SELECT count(*) FROM session') == [(2,)]


async def test_a_second_user_joins_the_client_and_becomes_the_active_one(rules: Rules) -> None:
    ann = await rules.sign_up('ann@example.com')
    rules.clock.forward(seconds=1)

    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))

    client = await rules.here(bob.token)
    assert bob.token.client_id == ann.token.client_id
    assert [session.user.email_address for session in client.sessions] == ['ann@example.com', 'bob@example.com']
    assert await rules.active(bob.token) == bob.session_id


async def test_in_single_session_mode_a_second_sign_in_is_refused_and_changes_nothing(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(single_session_mode=True)
    ann = await rules.sign_up('ann@example.com')
    client = await rules.here(ann.token)

    with pytest.raises(SessionExists, match="You're already signed in"):
        await rules.sign_in('ann@example.com', client)
    with pytest.raises(SessionExists):
        await rules.sign_up('bob@example.com', client)

    assert await rules.active(ann.token) == ann.session_id
    assert rules.sql('SELECT count(*) FROM user') == [(1,)]


async def three_on_one_browser(rules: Rules) -> list[SignedIn]:
    """Three people who sign up one after the other on one browser; only the last token counts."""
    done = [await rules.sign_up('person0@example.com')]
    for number in (1, 2):
        done.append(await rules.sign_up(f'person{number}@example.com', await rules.here(done[-1].token)))
    return done


async def test_at_the_limit_of_accounts_another_one_is_refused_and_nothing_of_it_is_left(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_accounts=3)
    await rules.sign_up('elsewhere@example.com')
    *_, last = await three_on_one_browser(rules)
    client = await rules.here(last.token)
    before = [rules.sql(f'SELECT * FROM {table} ORDER BY id') for table in ('user', 'client', 'session', 'audit_event')]

    with pytest.raises(AccountLimitReached, match=r'holds 3 accounts.*Sign out of one of them') as refused:
        await rules.sign_in('elsewhere@example.com', client)
    with pytest.raises(AccountLimitReached):
        await rules.sign_up('new@example.com', client)

    assert refused.value.status == 403
    *after, events = [rules.sql(f'SELECT * FROM {table} ORDER BY id')
                      for table in ('user', 'client', 'session', 'audit_event')]
    assert before == [*after, events[:-1]]
    assert rules.events()[-1] == ('sign_in_refused',)  # since that told that the password is right
    assert await rules.active(last.token) == last.session_id  # by the cookie it had: that is still the newest


async def test_at_the_limit_who_is_there_already_may_sign_in_again(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_accounts=3)
    first, _, last = await three_on_one_browser(rules)

    again = await rules.sign_in('person0@example.com', await rules.here(last.token))

    assert again.session_id == first.session_id
    assert len((await rules.here(again.token)).sessions) == 3


@pytest.mark.parametrize('leave', ['sign out', 'revoke', 'expire'])
async def test_an_account_that_left_makes_room_for_another(rules_with: Callable[..., Rules], leave: str) -> None:
    rules = rules_with(max_accounts=3)
    first, _, last = await three_on_one_browser(rules)
    if leave == 'sign out':
        await rules.auth.run(sign_out, await rules.here(last.token), first.session_id)
    elif leave == 'revoke':
        rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", first.session_id)
    else:
        rules.sql("UPDATE session SET expire_at = '2026-01-01 12:00:00.000000' WHERE id = ?", first.session_id)

    new = await rules.sign_up('new@example.com', await rules.here(last.token))

    assert await rules.active(new.token) == new.session_id
    assert len((await rules.here(new.token)).signed_in(rules.clock())) == 3


async def test_the_limit_is_of_a_browser_and_not_of_a_person(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_accounts=1)
    await rules.sign_up()

    elsewhere = [await rules.sign_in() for _ in range(3)]

    for done in elsewhere:
        assert await rules.active(done.token) == done.session_id


async def test_of_two_accounts_at_once_for_the_last_place_one_comes_in(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_accounts=2)
    first = await rules.sign_up('first@example.com')
    client = await rules.here(first.token)

    outcomes = await asyncio.gather(*(rules.sign_up(f'next{number}@example.com', client) for number in range(3)),
                                    return_exceptions=True)
    done = next(outcome for outcome in outcomes if isinstance(outcome, SignedIn))
    with pytest.raises(AccountLimitReached):
        await rules.sign_up('late@example.com', await rules.here(done.token))

    assert sum(isinstance(outcome, ClientRenewed) for outcome in outcomes) == 2
    assert rules.sql('SELECT count(*) FROM user') == [(2,)]
    assert len((await rules.here(done.token)).sessions) == 2


async def test_of_a_place_taken_by_an_account_of_a_disabled_person_there_is_one_more(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(max_accounts=3)
    first, _, last = await three_on_one_browser(rules)
    rules.sql('UPDATE user SET disabled = 1 WHERE id = ?', first.user_id)

    new = await rules.sign_up('new@example.com', await rules.here(last.token))

    assert len((await rules.here(new.token)).sessions) == 3  # as many as are listed, so that one can be signed out of


async def test_in_single_session_mode_a_disabled_persons_session_keeps_nobody_out(
        rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(single_session_mode=True)
    ann = await rules.sign_up('ann@example.com')
    rules.sql('UPDATE user SET disabled = 1')

    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))

    assert await rules.active(bob.token) == bob.session_id


@pytest.mark.parametrize('max_accounts', [0, -1, 'many'])
def test_a_limit_that_lets_nobody_in_is_refused(max_accounts: object) -> None:
    with pytest.raises(ValueError, match='max_accounts'):
        Settings(max_accounts=max_accounts)


async def test_the_secret_rotates_at_every_sign_in_and_the_old_one_is_refused(rules: Rules) -> None:
    first = await rules.sign_up()

    second = await rules.sign_in(client=await rules.here(first.token))

    assert second.token.client_id == first.token.client_id
    assert await rules.client(first.token) is None
    assert await rules.client(second.token) is not None


async def test_of_two_sign_ins_at_the_moment_of_rotation_one_has_to_try_again_and_nobody_is_signed_out(
        rules: Rules) -> None:
    first = await rules.sign_up('ann@example.com')
    await rules.sign_up('bob@example.com')
    await rules.sign_up('carol@example.com')
    client = await rules.here(first.token)

    outcomes = await asyncio.gather(rules.sign_in('bob@example.com', client),
                                    rules.sign_in('carol@example.com', client), return_exceptions=True)
    done = next(outcome for outcome in outcomes if isinstance(outcome, SignedIn))
    refused = 'carol@example.com' if outcomes[0] is done else 'bob@example.com'
    again = await rules.sign_in(refused, await rules.here(done.token))

    assert sum(isinstance(outcome, ClientRenewed) for outcome in outcomes) == 1
    assert len((await rules.here(again.token)).sessions) == 3


async def test_a_client_id_that_nobody_was_given_is_never_adopted(rules: Rules) -> None:
    planted = ClientToken('client_' + 'a' * 24, 'b' * 43)

    done = await rules.sign_up(client=await rules.client(planted))

    assert done.token.client_id != planted.client_id
    assert await rules.client(planted) is None


async def test_a_user_disabled_while_the_password_is_hashed_is_not_signed_in(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    await rules.sign_up()
    verify = rules.auth.passwords.matches

    def verify_slowly(password_hash: str, password: str) -> bool:
        rules.sql('UPDATE user SET disabled = 1')
        return verify(password_hash, password)

    monkeypatch.setattr(rules.auth.passwords, 'matches', verify_slowly)

    with pytest.raises(UserDisabled):
        await rules.sign_in()

    assert rules.sql('SELECT count(*) FROM session') == [(1,)]


async def test_nothing_in_the_store_is_accepted_as_a_secret(rules: Rules) -> None:
    done = await rules.sign_up()
    tables = ('user', 'client', 'session', 'audit_event')
    dump = [str(value) for table in tables for row in rules.sql(f'SELECT * FROM {table}') for value in row]

    assert done.token.secret not in ' '.join(dump)
    assert hash_secret(done.token.secret) in dump
    for value in dump:
        assert await rules.client(ClientToken(done.token.client_id, value)) is None


async def test_no_repr_shows_a_secret(rules: Rules) -> None:
    done = await rules.sign_up()
    client = await rules.here(done.token)

    shown = repr((done, done.token, client, rules.auth))

    assert done.token.secret not in shown
    assert client.secret_hash not in shown
    assert 'correct horse battery' not in shown


def test_every_error_has_a_code_and_says_what_to_do() -> None:
    def below(kind: type[AuthError]) -> list[type[AuthError]]:
        return [kind, *(found for child in kind.__subclasses__() for found in below(child))]

    for kind in below(AuthError):
        assert kind.code
        assert 400 <= kind.status < 600
        assert str(kind.text).endswith('.')
