"""A password that somebody else has set is changed at the first sign-in: until then nobody is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from auth.errors import AuthError, NotSignedIn, ParamInvalid, PasswordIncorrect, PasswordTooWeak, SessionNotFound
from auth.rules.actor import by_admin, by_command_line, find_actor
from auth.rules.admin import create_user, revoke_everyone, revoke_user, set_disabled, set_password
from auth.rules.devices import revoke_others
from auth.rules.pending import PasswordChanged
from auth.rules.profile import change_password, delete_account
from auth.rules.sessions import PENDING_LIFETIME, end_overdue, set_active, sign_out
from auth.rules.sign_in import SignedIn
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, Rules
from tests.running import both_stores, either_store

from .conftest import Api, sign_in

GIVEN = 'a basalt teapot for ann'


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Somebody whom the command line has made, at her first sign-in."""
    await create_user(rules.auth, by_command_line, email_address='ann@example.com', password=GIVEN)
    rules.clock.forward(minutes=1)
    return await rules.sign_in(password=GIVEN)


async def choose(rules: Rules, who: SignedIn, password: str = NEW_PASSWORD, **more: Any) -> PasswordChanged:
    return await change_password(rules.auth, await rules.here(who.token), current_password='', new_password=password,
                                 sign_out_others=False, request_info=PHONE, **more)


async def test_whoever_was_given_a_password_is_not_signed_in_before_they_have_their_own(rules: Rules, ann: SignedIn
                                                                                         ) -> None:
    client = await rules.here(ann.token)
    pending = client.pending_session(rules.clock())

    assert rules.status(ann.session_id) == 'pending'
    assert (client.signed_in(rules.clock()), client.active_session(rules.clock())) == ((), None)
    assert pending
    assert (pending.id, pending.user.email_address) == (ann.session_id, 'ann@example.com')
    for session_id in (None, ann.session_id):
        with pytest.raises(NotSignedIn):
            await rules.auth.read(find_actor, client, session_id)
        with pytest.raises(NotSignedIn):
            await rules.auth.run(revoke_others, client, actor_session_id=session_id)
    with pytest.raises(SessionNotFound):
        await rules.auth.run(set_active, client, ann.session_id, settings=rules.auth.settings)
    with pytest.raises(NotSignedIn):
        await delete_account(rules.auth, client, password=GIVEN, confirmation='delete my account', request_info=LAPTOP)
    with pytest.raises(NotSignedIn):
        await revoke_everyone(rules.auth, by_admin(client))


async def test_with_a_password_of_ones_own_the_session_goes_on_with_another_cookie(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(minutes=5)

    done = await choose(rules, ann)

    assert await rules.client(ann.token) is None
    assert await rules.active(done.token) == ann.session_id
    session = (await rules.here(done.token)).sessions[0]
    assert session.expire_at == rules.clock() + rules.auth.settings.lifetimes(kept=False).absolute
    assert rules.events('action', 'actor')[-1] == ('password_changed', '')
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password=GIVEN)
    again = await rules.sign_in(password=NEW_PASSWORD)
    assert rules.status(again.session_id) == 'active'


@pytest.mark.parametrize(('password', 'error'), [(GIVEN, ParamInvalid), ('Summer2026', PasswordTooWeak),
                                                 ('ann@example.com', AuthError), ('', AuthError)])
@either_store
async def test_neither_the_one_that_was_given_nor_a_weak_one_will_do(rules: Rules, ann: SignedIn, password: str,
                                                                     error: type[AuthError]) -> None:
    with pytest.raises(error) as refused:
        await choose(rules, ann, password)

    assert refused.value.param == 'new_password'
    assert rules.status(ann.session_id) == 'pending'


async def test_who_was_signed_in_everywhere_is_out_and_has_to_choose_too(rules: Rules) -> None:
    ann = await rules.sign_up()
    phone = await rules.sign_in(request_info=PHONE)

    assert await set_password(rules.auth, by_command_line, ann.user_id, GIVEN) == 2

    rules.clock.forward(seconds=1)
    first, second = await rules.sign_in(password=GIVEN), await rules.sign_in(password=GIVEN, request_info=PHONE)
    done = await choose(rules, first)
    assert done.revoked == 1
    assert [rules.status(one.session_id) for one in (ann, phone, first, second)] == [
        'revoked', 'revoked', 'active', 'revoked']
    with pytest.raises(NotSignedIn):
        await choose(rules, second, 'the choice of whoever comes second')


async def test_of_two_who_choose_at_once_one_has_chosen(rules: Rules, ann: SignedIn) -> None:
    other = await rules.sign_in(password=GIVEN, request_info=PHONE)

    outcomes = await asyncio.gather(choose(rules, ann, 'the first of the two'),
                                    choose(rules, other, 'the second of the two'), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NotSignedIn', 'PasswordChanged']
    chosen = 'the first of the two' if isinstance(outcomes[0], PasswordChanged) else 'the second of the two'
    assert rules.status((await rules.sign_in(password=chosen)).session_id) == 'active'


@pytest.mark.parametrize('end', [
    lambda rules, ann: rules.auth.run(set_disabled, by_command_line, ann.user_id, True),
    lambda rules, ann: rules.auth.run(revoke_user, by_command_line, ann.user_id),
    lambda rules, ann: revoke_everyone(rules.auth, by_command_line),
    lambda rules, ann: set_password(rules.auth, by_command_line, ann.user_id, 'another basalt teapot for ann'),
], ids=['disabled', 'revoked', 'everyone', 'another password'])
async def test_what_ends_sessions_ends_this_one(rules: Rules, ann: SignedIn,
                                                end: Callable[[Rules, SignedIn], Any]) -> None:
    client = await rules.here(ann.token)

    assert await end(rules, ann) == 1

    assert rules.status(ann.session_id) == 'revoked'
    assert (await rules.here(ann.token)).pending_session(rules.clock()) is None
    with pytest.raises(NotSignedIn):
        await change_password(rules.auth, client, current_password='', new_password=NEW_PASSWORD,
                              sign_out_others=False, request_info=LAPTOP)


@pytest.mark.parametrize('session_id', [True, False])
async def test_they_may_sign_out_instead(rules: Rules, ann: SignedIn, session_id: bool) -> None:
    done = await rules.auth.run(sign_out, await rules.here(ann.token), ann.session_id if session_id else None)

    assert (done.session_ids, done.active_ended) == ((ann.session_id,), True)
    assert rules.status(ann.session_id) == 'removed'


async def test_it_expires_within_the_hour_whatever_the_settings_say(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(seconds=PENDING_LIFETIME.total_seconds() - 1)
    await rules.auth.run(end_overdue)
    assert rules.status(ann.session_id) == 'pending'

    rules.clock.forward(seconds=2)

    assert (await rules.here(ann.token)).pending_session(rules.clock()) is None
    with pytest.raises(NotSignedIn):
        await choose(rules, ann)
    await rules.auth.run(end_overdue)
    assert rules.status(ann.session_id) == 'expired'
    assert rules.events('action', 'session_id')[-1] == ('expired', ann.session_id)


async def test_a_browser_has_one_at_most_and_goes_on_with_its_other_accounts(rules: Rules, ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    assert rules.status(ann.session_id) == 'replaced'

    again = await rules.sign_in(client=await rules.here(bob.token), password=GIVEN)

    client = await rules.here(again.token)
    assert [session.id for session in client.signed_in(rules.clock())] == [bob.session_id]
    assert client.active_session(rules.clock()) is None
    await rules.auth.run(set_active, client, bob.session_id, settings=rules.auth.settings)
    assert (await rules.here(again.token)).pending_session(rules.clock()) is None  # not in use


@both_stores
async def test_in_single_session_mode_it_keeps_nobody_out(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(single_session_mode=True)
    await create_user(rules.auth, by_command_line, email_address='ann@example.com', password=GIVEN)
    ann = await rules.sign_in(password=GIVEN)

    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))

    assert (rules.status(ann.session_id), rules.status(bob.session_id)) == ('replaced', 'active')


async def test_the_frontend_api_says_which_task_is_left_as_clerks_clients_know_it(api: Api) -> None:
    await create_user(api.rules.auth, by_command_line, email_address='ann@example.com', password=PASSWORD)
    api.rules.clock.forward(seconds=1)
    async with api.browser() as laptop:
        answer = (await sign_in(laptop)).json()
        client = (await laptop.get('/v1/client')).json()['response']
        refused = [(await laptop.request(method, path, data=data)).status_code for method, path, data in (
            ('PATCH', '/v1/me', {'first_name': 'Eve'}), ('GET', '/v1/me/sessions/active', None),
            ('GET', '/v1/me', None))]
        touched = await laptop.post(f'/v1/client/sessions/{client["sessions"][0]["id"]}/touch')
        confirmed = await laptop.post(f'/v1/client/sessions/{client["sessions"][0]["id"]}/confirm')
        done = await laptop.post('/v1/me/change_password', data={'new_password': NEW_PASSWORD})
        after = (await laptop.get('/v1/client')).json()['response']

    session, = client['sessions']
    assert (session['status'], session['tasks']) == ('pending', [{'key': 'reset-password'}])
    assert client['last_active_session_id'] == session['id'] == answer['response']['created_session_id']
    assert answer['client']['sessions'][0]['tasks'] == session['tasks']
    assert refused == [401, 401, 401]
    assert touched.json()['response'] == session  # it is not dead, and stays as it is
    assert confirmed.status_code == done.status_code == 200
    assert [(one['status'], one['tasks'], one['id']) for one in after['sessions']] == [('active', None, session['id'])]
