"""What an administrator may do, and that nobody else may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any

import pytest

from auth import Auth
from auth.credentials.passwords import Passwords
from auth.errors import (
    AuthError,
    NotAllowed,
    NotSignedIn,
    ParamInvalid,
    PasswordIncorrect,
    PasswordTooCommon,
    PasswordTooShort,
    SessionNotFound,
    SomeEnded,
    StoreAway,
    UserDisabled,
    UserNotFound,
)
from auth.rules import admin
from auth.rules.actor import COMMAND_LINE, Administrator, by_admin, by_command_line
from auth.rules.admin import revoke_everyone, revoke_session, revoke_user, set_admin, set_disabled, set_password
from auth.rules.admin_queries import AdminSession, count_sessions, find_sessions, find_user, find_users, read_audit_log
from auth.rules.sessions import set_active, sign_out
from auth.rules.sign_in import SignedIn
from tests.databases import connect_to
from tests.rules import LAPTOP, NEW_PASSWORD, PHONE, TABLET, Rules
from tests.running import both_stores, only_on_postgres, only_on_sqlite

Verb = Callable[[Rules, Administrator, SignedIn], Awaitable[Any]]
READS: dict[str, Verb] = {
    'find_users': lambda rules, authority, _: rules.auth.read(find_users, authority),
    'find_users by words': lambda rules, authority, _: rules.auth.read(find_users, authority, 'ann'),
    'find_sessions': lambda rules, authority, _: rules.auth.read(find_sessions, authority),
    'find_sessions of one': lambda rules, authority, of: rules.auth.read(find_sessions, authority, user_id=of.user_id),
    'read_audit_log': lambda rules, authority, _: rules.auth.read(read_audit_log, authority, limit=10),
    'count_sessions': lambda rules, authority, _: rules.auth.read(count_sessions, authority),
    'find_user': lambda rules, authority, of: rules.auth.read(find_user, authority, of.user_id),
    'find_user who is not': lambda rules, authority, _: rules.auth.read(find_user, authority, 'user_x'),
}
ACTS: dict[str, Verb] = {
    'revoke_session': lambda rules, authority, of: rules.auth.run(revoke_session, authority, of.session_id),
    'revoke_session that is not': lambda rules, authority, _: rules.auth.run(revoke_session, authority, 'sess_x'),
    'revoke_user': lambda rules, authority, of: rules.auth.run(revoke_user, authority, of.user_id),
    'revoke_everyone': lambda rules, authority, _: revoke_everyone(rules.auth, authority),
    'set_disabled': lambda rules, authority, of: rules.auth.run(set_disabled, authority, of.user_id, True),
    'set_disabled of nobody': lambda rules, authority, _: rules.auth.run(set_disabled, authority, 'user_x', True),
    'set_admin': lambda rules, authority, of: rules.auth.run(set_admin, authority, of.user_id, True),
    'set_admin of nobody': lambda rules, authority, _: rules.auth.run(set_admin, authority, 'user_x', True),
    'set_password': lambda rules, authority, of: set_password(rules.auth, authority, of.user_id, NEW_PASSWORD),
    'set_password of nobody': lambda rules, authority, _: set_password(rules.auth, authority, 'user_x', NEW_PASSWORD),
    'set_password that is weak': lambda rules, authority, of: set_password(rules.auth, authority, of.user_id, '1'),
}
VERBS = READS | ACTS
CHANGES = {name: verb for name, verb in ACTS.items() if ' ' not in name}


@pytest.fixture
async def boss(rules: Rules) -> SignedIn:
    """The administrator."""
    done = await rules.sign_up('boss@example.com')
    rules.sql('UPDATE user SET is_admin = 1')
    return done


@pytest.fixture
async def ann(rules: Rules, boss: SignedIn) -> SignedIn:
    """Ann, who is none."""
    return await rules.sign_up(first_name='Ann', last_name='Smith')


async def authority_of(rules: Rules, who: SignedIn) -> Administrator:
    """The authority that somebody has on their client as it is now."""
    return by_admin(await rules.here(who.token))


# Who may


async def test_who_is_no_administrator_is_refused_and_nothing_is_hashed(
        rules: Rules, boss: SignedIn, ann: SignedIn, monkeypatch: pytest.MonkeyPatch,
        subtests: pytest.Subtests) -> None:
    async def hash_nothing(*_: object) -> None:
        raise AssertionError('a password was hashed')

    monkeypatch.setattr(Passwords, 'hash', hash_nothing)
    authority, before = await authority_of(rules, ann), rules.everything()

    for name, verb in VERBS.items():
        with subtests.test(verb=name):
            with pytest.raises(NotAllowed, match='Only an administrator') as refused:
                await verb(rules, authority, boss)

            assert refused.value.status == 403
            assert rules.everything() == before


async def test_who_is_signed_out_is_refused(
        rules: Rules, boss: SignedIn, ann: SignedIn, subtests: pytest.Subtests) -> None:
    on_bosss_browser = await rules.sign_in(client=await rules.here(boss.token))
    boss_not_in_use = await rules.here(on_bosss_browser.token)
    await rules.auth.run(sign_out, boss_not_in_use, on_bosss_browser.session_id)
    before = rules.everything()

    for name, verb in VERBS.items():
        with subtests.test(verb=name):
            for client in (None, await rules.here(on_bosss_browser.token)):
                with pytest.raises(NotSignedIn):
                    await verb(rules, by_admin(client), ann)

            assert rules.everything() == before


async def test_an_administrator_is_refused_a_moment_after_they_are_none(
        rules: Rules, boss: SignedIn, ann: SignedIn, subtests: pytest.Subtests) -> None:
    authority = await authority_of(rules, boss)

    for statement, error in (
            ("UPDATE session SET status = 'revoked' WHERE id = :session", NotSignedIn),
            ("UPDATE session SET expire_at = '2026-01-01 12:00:00.000000' WHERE id = :session", NotSignedIn),
            ('UPDATE user SET disabled = 1 WHERE id = :user', NotSignedIn),
            ('UPDATE user SET is_admin = 0 WHERE id = :user', NotAllowed),
            ("UPDATE client SET secret_hash = 'another' WHERE id = :client", NotSignedIn)):
        names = {':session': boss.session_id, ':user': boss.user_id, ':client': boss.token.client_id}
        place = next(name for name in names if name in statement)
        _, table, _, column, *_ = statement.split()
        (before_it,), = rules.sql(f'SELECT {column} FROM {table} WHERE id = ?', names[place])
        rules.sql(statement.replace(place, '?'), names[place])
        before = rules.everything()

        for name, verb in VERBS.items():
            with subtests.test(verb=name, statement=statement):
                with pytest.raises(error):
                    await verb(rules, authority, ann)
                assert rules.everything() == before
        rules.sql(f'UPDATE {table} SET {column} = ? WHERE id = ?', before_it, names[place])

    assert await rules.auth.read(count_sessions, authority) == 2  # all is as it was, and so is the authority


async def test_an_administrator_who_uses_another_account_of_the_browser_is_none(rules: Rules, boss: SignedIn,
                                                                              ann: SignedIn) -> None:
    both = await rules.sign_in(client=await rules.here(boss.token))

    with pytest.raises(NotAllowed):
        await rules.auth.read(count_sessions, await authority_of(rules, both))
    await rules.auth.run(set_active, await rules.here(both.token), boss.session_id, settings=rules.auth.settings)

    assert await rules.auth.read(count_sessions, await authority_of(rules, both)) == 3


@pytest.mark.parametrize('verb', CHANGES)
async def test_who_can_run_a_program_beside_the_store_may_do_anything(rules: Rules, ann: SignedIn, verb: str) -> None:
    before = rules.everything()

    await CHANGES[verb](rules, by_command_line, ann)

    assert rules.everything() != before
    assert rules.events('actor')[-1] == (COMMAND_LINE,)


@pytest.mark.parametrize('verb', CHANGES)
async def test_what_an_administrator_does_is_in_the_log_under_their_id(rules: Rules, boss: SignedIn, ann: SignedIn,
                                                                      verb: str) -> None:
    events = len(rules.events())

    await CHANGES[verb](rules, await authority_of(rules, boss), ann)

    done = rules.events('actor', 'user_id')[events:]
    assert done
    assert {actor for actor, _ in done} == {boss.user_id}
    assert ann.user_id in {user_id for _, user_id in done}


@pytest.mark.parametrize('verb', CHANGES)
async def test_an_act_and_its_event_are_written_together_or_not_at_all(rules: Rules, boss: SignedIn, ann: SignedIn,
                                                                      verb: str) -> None:
    authority = await authority_of(rules, boss)
    rules.database.fail('INSERT ON audit_event')
    before = rules.everything()

    with pytest.raises(Exception, match='full'):
        await CHANGES[verb](rules, authority, ann)

    assert rules.everything() == before


@pytest.mark.parametrize('verb', CHANGES)
async def test_while_the_store_is_away_that_is_said_and_nothing_is_changed(rules: Rules, boss: SignedIn, ann: SignedIn,
                                                                          verb: str) -> None:
    authority, before = await authority_of(rules, boss), rules.everything()

    with rules.database.away(), pytest.raises(StoreAway):
        await CHANGES[verb](rules, authority, ann)

    assert rules.everything() == before


# Finding


async def test_users_are_listed_by_address_with_their_sessions(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    await rules.sign_in(request_info=PHONE)
    ended = await rules.sign_in(request_info=TABLET)
    await rules.auth.run(sign_out, await rules.here(ended.token))
    rules.sql('UPDATE user SET disabled = 1 WHERE id = ?', ann.user_id)

    rows = await rules.auth.read(find_users, await authority_of(rules, boss))

    assert [(row.user.email_address, row.user.name, row.user.is_admin, row.disabled, row.sessions) for row in rows] == [
        ('ann@example.com', 'Ann Smith', False, True, 2), ('boss@example.com', 'boss@example.com', True, False, 1)]
    assert rows[0].created_at == rules.clock()
    assert rows[0].user.id == ann.user_id


PEOPLE = ['a%b@example.com', 'a_b@example.com', 'a-b@example.com', "o'brien@example.com", 'a/b@example.com',
          'boss@example.com', 'back.slash@example.com']


@both_stores
async def test_a_search_finds_what_was_typed_and_nothing_that_it_might_mean(
        rules: Rules, boss: SignedIn, subtests: pytest.Subtests) -> None:
    for address in PEOPLE:
        if address != 'boss@example.com':
            rules.sql("INSERT INTO user (id, email_address, first_name, password_hash, password_changed_at, created_at)"
                      " VALUES (?, ?, ?, '', '2026-01-01', '2026-01-01')",
                      f'user_{len(address)}{ord(address[1])}', address,
                      'Back\\Slash' if address.startswith('back') else '')
    authority = await authority_of(rules, boss)

    for words, found in (
            ('%', ['a%b@example.com']), ('_', ['a_b@example.com']), ('a_b', ['a_b@example.com']),
            ('a%b', ['a%b@example.com']), ('/', ['a/b@example.com']), ("'", ["o'brien@example.com"]),
            ("O'BRIEN", ["o'brien@example.com"]), ("' OR 1=1 --", []), ('"', []), ('\\', ['back.slash@example.com']),
            ('example.com', PEOPLE), ('', PEOPLE), (' \t ', PEOPLE), ('  back   EXAMPLE ', ['back.slash@example.com']),
            ('Back\\Slash', ['back.slash@example.com']), ('back nobody', []), ('🦊', []), ('%%', []), ('__', []),
            ('us', []), ('user_', PEOPLE), ('user_%', [])):
        with subtests.test(words=words):
            rows = await rules.auth.read(find_users, authority, words)

            assert sorted(row.user.email_address for row in rows) == sorted(found)


@both_stores
async def test_a_user_is_found_by_their_names_in_any_order_and_by_the_beginning_of_their_id(
        rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    authority = await authority_of(rules, boss)

    for words in ('smith ann', 'SMI', ann.user_id, ann.user_id[:15], f'{ann.user_id} Ann', 'ann@example.com'):
        assert [row.user.id for row in await rules.auth.read(find_users, authority, words)] == [ann.user_id]
        assert [row.user.id for row in await rules.auth.read(find_sessions, authority, words)] == [ann.user_id]


@both_stores
async def test_a_very_long_search_is_no_error(rules: Rules, boss: SignedIn, subtests: pytest.Subtests) -> None:
    authority = await authority_of(rules, boss)

    for words in ['a ' * 5_000, 'x' * 100_000, '%' * 100_000, "'" * 100_000, 'é_' * 50_000]:
        with subtests.test(words=words[:9]):
            assert isinstance(await rules.auth.read(find_users, authority, words), list)
            assert isinstance(await rules.auth.read(find_sessions, authority, words), list)


@only_on_sqlite
async def test_letters_of_an_id_are_not_found_by_chance(rules: Rules, boss: SignedIn) -> None:
    rules.sql("UPDATE user SET id = 'user_xxxAnnaxxx'")
    rules.sql("UPDATE session SET user_id = 'user_xxxAnnaxxx'")

    assert await rules.auth.read(find_users, await authority_of(rules, boss), 'anna') == []


async def test_users_are_paged_without_gaps_or_doubles(rules: Rules, boss: SignedIn) -> None:
    for number in range(8):
        rules.sql("INSERT INTO user (id, email_address, password_hash, password_changed_at, created_at)"
                  " VALUES (?, ?, '', '2026-01-01', '2026-01-01')",
                  f'user_{number}', f'{"Ää_%zy-~"[number]}@example.com')
    authority, listed = await authority_of(rules, boss), list[str]()

    while page := await rules.auth.read(find_users, authority, 'example', after=listed[-1] if listed else '', limit=4):
        listed += [row.user.email_address for row in page]

    assert len(listed) == len(set(listed)) == 9
    assert listed == [row[0] for row in rules.sql('SELECT email_address FROM user ORDER BY email_address')]


@both_stores
async def test_sessions_are_listed_newest_first_and_paged_without_gaps_even_at_equal_moments(
        rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    for _ in range(5):
        await rules.sign_in(request_info=PHONE)
    rules.clock.forward(seconds=1)
    newest = await rules.sign_in(request_info=TABLET)
    authority, listed = await authority_of(rules, boss), list[AdminSession]()

    while page := await rules.auth.read(find_sessions, authority, before=listed[-1] if listed else None, limit=3):
        listed += page

    ids = [row.id for row in listed]
    assert ids[0] == newest.session_id
    assert len(ids) == len(set(ids)) == await rules.auth.read(count_sessions, authority) == 8
    assert ids == [row[0] for row in rules.sql('SELECT id FROM session ORDER BY created_at DESC, id DESC')]
    assert (str(listed[0].user_agent), listed[0].ip_address, listed[0].user.email_address) == (
        'Chrome 141 on Android device', TABLET.ip_address, 'ann@example.com')


@both_stores
async def test_only_sessions_that_are_signed_in_are_listed_and_of_one_user_only_theirs(
        rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    await rules.auth.run(sign_out, await rules.here(phone.token))
    late = await rules.sign_in()
    rules.sql("UPDATE session SET expire_at = '2026-01-01 12:00:00.000000' WHERE id = ?", late.session_id)
    authority = await authority_of(rules, boss)

    everybodys = {row.id for row in await rules.auth.read(find_sessions, authority)}
    anns = {row.id for row in await rules.auth.read(find_sessions, authority, user_id=ann.user_id)}
    anns_by_words = {row.id for row in await rules.auth.read(find_sessions, authority, 'boss', user_id=ann.user_id)}

    assert everybodys == {boss.session_id, ann.session_id}
    assert anns == {ann.session_id}
    assert anns_by_words == set()
    assert await rules.auth.read(find_sessions, authority, user_id="' OR 1=1 --") == []


async def test_one_user_is_found_by_id_or_whole_address(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    authority = await authority_of(rules, boss)

    for key in (ann.user_id, f' {ann.user_id} ', 'ann@example.com', ' ANN@Example.COM '):
        assert (await rules.auth.read(find_user, authority, key)).user.id == ann.user_id
    for key in ('', 'ann', 'user_', '%', 'nobody@example.com', ann.user_id[:-1], ann.session_id):
        with pytest.raises(UserNotFound):
            await rules.auth.read(find_user, authority, key)
    with pytest.raises(ParamInvalid):
        await rules.auth.read(find_user, authority, 'no@address')


@both_stores
async def test_the_audit_log_of_everybody_is_read_newest_first(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    rules.clock.forward(minutes=1)
    await rules.auth.run(revoke_session, await authority_of(rules, boss), ann.session_id, LAPTOP)

    authority = await authority_of(rules, boss)
    newest, *rest = await rules.auth.read(read_audit_log, authority, limit=3)
    since = await rules.auth.read(read_audit_log, authority, limit=3, since=rules.clock())

    assert (newest.action, newest.user_id, newest.session_id, newest.actor, newest.ip_address, newest.at) == (
        'revoked', ann.user_id, ann.session_id, boss.user_id, LAPTOP.ip_address, rules.clock())
    assert len(rest) == 2
    assert since == [newest]


async def test_reading_needs_no_writer_and_leaves_no_trace(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    authority, before = await authority_of(rules, boss), rules.everything()

    with rules.database.locked():
        for name, verb in READS.items():
            if 'is not' not in name:
                await verb(rules, authority, ann)

    assert rules.everything() == before


# Ending sessions


async def test_one_session_of_anybody_ends_and_only_that_one(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    await rules.changes()

    await rules.auth.run(revoke_session, await authority_of(rules, boss), phone.session_id, LAPTOP)
    changes = await rules.changes()

    assert rules.status(phone.session_id) == 'revoked'
    assert await rules.active(ann.token) == ann.session_id
    assert changes.client_ids == {phone.token.client_id}
    assert rules.events('action', 'user_id', 'client_id', 'session_id', 'ip_address', 'actor')[-1] == (
        'revoked', ann.user_id, phone.token.client_id, phone.session_id, LAPTOP.ip_address, boss.user_id)


async def test_a_session_that_is_unknown_ended_or_malformed_gets_one_answer_and_nothing_ends(
        rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    ended = await rules.sign_in()
    await rules.auth.run(sign_out, await rules.here(ended.token))
    authority, before, answers = await authority_of(rules, boss), rules.everything(), set[str]()

    for session_id in ('sess_' + 'x' * 24, ended.session_id, '', '%', "' OR 1=1 --", ann.user_id, 'sess_\x00', '🦊',
                       'x' * 10_000):
        with pytest.raises(SessionNotFound) as refused:
            await rules.auth.run(revoke_session, authority, session_id)
        answers.add(refused.value.message)

    assert len(answers) == 1
    assert rules.everything() == before


async def test_all_sessions_of_a_user_end_and_no_others(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    bob = await rules.sign_up('bob@example.com', await rules.here(phone.token))
    authority = await authority_of(rules, boss)

    told = [await rules.auth.run(revoke_user, authority, user_id)
            for user_id in (ann.user_id, ann.user_id, 'user_x', '%')]

    assert told == [2, 0, 0, 0]
    assert rules.status(ann.session_id) == rules.status(phone.session_id) == 'revoked'
    assert await rules.active(bob.token) == bob.session_id
    assert rules.events().count(('revoked',)) == 2


@both_stores
async def test_no_more_sessions_are_counted_than_are_asked_for(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    await rules.sign_in()

    counted = [await rules.auth.read(count_sessions, by_command_line, most=most) for most in (None, 2, 3, 4)]

    assert counted == [3, 2, 3, 3]


async def test_everybodys_sessions_end_those_of_the_administrator_among_them(rules: Rules, boss: SignedIn,
                                                                           ann: SignedIn) -> None:
    authority = await authority_of(rules, boss)
    removed = await rules.sign_in()
    await rules.auth.run(sign_out, await rules.here(removed.token))
    await rules.changes()

    told = await revoke_everyone(rules.auth, authority, LAPTOP)
    changes = await rules.changes()

    assert told == 2
    assert sorted(rules.sql('SELECT status FROM session')) == [('removed',), ('revoked',), ('revoked',)]
    assert changes.client_ids == {boss.token.client_id, ann.token.client_id}
    with pytest.raises(NotSignedIn):
        await revoke_everyone(rules.auth, authority)


async def test_where_the_store_goes_away_after_some_of_everybodys_sessions_ended_their_number_is_told(
        rules: Rules, boss: SignedIn, ann: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, 'ENDED_AT_ONCE', 1)
    run, authority = Auth.run, await authority_of(rules, boss)

    async def run_unless_one_ended(auth: Auth, *args: Any, **kwargs: Any) -> Any:
        if 'revoked' in (rules.status(boss.session_id), rules.status(ann.session_id)):
            raise StoreAway
        return await run(auth, *args, **kwargs)

    monkeypatch.setattr(Auth, 'run', run_unless_one_ended)

    with pytest.raises(SomeEnded, match='1 session ended, then the server could not reach'):
        await revoke_everyone(rules.auth, authority)
    with pytest.raises(StoreAway):
        await revoke_everyone(rules.auth, by_command_line)

    assert sorted(rules.sql('SELECT status FROM session')) == [('active',), ('revoked',)]


async def test_two_administrators_who_end_one_session_at_once_end_it_once(rules: Rules, boss: SignedIn,
                                                                         ann: SignedIn) -> None:
    rules.sql('UPDATE user SET is_admin = 1')
    other = await rules.sign_up('carol@example.com')
    authorities = [await authority_of(rules, boss), await authority_of(rules, ann), by_command_line]

    outcomes = await asyncio.gather(*(rules.auth.run(revoke_session, authority, other.session_id)
                                      for authority in authorities), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NoneType', 'SessionNotFound', 'SessionNotFound']
    assert rules.events().count(('revoked',)) == 1


@only_on_postgres
async def test_who_revokes_all_sessions_of_a_user_does_not_hold_some_while_waiting_for_the_user(
        rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(seconds=1)
    newer = await rules.sign_in(request_info=PHONE)
    with closing(connect_to(rules.database.url)) as db:
        db.execute('BEGIN')  # Ann, on her phone, is about to sign out all other devices
        db.execute('SELECT 1 FROM "user" WHERE id = %s FOR NO KEY UPDATE', [ann.user_id])
        db.execute('SELECT 1 FROM session WHERE id = %s FOR NO KEY UPDATE', [newer.session_id])
        revoking = asyncio.create_task(rules.auth.run(revoke_user, by_command_line, ann.user_id))
        await asyncio.sleep(0.3)
        db.execute('SELECT 1 FROM session WHERE id = %s FOR NO KEY UPDATE NOWAIT', [ann.session_id])
        db.execute('COMMIT')

        assert await revoking == 2


# Disabling


async def test_a_disabled_user_is_signed_out_everywhere_and_the_feed_says_so(rules: Rules, boss: SignedIn,
                                                                            ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    await rules.changes()

    told = await rules.auth.run(set_disabled, await authority_of(rules, boss), ann.user_id, True, LAPTOP)
    changes = await rules.changes()

    assert told == 2
    assert rules.status(ann.session_id) == rules.status(phone.session_id) == 'revoked'
    assert changes.client_ids == {ann.token.client_id, phone.token.client_id}
    assert changes.user_ids == {ann.user_id}
    assert await rules.active(ann.token) is None
    with pytest.raises(UserDisabled):
        await rules.sign_in()
    assert [event for event in rules.events('action', 'actor') if event[1]] == [
        ('disabled', boss.user_id), ('revoked', boss.user_id), ('revoked', boss.user_id)]


async def test_an_enabled_user_may_sign_in_again_and_no_old_session_comes_back(rules: Rules, boss: SignedIn,
                                                                              ann: SignedIn) -> None:
    authority = await authority_of(rules, boss)
    await rules.auth.run(set_disabled, authority, ann.user_id, True)

    told = await rules.auth.run(set_disabled, authority, ann.user_id, False)
    old = await rules.active(ann.token)
    again = await rules.sign_in()

    assert (told, old) == (0, None)
    assert await rules.active(again.token) == again.session_id
    assert ('enabled', boss.user_id) in rules.events('action', 'actor')


async def test_what_is_so_already_is_not_done_again(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    authority = await authority_of(rules, boss)
    await rules.auth.run(set_disabled, authority, ann.user_id, True)
    before = rules.everything()

    await rules.auth.run(set_disabled, authority, ann.user_id, True)
    await rules.auth.run(set_disabled, authority, boss.user_id, False)
    await rules.auth.run(set_admin, authority, boss.user_id, True)
    await rules.auth.run(set_admin, authority, ann.user_id, False)

    assert rules.everything() == before


async def test_disabling_who_was_disabled_by_hand_ends_the_sessions_that_were_left(rules: Rules, boss: SignedIn,
                                                                                 ann: SignedIn) -> None:
    rules.sql('UPDATE user SET disabled = 1 WHERE id = ?', ann.user_id)

    told = await rules.auth.run(set_disabled, await authority_of(rules, boss), ann.user_id, True)

    assert told == 1
    assert rules.status(ann.session_id) == 'revoked'
    assert ('disabled',) not in rules.events()


async def test_an_administrator_cannot_disable_themselves(rules: Rules, boss: SignedIn) -> None:
    before = rules.everything()

    with pytest.raises(AuthError, match='another administrator'):
        await rules.auth.run(set_disabled, await authority_of(rules, boss), boss.user_id, True)

    assert rules.everything() == before


async def test_of_two_administrators_who_disable_each_other_one_is_left(rules: Rules, boss: SignedIn,
                                                                       ann: SignedIn) -> None:
    rules.sql('UPDATE user SET is_admin = 1')
    bosss, anns = await authority_of(rules, boss), await authority_of(rules, ann)
    await asyncio.gather(*(rules.auth.run(set_admin, by_command_line, boss.user_id, True)
                           for _ in range(2)))  # connects

    outcomes = await asyncio.gather(rules.auth.run(set_disabled, bosss, ann.user_id, True),
                                    rules.auth.run(set_disabled, anns, boss.user_id, True), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NotSignedIn', 'int']
    assert rules.sql('SELECT count(*) FROM user WHERE disabled') == [(1,)]


@pytest.mark.parametrize('verb', [name for name in ACTS if 'of nobody' in name])
async def test_a_user_who_is_not_is_not_found_and_nothing_changes(rules: Rules, boss: SignedIn, ann: SignedIn,
                                                                  verb: str) -> None:
    before = rules.everything()

    with pytest.raises(UserNotFound):
        await ACTS[verb](rules, await authority_of(rules, boss), ann)

    assert rules.everything() == before


# Administrators and passwords


async def test_an_administrator_makes_another_and_takes_it_back(rules: Rules, boss: SignedIn, ann: SignedIn) -> None:
    authority = await authority_of(rules, boss)

    await rules.auth.run(set_admin, authority, ann.user_id, True)
    counted = await rules.auth.read(count_sessions, await authority_of(rules, ann))
    await rules.auth.run(set_admin, authority, ann.user_id, False)

    assert counted == 2
    with pytest.raises(NotAllowed):
        await rules.auth.read(count_sessions, await authority_of(rules, ann))
    assert rules.events('action', 'user_id', 'actor')[-2:] == [
        ('admin_granted', ann.user_id, boss.user_id), ('admin_withdrawn', ann.user_id, boss.user_id)]


async def test_a_given_password_ends_all_sessions_and_only_it_signs_in(rules: Rules, boss: SignedIn,
                                                                      ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    rules.clock.forward(minutes=1)

    told = await set_password(rules.auth, await authority_of(rules, boss), ann.user_id, NEW_PASSWORD)

    assert told == 2
    assert rules.status(ann.session_id) == rules.status(phone.session_id) == 'revoked'
    assert rules.status(boss.session_id) == 'active'
    assert rules.moment('SELECT password_changed_at FROM user WHERE id = ?', ann.user_id) == rules.clock()
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in()
    await rules.sign_in(password=NEW_PASSWORD)
    assert NEW_PASSWORD not in repr(rules.everything())


@pytest.mark.parametrize(('password', 'error'), [('short', PasswordTooShort), ('password', PasswordTooCommon),
                                                 ('ann@example.com', PasswordTooCommon)])
async def test_a_given_password_that_is_too_weak_is_refused(rules: Rules, boss: SignedIn, ann: SignedIn, password: str,
                                                            error: type[AuthError]) -> None:
    before = rules.everything()

    with pytest.raises(error):
        await set_password(rules.auth, await authority_of(rules, boss), ann.user_id, password)

    assert rules.everything() == before


async def test_an_administrator_who_is_disabled_while_a_password_is_hashed_gives_none(
        rules: Rules, boss: SignedIn, ann: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    authority, hash_it = await authority_of(rules, boss), rules.auth.passwords.hash

    async def hash_slowly(_: Passwords, password: str) -> str:
        await asyncio.to_thread(rules.sql, 'UPDATE user SET disabled = 1 WHERE id = ?', boss.user_id)
        return await hash_it(password)

    monkeypatch.setattr(Passwords, 'hash', hash_slowly)
    anns_row = rules.sql('SELECT * FROM user WHERE id = ?', ann.user_id)

    with pytest.raises(NotSignedIn):
        await set_password(rules.auth, authority, ann.user_id, NEW_PASSWORD)

    assert rules.sql('SELECT * FROM user WHERE id = ?', ann.user_id) == anns_row
    assert rules.status(ann.session_id) == 'active'
