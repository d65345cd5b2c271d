"""Signing in somebody who has proved who they are in another way than by a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auth.errors import (
    AccountLimitReached,
    AddressUnconfirmed,
    AuthError,
    ClientRenewed,
    SessionExists,
    UserDisabled,
    UserNotFound,
)
from auth.rules.actor import by_command_line
from auth.rules.admin import create_user
from auth.rules.proven_sign_in import sign_in_proven
from auth.rules.sign_in import SignedIn
from models import AuditAction
from tests.rules import PASSWORD, PHONE, Rules
from tests.running import both_stores


async def prove(rules: Rules, user: str, client: Any = None) -> SignedIn:
    """What a callback does."""
    return await sign_in_proven(rules.auth, client, user, request_info=PHONE)


async def test_they_are_signed_in_on_a_client_of_their_own_and_the_history_tells_of_it(rules: Rules) -> None:
    ann = await rules.sign_up()

    done = await prove(rules, ann.user_id)

    assert done.token.client_id != ann.token.client_id
    assert await rules.active(done.token) == done.session_id
    assert [action for (action,) in rules.events()].count(AuditAction.SIGNED_IN) == 2


async def test_the_client_gets_a_new_secret_and_its_other_accounts_stay(rules: Rules) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    rules.sql('UPDATE user SET address_confirmed_at = created_at')
    before = await rules.here(ann.token)

    done = await prove(rules, 'Bob@Example.com', before)

    after = await rules.here(done.token)
    assert await rules.client(ann.token) is None
    assert {session.user.id for session in after.signed_in(rules.clock())} == {ann.user_id, bob.user_id}


@pytest.mark.parametrize(('settings', 'refused'), [({'max_accounts': 1}, AccountLimitReached),
                                                   ({'single_session_mode': True}, SessionExists)])
async def test_the_limits_of_a_sign_in_hold(rules_with: Callable[..., Rules], settings: dict[str, Any],
                                            refused: type[AuthError]) -> None:
    rules = rules_with(**settings)
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')

    with pytest.raises(refused):
        await prove(rules, bob.user_id, await rules.here(ann.token))

    assert await rules.active(ann.token) == ann.session_id
    assert 'sign_in_refused' in rules.events()[-1][0]


async def test_nobody_is_signed_in_who_is_disabled_or_unknown(rules: Rules) -> None:
    ann = await rules.sign_up()
    rules.sql('UPDATE user SET disabled = ?', True)

    with pytest.raises(UserDisabled):
        await prove(rules, ann.user_id)
    for unknown in ('user_nobody', 'nobody@example.com', '', '%'):
        with pytest.raises(UserNotFound):
            await prove(rules, unknown)

    assert len(rules.sql('SELECT id FROM session')) == 1


async def test_of_two_at_once_on_one_client_the_second_comes_again(rules: Rules) -> None:
    ann = await rules.sign_up()
    before = await rules.here(ann.token)
    await prove(rules, ann.user_id, before)

    with pytest.raises(ClientRenewed):
        await prove(rules, ann.user_id, before)


async def test_an_address_opens_no_account_that_anybody_could_have_made_with_it(rules: Rules) -> None:
    ann = await rules.sign_up()

    for address in ('ann@example.com', ' Ann@Example.com'):
        with pytest.raises(AddressUnconfirmed):
            await prove(rules, address)

    assert 'sign_in_refused' in rules.events()[-1][0]
    assert len(rules.sql('SELECT id FROM session')) == 1
    assert (await prove(rules, ann.user_id)).user_id == ann.user_id


@pytest.mark.parametrize('settings', [{'sign_up': 'invited'}, {'sign_up': 'closed'}, {'mail_outbox': 'outbox'}])
@both_stores
async def test_it_does_where_nobody_makes_one_with_the_address_of_another(
        rules_with: Callable[..., Rules], settings: dict[str, Any]) -> None:
    rules = rules_with(**settings)
    await create_user(rules.auth, by_command_line, email_address='ann@example.com', password=PASSWORD)

    done = await prove(rules, 'ann@example.com')

    assert rules.sql('SELECT user_id, status FROM session') == [(done.user_id, 'active')]
