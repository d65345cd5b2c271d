"""One's own account: another name, another password, and no account any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from auth.errors import (
    NotSignedIn,
    ParamInvalid,
    ParamMissing,
    PasswordIncorrect,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    StoreAway,
)
from auth.rules.clients import ClientView
from auth.rules.devices import revoke_others
from auth.rules.erasure import forgetting_where
from auth.rules.profile import (
    DELETE_CONFIRMATION,
    PasswordChanged,
    change_name,
    change_password,
    delete_account,
)
from auth.rules.sessions import sign_out
from auth.rules.sign_in import SignedIn
from tests.databases import Kind
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, TABLES, TABLET, Rules
from tests.running import only_on_sqlite


async def rename(rules: Rules, client: ClientView | None, **more: Any) -> None:
    """Ann becomes Anna Smith."""
    await rules.auth.run(change_name, client, **({
        'first_name': 'Anna', 'last_name': 'Smith', 'request_info': LAPTOP} | more))


async def change(rules: Rules, client: ClientView | None, **more: Any) -> PasswordChanged:
    """Change the password, and sign out everywhere else."""
    return await change_password(rules.auth, client, **({
        'current_password': PASSWORD, 'new_password': NEW_PASSWORD, 'sign_out_others': True,
        'request_info': LAPTOP} | more))


async def delete(rules: Rules, client: ClientView | None, **more: Any) -> None:
    """Delete the account."""
    await delete_account(rules.auth, client, **({
        'password': PASSWORD, 'confirmation': str(DELETE_CONFIRMATION), 'request_info': LAPTOP} | more))


Verb = Callable[..., Awaitable[Any]]
VERBS: list[Verb] = [rename, change, delete]
WITH_PASSWORD: list[Verb] = [change, delete]


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, signed in on her laptop."""
    return await rules.sign_up(first_name='Ann')


def while_hashing(rules: Rules, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Let something happen after a password was read and before it is acted upon."""
    verify = rules.auth.passwords.matches

    def verify_slowly(password_hash: str, password: str) -> bool:
        happens()
        return verify(password_hash, password)

    monkeypatch.setattr(rules.auth.passwords, 'matches', verify_slowly)


# Who may act at all


@pytest.mark.parametrize('gone', [
    "UPDATE session SET status = 'revoked'", "UPDATE session SET status = 'pending'",
    "UPDATE session SET expire_at = '2026-01-01 12:00:00.000000'",
    "UPDATE session SET abandon_at = '2026-01-01 12:00:00.000000'", 'DELETE FROM session',
    'UPDATE user SET disabled = 1', 'DELETE FROM user', "UPDATE client SET secret_hash = 'another'",
    'DELETE FROM client',
])
async def test_a_session_that_ended_a_moment_ago_may_not_act(
        rules: Rules, ann: SignedIn, gone: str, subtests: pytest.Subtests) -> None:
    client = await rules.here(ann.token)
    rules.sql(gone)
    before = rules.everything()

    for verb in VERBS:
        with subtests.test(verb=verb.__name__):
            with pytest.raises(NotSignedIn):
                await verb(rules, client)

            assert rules.everything() == before


@pytest.mark.parametrize('verb', WITH_PASSWORD)
@pytest.mark.parametrize('gone', [
    "UPDATE session SET status = 'revoked'", "UPDATE session SET expire_at = '2026-01-01 12:00:00.000000'",
    'DELETE FROM session', 'UPDATE user SET disabled = 1', 'DELETE FROM user',
    "UPDATE client SET secret_hash = 'another'", 'DELETE FROM client',
])
async def test_a_session_that_ends_while_the_password_is_hashed_does_nothing_more(
        rules: Rules, ann: SignedIn, monkeypatch: pytest.MonkeyPatch, verb: Verb, gone: str) -> None:
    client = await rules.here(ann.token)
    happened: list[Any] = []
    while_hashing(rules, monkeypatch, lambda: happened.extend([rules.sql(gone), rules.everything()]))

    with pytest.raises(NotSignedIn):
        await verb(rules, client)

    assert happened[1:] == [rules.everything()]


@pytest.mark.parametrize('verb', WITH_PASSWORD)
async def test_a_password_that_is_changed_elsewhere_while_it_is_hashed_is_the_wrong_one(
        rules: Rules, ann: SignedIn, monkeypatch: pytest.MonkeyPatch, verb: Verb) -> None:
    client = await rules.here(ann.token)
    new_hash = await rules.auth.passwords.hash('given to her by an administrator')
    happened: list[Any] = []
    while_hashing(rules, monkeypatch, lambda: happened.extend(
        [rules.sql('UPDATE user SET password_hash = ?', new_hash), rules.everything()]))

    with pytest.raises(PasswordIncorrect):
        await verb(rules, client)

    assert happened[1:] == [rules.everything()]


@pytest.mark.parametrize('verb', VERBS)
async def test_nobody_who_is_signed_out_may_act_whatever_they_send(rules: Rules, ann: SignedIn, verb: Verb) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    await rules.auth.run(sign_out, await rules.here(bob.token), bob.session_id)
    choosing = await rules.here(bob.token)  # Ann is signed in here, but she is not in use
    before = rules.everything()
    nonsense = {rename: {'first_name': 'x' * 101}, change: {'current_password': '', 'new_password': ''},
                delete: {'password': '', 'confirmation': ''}}[verb]

    for client in (None, choosing):
        with pytest.raises(NotSignedIn):
            await verb(rules, client)
        with pytest.raises(NotSignedIn):
            await verb(rules, client, **nonsense)

    assert rules.everything() == before


@pytest.mark.parametrize('verb', VERBS)
async def test_an_act_is_that_of_the_account_it_names_and_not_of_the_one_in_use(rules: Rules, ann: SignedIn,
                                                                                 verb: Verb) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token), first_name='Bob')
    bobs_row = rules.sql('SELECT * FROM user WHERE id = ?', bob.user_id)
    anns_row = rules.sql('SELECT * FROM user WHERE id = ?', ann.user_id)

    await verb(rules, await rules.here(bob.token), actor_session_id=ann.session_id)

    assert rules.sql('SELECT * FROM user WHERE id = ?', bob.user_id) == bobs_row
    assert rules.sql('SELECT * FROM user WHERE id = ?', ann.user_id) != anns_row


@pytest.mark.parametrize('verb', VERBS)
async def test_the_session_of_another_client_is_not_one_to_act_in(rules: Rules, ann: SignedIn, verb: Verb) -> None:
    bob = await rules.sign_up('bob@example.com')
    client = await rules.here(bob.token)
    before = rules.everything()

    for session_id in (ann.session_id, 'sess_' + 'x' * 24, 'nonsense', bob.user_id):
        with pytest.raises(NotSignedIn):
            await verb(rules, client, actor_session_id=session_id)

    assert rules.everything() == before


@pytest.mark.parametrize('verb', VERBS)
async def test_while_the_store_is_away_nothing_changes_and_a_retry_works(rules: Rules, ann: SignedIn,
                                                                        verb: Verb) -> None:
    client = await rules.here(ann.token)
    before = rules.everything()

    with rules.database.away(), pytest.raises(StoreAway, match='Nothing was changed'):
        await verb(rules, client)
    still = rules.everything()
    await verb(rules, client)

    assert still == before
    assert rules.everything() != before


@pytest.mark.parametrize(('verb', 'fails'), [
    (rename, 'INSERT ON audit_event'), (change, 'INSERT ON audit_event'), (change, 'UPDATE ON session'),
    (change, 'UPDATE ON client'), (delete, 'INSERT ON audit_event'), (delete, 'UPDATE ON audit_event'),
    (delete, 'DELETE ON session'), (delete, 'DELETE ON user'), (delete, 'DELETE ON client'),
])
async def test_what_fails_half_way_leaves_all_as_it_was(rules: Rules, ann: SignedIn, verb: Verb, fails: str) -> None:
    await rules.sign_in(request_info=PHONE)
    client = await rules.here(ann.token)
    before = rules.everything()
    rules.database.fail(fails)

    with pytest.raises(Exception, match='full'):
        await verb(rules, client)

    assert rules.everything() == before
    assert await rules.active(ann.token) == ann.session_id


# The name


async def test_a_new_name_is_known_on_every_device_and_is_in_the_log(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token), first_name='Bob')
    await rules.changes()

    await rename(rules, await rules.here(phone.token), first_name=' Anna ', last_name=' Smith\n', request_info=PHONE)
    changes = await rules.changes()

    names = [session.user.name for token in (bob.token, phone.token) for session in (await rules.here(token)).sessions]
    assert sorted(names) == ['Anna Smith', 'Anna Smith', 'Bob']
    assert changes.client_ids == {ann.token.client_id, phone.token.client_id}
    assert changes.user_ids == {ann.user_id}
    assert rules.events('action', 'user_id', 'session_id', 'ip_address', 'user_agent', 'actor')[-1] == (
        'name_changed', ann.user_id, phone.session_id, PHONE.ip_address, PHONE.user_agent, '')
    assert 'Anna' not in repr(rules.events('*'))


async def test_the_part_of_a_name_that_is_not_given_stays(rules: Rules, ann: SignedIn) -> None:
    await rename(rules, await rules.here(ann.token))

    await rename(rules, await rules.here(ann.token), first_name='Annie', last_name=None)
    first = rules.sql('SELECT first_name, last_name FROM user')
    await rename(rules, await rules.here(ann.token), first_name=None, last_name='')
    last = rules.sql('SELECT first_name, last_name FROM user')

    assert first == [('Annie', 'Smith')]
    assert last == [('Annie', '')]


async def test_any_name_that_can_be_seen_is_kept_as_it_was_written(rules: Rules, ann: SignedIn,
                                                                   subtests: pytest.Subtests) -> None:
    for name in (
            '', '<b>x</b>', "Robert'); DROP TABLE user;--", '{{7*7}}', '🦊', 'é' * 100):
        with subtests.test(name=name):
            await rename(rules, await rules.here(ann.token), first_name=name, last_name=name)

            assert rules.sql('SELECT first_name, last_name FROM user') == [(name, name)]


@pytest.mark.parametrize('param', ['first_name', 'last_name'])
async def test_a_name_that_is_too_long_is_refused_and_names_the_field(rules: Rules, ann: SignedIn, param: str) -> None:
    client = await rules.here(ann.token)
    before = rules.everything()

    with pytest.raises(ParamInvalid) as refused:
        await rename(rules, client, **{param: 'x' * 101})

    assert refused.value.param == param
    assert rules.everything() == before


# The password


async def test_a_changed_password_ends_every_other_session_and_this_one_stays_with_another_secret(
        rules: Rules, ann: SignedIn) -> None:
    phone, tablet = await rules.sign_in(request_info=PHONE), await rules.sign_in(request_info=TABLET)
    bob = await rules.sign_up('bob@example.com', await rules.here(phone.token))
    rules.clock.forward(minutes=1)
    await rules.changes()

    done = await change(rules, await rules.here(ann.token))
    changes = await rules.changes()

    assert done.revoked == 2
    assert rules.status(phone.session_id) == rules.status(tablet.session_id) == 'revoked'
    assert changes.client_ids == {ann.token.client_id, phone.token.client_id, tablet.token.client_id}
    assert await rules.client(ann.token) is None
    assert done.token.client_id == ann.token.client_id
    assert await rules.active(done.token) == ann.session_id
    assert await rules.active(bob.token) == bob.session_id  # he only shares her phone
    assert rules.moment('SELECT password_changed_at FROM user WHERE id = ?', ann.user_id) == rules.clock()
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in()
    await rules.sign_in(password=NEW_PASSWORD)


async def test_the_log_tells_of_the_change_and_of_each_session_that_it_ended(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)

    done = await change(rules, await rules.here(ann.token), request_info=TABLET)

    assert rules.events('action', 'session_id', 'ip_address', 'actor')[-2:] == [
        ('password_changed', ann.session_id, TABLET.ip_address, ''),
        ('revoked', phone.session_id, TABLET.ip_address, '')]
    dump = repr(rules.everything())
    assert not any(secret in dump for secret in (PASSWORD, NEW_PASSWORD, done.token.secret))
    assert done.token.secret not in repr(done)


async def test_without_the_wish_to_sign_out_others_they_stay(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)

    done = await change(rules, await rules.here(ann.token), sign_out_others=False)

    assert done.revoked == 0
    assert await rules.active(phone.token) == phone.session_id
    assert await rules.active(done.token) == ann.session_id


async def test_other_accounts_on_this_browser_stay_signed_in_through_a_change_of_password(
        rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))

    done = await change(rules, await rules.here(bob.token))

    assert {session.id for session in (await rules.here(done.token)).sessions} == {ann.session_id, bob.session_id}
    assert await rules.active(done.token) == bob.session_id
    await rules.sign_in()  # her password is what it was


@pytest.mark.parametrize('wrong', ['not the password', PASSWORD + ' ', PASSWORD.upper(), '\x00',
                                   'the password of nobody', NEW_PASSWORD])
@pytest.mark.parametrize(('verb', 'param'), [(change, 'current_password'), (delete, 'password')])
async def test_a_wrong_current_password_changes_nothing(rules: Rules, ann: SignedIn, verb: Verb, param: str,
                                                        wrong: str) -> None:
    client = await rules.here(ann.token)
    before = rules.everything()

    with pytest.raises(PasswordIncorrect) as refused:
        await verb(rules, client, **{param: wrong})

    assert refused.value.param == param
    assert 'Nothing was changed' in refused.value.message
    *others, events = rules.everything()
    assert [*others, events[:-1]] == before
    assert rules.events('action', 'session_id', 'ip_address')[-1] == (
        'wrong_password', ann.session_id, LAPTOP.ip_address)
    assert wrong not in repr(events)


@pytest.mark.parametrize(('verb', 'param'), [(change, 'current_password'), (delete, 'password')])
async def test_no_current_password_is_missing(rules: Rules, ann: SignedIn, verb: Verb, param: str) -> None:
    client = await rules.here(ann.token)
    before = rules.everything()

    with pytest.raises(ParamMissing) as refused:
        await verb(rules, client, **{param: ''})

    assert refused.value.param == param
    assert rules.everything() == before


async def test_a_new_password_that_is_too_weak_is_refused_and_says_why(rules: Rules, subtests: pytest.Subtests) -> None:
    annabel = await rules.sign_up('annabel@example.com')
    client = await rules.here(annabel.token)
    before = rules.everything()

    for password, error in (
            ('', ParamMissing), ('1234567', PasswordTooShort), ('x' * 257, PasswordTooLong),
            ('password', PasswordTooCommon), ('PassWord', PasswordTooCommon),
            ('annabel@example.com', PasswordTooCommon), ('Annabel@Example.com', PasswordTooCommon),
            ('x' * 100_000, PasswordTooLong), (PASSWORD, ParamInvalid)):
        with subtests.test(password=password):
            with pytest.raises(error) as refused:
                await change(rules, client, new_password=password)

            assert refused.value.param == 'new_password'
            assert refused.value.message.endswith('.')
            assert rules.everything() == before


async def test_the_password_one_has_is_no_new_one_when_it_is_typed_in_another_way(rules: Rules, ann: SignedIn) -> None:
    first, again = 'Gr\u00fc\u00dfe aus K\u00f6ln 42', 'Gru\u0308\u00dfe aus Ko\u0308ln 42'
    changed = await change(rules, await rules.here(ann.token), new_password=first)
    client = await rules.here(changed.token)

    with pytest.raises(ParamInvalid, match='the password you have'):
        await change(rules, client, current_password=again, new_password=again)


async def test_of_two_changes_at_once_on_two_devices_exactly_one_is_made(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    laptop_client, phone_client = await rules.here(ann.token), await rules.here(phone.token)

    outcomes = await asyncio.gather(change(rules, laptop_client, new_password='the first of the two'),
                                    change(rules, phone_client, new_password='the second of the two'),
                                    return_exceptions=True)

    first = isinstance(outcomes[0], PasswordChanged)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NotSignedIn', 'PasswordChanged']
    await rules.sign_in(password='the first of the two' if first else 'the second of the two')
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password='the second of the two' if first else 'the first of the two')
    assert rules.status(ann.session_id if first else phone.session_id) == 'active'
    assert rules.status(phone.session_id if first else ann.session_id) == 'revoked'


@pytest.mark.parametrize('same_browser', [True, False])
async def test_of_many_changes_at_once_that_leave_the_others_exactly_one_is_made(
        rules: Rules, ann: SignedIn, same_browser: bool) -> None:
    client = await rules.here(ann.token)
    clients = [client] * 4 if same_browser else [client, *[await rules.here((await rules.sign_in()).token)
                                                          for _ in range(3)]]

    outcomes = await asyncio.gather(*(change(rules, one, new_password=f'the password number {number}',
                                             sign_out_others=False) for number, one in enumerate(clients)),
                                    return_exceptions=True)

    made = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, PasswordChanged)]
    assert len(made) == 1
    assert {type(outcome) for outcome in outcomes} - {PasswordChanged} == {
        NotSignedIn if same_browser else PasswordIncorrect}
    assert rules.events().count(('password_changed',)) == 1
    await rules.sign_in(password=f'the password number {made[0]}')
    assert await rules.active(outcomes[made[0]].token) is not None


async def test_a_sign_in_with_the_old_password_that_races_the_change_does_not_outlive_it(
        rules: Rules, ann: SignedIn) -> None:
    client = await rules.here(ann.token)

    changed, signed_in = await asyncio.gather(change(rules, client), rules.sign_in(), return_exceptions=True)

    assert isinstance(changed, PasswordChanged)
    assert isinstance(signed_in, PasswordIncorrect) or rules.status(signed_in.session_id) == 'revoked'
    assert rules.sql("SELECT id FROM session WHERE status = 'active'") == [(ann.session_id,)]


# The end of an account


async def test_an_account_is_not_deleted_until_that_is_confirmed(
        rules: Rules, ann: SignedIn, subtests: pytest.Subtests) -> None:
    client = await rules.here(ann.token)
    before = rules.everything()

    for typed in (
            '', 'delete', 'yes', 'delete my account!', 'delete  my account',
            str(DELETE_CONFIRMATION)[::-1]):
        with subtests.test(typed=typed):
            with pytest.raises(ParamInvalid) as refused:
                await delete(rules, client, confirmation=typed)

            assert refused.value.param == 'confirmation'
            assert str(DELETE_CONFIRMATION) in refused.value.message
            assert rules.everything() == before


async def test_nothing_of_a_deleted_person_is_left_but_ids_and_times_in_the_log(rules: Rules, kind: Kind) -> None:
    ann = await rules.sign_up('ann.of.devon@example.com', first_name='Annabella', last_name='Featherstone')
    phone = await rules.sign_in('ann.of.devon@example.com', request_info=PHONE)
    ended = await rules.sign_in('ann.of.devon@example.com', request_info=TABLET)
    await rules.auth.run(sign_out, await rules.here(ended.token), request_info=TABLET)
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in('ann.of.devon@example.com', password='not the password', request_info=TABLET)
    await rename(rules, await rules.here(phone.token), first_name='Annabella Maria', request_info=PHONE)
    her_hash = rules.sql('SELECT password_hash FROM user')[0][0]
    events = len(rules.events())

    await delete(rules, await rules.here(ann.token), confirmation=' Delete MY account ')

    assert [rules.sql(f'SELECT count(*) FROM {table}') for table in ('user', 'session', 'client')] == [[(0,)]] * 3
    assert rules.events('action', 'user_id', 'client_id', 'session_id')[-1] == (
        'account_deleted', ann.user_id, ann.token.client_id, ann.session_id)
    assert set(rules.events('ip_address', 'user_agent')) == {('', '')}
    assert len(rules.events()) == events + 1
    tables = (*TABLES, 'change') if kind == 'sqlite' else TABLES
    dump = repr([rules.sql(f'SELECT * FROM {table}') for table in tables])
    for trace in ('devon', 'Annabella', 'Featherstone', 'Smith', her_hash, LAPTOP.ip_address, PHONE.ip_address,
                  TABLET.ip_address, 'Laptop', 'iPhone', 'Android'):
        assert trace not in dump


async def test_what_a_deleted_administrator_did_to_others_keeps_their_id_and_not_their_address(
        rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com')
    rules.sql("INSERT INTO audit_event (id, at, action, user_id, session_id, ip_address, user_agent, actor) "
              "VALUES ('evt_1', '2026-01-01 12:00:00.000000', 'revoked', ?, ?, ?, ?, ?)", bob.user_id, bob.session_id,
              PHONE.ip_address, PHONE.user_agent, ann.user_id)
    bobs_own = rules.sql('SELECT * FROM audit_event WHERE user_id = ? AND actor = ?', bob.user_id, '')

    await delete(rules, await rules.here(ann.token))

    assert rules.sql("SELECT user_id, ip_address, user_agent, actor FROM audit_event WHERE id = 'evt_1'") == [
        (bob.user_id, '', '', ann.user_id)]
    assert rules.sql('SELECT * FROM audit_event WHERE user_id = ? AND actor = ?', bob.user_id, '') == bobs_own


async def test_a_deletion_ends_every_session_of_the_person_and_the_feed_tells_each_of_their_clients(
        rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    bystander = await rules.sign_up('bob@example.com')
    await rules.changes()

    await delete(rules, await rules.here(ann.token))
    changes = await rules.changes()

    assert await rules.client(ann.token) is None
    assert await rules.client(phone.token) is None
    assert {ann.token.client_id, phone.token.client_id} == changes.client_ids
    assert changes.user_ids == {ann.user_id}
    assert await rules.active(bystander.token) == bystander.session_id


async def test_the_accounts_of_others_on_the_same_browser_survive_a_deletion(rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    bob_was_here = await rules.sign_in(request_info=PHONE)
    bob_was_here = await rules.sign_in('bob@example.com', await rules.here(bob_was_here.token))
    await rules.auth.run(sign_out, await rules.here(bob_was_here.token), bob_was_here.session_id)
    bobs_events = rules.sql('SELECT * FROM audit_event WHERE user_id = ? ORDER BY id', bob.user_id)

    await delete(rules, await rules.here(bob.token), actor_session_id=ann.session_id)

    assert await rules.active(bob.token) == bob.session_id
    assert [session.id for session in (await rules.here(bob.token)).sessions] == [bob.session_id]
    assert (await rules.here(bob_was_here.token)).sessions == ()
    assert rules.sql('SELECT * FROM audit_event WHERE user_id = ? ORDER BY id', bob.user_id) == bobs_events


async def test_after_the_one_in_use_is_deleted_no_other_account_is_chosen(rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))

    await delete(rules, await rules.here(bob.token))

    assert await rules.active(bob.token) is None
    assert [session.id for session in (await rules.here(bob.token)).sessions] == [ann.session_id]


async def test_a_deleted_address_signs_nobody_in_and_may_be_used_anew(rules: Rules, ann: SignedIn) -> None:
    await delete(rules, await rules.here(ann.token))

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in()
    again = await rules.sign_up()

    assert again.user_id != ann.user_id
    assert await rules.active(again.token) == again.session_id


async def test_two_deletions_at_once_are_one(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    clients = [await rules.here(ann.token), await rules.here(phone.token)]

    outcomes = await asyncio.gather(*(delete(rules, client) for client in clients), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NoneType', 'NotSignedIn']
    assert rules.events().count(('account_deleted',)) == 1


async def test_a_sign_in_that_races_a_deletion_leaves_no_session(rules: Rules, ann: SignedIn) -> None:
    client = await rules.here(ann.token)

    deleted, signed_in = await asyncio.gather(delete(rules, client), rules.sign_in(request_info=PHONE),
                                              return_exceptions=True)

    assert deleted is None
    assert isinstance(signed_in, PasswordIncorrect | SignedIn)
    assert [rules.sql(f'SELECT count(*) FROM {table}') for table in ('user', 'session', 'client')] == [[(0,)]] * 3
    assert rules.sql('SELECT DISTINCT ip_address FROM audit_event WHERE user_id = ?', ann.user_id) == [('',)]


async def test_a_deletion_that_races_the_sign_out_of_its_own_session_is_made_or_refused_whole(
        rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    laptop_client, phone_client = await rules.here(ann.token), await rules.here(phone.token)

    deleted, revoked = await asyncio.gather(delete(rules, laptop_client), rules.auth.run(revoke_others, phone_client),
                                            return_exceptions=True)

    if isinstance(deleted, NotSignedIn):
        assert revoked == 1
        assert rules.sql('SELECT count(*) FROM user') == [(1,)]
    else:
        assert isinstance(revoked, NotSignedIn)
        assert rules.sql('SELECT count(*) FROM user') == [(0,)]


@only_on_sqlite
async def test_a_deletion_reads_no_more_of_the_log_than_it_has_to(rules: Rules) -> None:
    plans = [rules.sql(f'EXPLAIN QUERY PLAN {statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))}',
                       '', '', 'user_x')[0][3] for statement in forgetting_where('user_x')]

    assert 'USING INDEX ix_audit_event_user_id_at' in plans[0]
    assert 'USING INDEX ix_audit_event_actor' in plans[1]
