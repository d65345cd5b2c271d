"""Roles: who gives them, who hears of it, and what they open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth import admin_only, private, public, roles
from auth.access import Access, Here, OneOf, access_of, answer, covers
from auth.components.session_history import describe
from auth.errors import NotAllowed, NotSignedIn, ParamInvalid, UserNotFound
from auth.live.grants import needs_re_authentication
from auth.rules.actor import by_admin, by_command_line, find_actor
from auth.rules.clients import ClientView
from auth.rules.history import read_history
from auth.rules.roles import MOST, set_role
from auth.rules.sign_in import SignedIn
from tests.rules import Rules
from tests.running import either_store


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Somebody who has signed up."""
    return await rules.sign_up()


async def roles_of(rules: Rules, user: SignedIn) -> frozenset[str]:
    """The roles of whoever uses a client, as its tabs show them."""
    session = (await rules.here(user.token)).active_session(rules.clock())
    assert session is not None
    return session.user.roles


async def test_a_role_is_given_and_taken_and_the_history_says_which(rules: Rules, ann: SignedIn) -> None:
    for role, is_given in (('editor', True), (' Proof-Reader ', True), ('editor', True), ('editor', False),
                           ('editor', False)):
        await rules.auth.run(set_role, by_command_line, ann.user_id, role, is_given)

    assert await roles_of(rules, ann) == {'proof-reader'}
    assert (await rules.auth.read(actor, await rules.here(ann.token))) == {'proof-reader'}
    assert rules.events('action', 'user_id', 'actor', 'detail')[-3:] == [
        ('role_given', ann.user_id, 'command line', 'editor'),
        ('role_given', ann.user_id, 'command line', 'proof-reader'),
        ('role_taken', ann.user_id, 'command line', 'editor')]


def actor(db: object, now: object, client: ClientView) -> frozenset[str]:
    """The roles of whoever acts, in a transaction."""
    return find_actor(db, now, client).roles  # pyright: ignore[reportArgumentType]


async def test_the_history_says_in_words_which_role(rules: Rules, ann: SignedIn) -> None:
    for is_given in (True, False):
        await rules.auth.run(set_role, by_command_line, ann.user_id, 'editor', is_given)
        rules.clock.forward(seconds=1)

    history = await rules.auth.read(read_history, await rules.here(ann.token))

    assert [describe(event) for event in history.events[:2]] == [
        'The role “editor” was taken away from the command line', 'Given the role “editor” from the command line']


async def test_the_role_admin_is_that_of_administrators(rules: Rules, ann: SignedIn) -> None:
    await rules.auth.run(set_role, by_command_line, ann.user_id, 'admin', True)
    given = await roles_of(rules, ann)
    rules.sql("UPDATE user SET is_admin = ?, roles = 'admin  editor'", False)  # as a word it opens nothing

    assert given == {'admin'}
    assert await roles_of(rules, ann) == {'editor'}
    assert rules.events('action')[-1] == ('admin_granted',)


async def test_only_administrators_give_roles(rules: Rules, ann: SignedIn) -> None:
    before = rules.everything()
    for client, error in ((await rules.here(ann.token), NotAllowed), (None, NotSignedIn)):
        with pytest.raises(error):
            await rules.auth.run(set_role, by_admin(client, timedelta(minutes=10)), ann.user_id, 'editor', True)

    with pytest.raises(UserNotFound):
        await rules.auth.run(set_role, by_command_line, 'user_none', 'editor', True)
    assert rules.everything() == before


@pytest.mark.parametrize('role', ['', ' ', 'two words', '1st', 'ä', 'x' * 33, 'a,b', 'editor\n x', '-', 'edi\u200btor'])
async def test_what_is_no_role_is_refused(rules: Rules, ann: SignedIn, role: str) -> None:
    with pytest.raises(ParamInvalid) as refused:
        await rules.auth.run(set_role, by_command_line, ann.user_id, role, True)

    assert refused.value.param == 'role'
    with pytest.raises(ValueError, match='is no role'):
        roles(role)


async def test_nobody_has_very_many_roles(rules: Rules, ann: SignedIn) -> None:
    for number in range(MOST):
        await rules.auth.run(set_role, by_command_line, ann.user_id, f'role-{number}', True)

    with pytest.raises(ParamInvalid, match='more than 32'):
        await rules.auth.run(set_role, by_command_line, ann.user_id, 'one-more', True)
    await rules.auth.run(set_role, by_command_line, ann.user_id, 'role-1', True)  # which they have


async def test_a_change_of_roles_in_the_store_concerns_the_user_and_their_clients(
        rules: Rules, ann: SignedIn) -> None:
    await rules.sign_up('bob@example.com')
    await rules.changes()

    rules.sql("UPDATE user SET roles = 'editor' WHERE id = ?", ann.user_id)
    told = await rules.changes()
    rules.sql("UPDATE user SET roles = 'editor' WHERE id = ?", ann.user_id)
    again = await rules.changes()

    assert (set(told.client_ids), set(told.user_ids)) == ({ann.token.client_id}, {ann.user_id})
    assert (set(again.client_ids), set(again.user_ids)) == (set(), set())


async def test_a_role_more_needs_the_cookie_and_a_role_less_does_not(rules: Rules, ann: SignedIn) -> None:
    views: list[ClientView] = []
    for stored in ('', 'editor', 'editor reader', 'reader'):
        rules.sql('UPDATE user SET roles = ?', stored)
        views.append(await rules.here(ann.token))
    none, one, both, other = views

    def needs(granted: ClientView, found: ClientView) -> bool:
        return needs_re_authentication(granted, found, rules.clock())

    assert [needs(none, one), needs(one, both), needs(one, other)] == [True, True, True]
    assert [needs(both, one), needs(one, none)] == [False, False]


@either_store
def test_a_page_for_roles_is_for_those_who_have_one_of_them() -> None:
    access = access_of(roles('editor', 'admin')(lambda: None))

    def seen(*names: str) -> str:
        return answer(access, Here('signed_in', roles=frozenset(names))).name

    assert [seen(), seen('reader'), seen('private'), seen('public')] == ['NOT_THERE'] * 4
    assert [seen('editor'), seen('admin'), seen('editor', 'reader')] == ['LET_IN'] * 3
    assert answer(access, Here('signed_out', roles=frozenset({'editor'}))).name == 'SIGN_IN'
    assert answer('admin', Here('signed_in', roles=frozenset({'editor'}))).name == 'NOT_THERE'
    assert answer(access_of(roles('editor')(lambda: None)),
                  Here('signed_in', roles=frozenset({'admin'}))).name == 'NOT_THERE'
    assert access_of(roles('admin')(lambda: None)) == access_of(admin_only(lambda: None))
    with pytest.raises(ValueError, match='Say which roles'):
        roles()


@either_store
def test_what_is_around_a_page_covers_it_if_it_asks_for_as_much() -> None:
    editors, staff = OneOf(frozenset({'editor'})), OneOf(frozenset({'editor', 'admin'}))
    all_of_them: list[Access] = ['public', 'private', 'admin', editors, staff]

    covered = {(str(outer), str(inner)) for outer in all_of_them for inner in all_of_them if covers(outer, inner)}

    assert covered == {
        *((str(outer), 'public') for outer in all_of_them), *((str(one), str(one)) for one in all_of_them),
        *((str(outer), 'private') for outer in all_of_them[2:]), ('admin', str(staff)), (str(editors), str(staff))}


@either_store
def test_a_page_says_once_which_roles_it_is_for() -> None:
    for word in (public, private, admin_only, roles('reader')):
        with pytest.raises(Exception, match='says twice'):
            word(roles('editor')(lambda: None))
    roles('editor', 'reader')(roles('reader', 'editor')(lambda: None))
