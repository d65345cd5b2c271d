"""What an administrator may do, and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from auth.accounts import SignedIn
from auth.admin import (
    Authority,
    by_admin,
    by_command_line,
    count_sessions,
    create_user,
    find_sessions,
    find_user,
    find_users,
    read_audit_log,
    revoke_everyone,
    revoke_session,
    revoke_user,
    set_admin,
    set_disabled,
    set_password,
)
from auth.context import Auth
from auth.errors import AuthError, NotAllowed, NotSignedIn, PasswordIncorrect, SessionNotFound, UserNotFound
from auth.sessions import sign_out
from tests.conftest import House

Act = Callable[[Auth, Authority, SignedIn], Awaitable[object]]

ACTS: dict[str, Act] = {
    'find_users': lambda auth, by, _: find_users(auth, by),
    'find_user': lambda auth, by, bob: find_user(auth, by, bob.user_id),
    'find_sessions': lambda auth, by, _: find_sessions(auth, by),
    'count_sessions': lambda auth, by, _: count_sessions(auth, by),
    'read_audit_log': lambda auth, by, _: read_audit_log(auth, by, limit=5),
    'revoke_session': lambda auth, by, bob: revoke_session(auth, by, bob.session_id),
    'revoke_user': lambda auth, by, bob: revoke_user(auth, by, bob.user_id),
    'revoke_everyone': lambda auth, by, _: revoke_everyone(auth, by),
    'set_disabled': lambda auth, by, bob: set_disabled(auth, by, bob.user_id, True),
    'set_admin': lambda auth, by, bob: set_admin(auth, by, bob.user_id, True),
    'set_password': lambda auth, by, bob: set_password(auth, by, bob.user_id, 'another horse battery'),
    'create_user': lambda auth, by, _: create_user(auth, by, email_address='new@example.com',
                                                   password='another horse battery'),
}


async def administrator(house: House) -> tuple[SignedIn, Authority]:
    """Ada, signed in, and her authority."""
    ada = await house.sign_up('ada@example.com', first_name='Ada')
    house.sql('UPDATE user SET is_admin = 1 WHERE id = ?', ada.user_id)
    return ada, by_admin(house.auth, await house.here(ada.token))


@pytest.mark.parametrize('act', ACTS)
@pytest.mark.parametrize(('who', 'error'), [('another', NotAllowed), ('nobody', NotSignedIn), ('ended', NotSignedIn),
                                            ('disabled', NotSignedIn), ('withdrawn', NotAllowed)])
async def test_whoever_is_no_administrator_now_is_refused_every_act(
        house: House, act: str, who: str, error: type[AuthError]) -> None:
    ada, authority = await administrator(house)
    bob = await house.sign_up('bob@example.com')
    if who == 'another':
        authority = by_admin(house.auth, await house.here(bob.token))
    elif who == 'nobody':
        authority = by_admin(house.auth, None)
    elif who == 'ended':
        await sign_out(house.auth, await house.here(ada.token))
    elif who == 'disabled':
        house.sql('UPDATE user SET disabled = 1 WHERE id = ?', ada.user_id)
    else:
        house.sql('UPDATE user SET is_admin = 0')
    before = [house.sql(f'SELECT * FROM {table}') for table in ('user', 'session', 'audit_event')]

    with pytest.raises(error):
        await ACTS[act](house.auth, authority, bob)

    assert [house.sql(f'SELECT * FROM {table}') for table in ('user', 'session', 'audit_event')] == before


async def test_users_are_listed_by_address_a_page_at_a_time(house: House) -> None:
    for name in ('carol', 'ann', 'bob'):
        await house.sign_up(f'{name}@example.com')
    await house.sign_in('ann@example.com')

    first = await find_users(house.auth, by_command_line, limit=2)
    rest = await find_users(house.auth, by_command_line, after=first[-1].user.email_address, limit=2)

    assert [(row.user.email_address, row.sessions) for row in first + rest] == [
        ('ann@example.com', 2), ('bob@example.com', 1), ('carol@example.com', 1)]


@pytest.mark.parametrize(('words', 'found'), [
    ('ann', ['ann@example.com']), ('ANN', ['ann@example.com']), ('lee ann', ['ann@example.com']),
    ('example.com', ['ann@example.com', 'per%cent_x@example.com']), ('%', ['per%cent_x@example.com']),
    ('_', ['ann@example.com', 'per%cent_x@example.com']), ("' OR 1=1 --", []), ('nobody', []), ('   ', None),
])
async def test_a_search_takes_every_sign_for_what_it_is(house: House, words: str, found: list[str] | None) -> None:
    await house.sign_up('ann@example.com', first_name='Ann', last_name='Lee')
    await house.sign_up('per%cent_x@example.com')

    rows = await find_users(house.auth, by_command_line, words)

    addresses = [row.user.email_address for row in rows]
    assert addresses == (['ann@example.com', 'per%cent_x@example.com'] if found is None else found)


async def test_sessions_are_listed_newest_first_a_page_at_a_time(house: House) -> None:
    made = [await house.sign_up()]
    for _ in range(4):
        house.clock.forward(seconds=1)
        made.append(await house.sign_in())
    house.clock.forward(seconds=1)
    bob = await house.sign_up('bob@example.com')
    await sign_out(house.auth, await house.here(made[2].token))

    first = await find_sessions(house.auth, by_command_line, limit=3)
    rest = await find_sessions(house.auth, by_command_line, before=first[-1], limit=3)
    of_bob = await find_sessions(house.auth, by_command_line, user_id=bob.user_id)
    searched = await find_sessions(house.auth, by_command_line, 'bob@')

    assert [row.id for row in first + rest] == [bob.session_id, *(made[n].session_id for n in (4, 3, 1, 0))]
    assert [row.id for row in of_bob] == [row.id for row in searched] == [bob.session_id]
    assert await count_sessions(house.auth, by_command_line) == 5


async def test_one_session_is_ended_and_the_log_says_by_whom(house: House) -> None:
    ada, authority = await administrator(house)
    bob = await house.sign_up('bob@example.com')

    await revoke_session(house.auth, authority, bob.session_id)
    with pytest.raises(SessionNotFound):
        await revoke_session(house.auth, authority, bob.session_id)

    assert [house.status(one.session_id) for one in (ada, bob)] == ['active', 'revoked']
    assert house.events('action', 'user_id', 'session_id', 'actor')[-1] == ('revoked', bob.user_id, bob.session_id,
                                                                           ada.user_id)


async def test_everyone_ends_in_portions_the_administrator_among_them(
        house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('auth.admin._AT_ONCE', 2)
    _, authority = await administrator(house)
    for number in range(4):
        await house.sign_up(f'p{number}@example.com')

    count = await revoke_everyone(house.auth, authority)

    assert count == 5
    assert house.sql('SELECT DISTINCT status FROM session') == [('revoked',)]
    assert house.events().count(('revoked',)) == 5


async def test_a_disabled_user_is_out_at_once_and_stays_out_until_enabled(house: House) -> None:
    _, authority = await administrator(house)
    bob = await house.sign_up('bob@example.com')
    house.auth.store.feed.take()

    ended = await set_disabled(house.auth, authority, bob.user_id, True)
    told = house.auth.store.feed.take()
    again = await set_disabled(house.auth, authority, bob.user_id, True)
    with pytest.raises(AuthError, match='disabled'):
        await house.sign_in('bob@example.com')
    await set_disabled(house.auth, authority, bob.user_id, False)

    assert (ended, again) == (1, 0)
    assert told.client_ids == {bob.token.client_id}
    assert house.status(bob.session_id) == 'revoked'
    assert await house.sign_in('bob@example.com')
    assert [house.events().count((action,)) for action in ('disabled', 'enabled')] == [1, 1]


async def test_an_administrator_can_not_lock_themselves_out(house: House) -> None:
    ada, authority = await administrator(house)

    with pytest.raises(AuthError, match='yourself'):
        await set_disabled(house.auth, authority, ada.user_id, True)

    assert await house.active(ada.token) == ada.session_id


async def test_a_password_that_is_set_ends_all_sessions(house: House) -> None:
    bob = await house.sign_up('bob@example.com')

    ended = await set_password(house.auth, by_command_line, bob.user_id, 'another horse battery')

    assert ended == 1
    with pytest.raises(PasswordIncorrect):
        await house.sign_in('bob@example.com')
    assert await house.sign_in('bob@example.com', password='another horse battery')
    assert house.events('action', 'actor')[2:4] == [('password_changed', 'command line'), ('revoked', 'command line')]


@pytest.mark.parametrize('act', ['set_disabled', 'set_admin', 'set_password', 'find_user'])
async def test_an_unknown_user_is_told(house: House, act: str) -> None:
    bob = await house.sign_up('bob@example.com')
    house.sql('DELETE FROM session')
    house.sql('DELETE FROM user')

    with pytest.raises(UserNotFound):
        await ACTS[act](house.auth, by_command_line, bob)


async def test_a_user_is_found_by_id_and_by_address_in_any_case(house: House) -> None:
    bob = await house.sign_up('bob@example.com')

    found = [(await find_user(house.auth, by_command_line, who)).user.id
             for who in (bob.user_id, 'bob@example.com', ' BOB@example.com ')]

    assert found == [bob.user_id] * 3
