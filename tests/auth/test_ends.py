"""Why a session has ended, as its owner may know it, on both stores."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from auth.errors import AuthError, PasswordIncorrect
from auth.requests.user_agents import read_user_agent
from auth.rules.actor import by_command_line
from auth.rules.admin import revoke_session, revoke_user, set_disabled, set_password
from auth.rules.current_password import GUESSES
from auth.rules.devices import revoke, revoke_others
from auth.rules.ends import End, Ended, Why, find_ends
from auth.rules.profile import change_password, delete_account
from auth.rules.secret_keys import by_key, create_key
from auth.rules.sessions import end_overdue, sign_out
from auth.rules.sign_in import SignedIn
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, Rules
from tests.running import both_stores


async def end_of(rules: Rules, ended: SignedIn) -> End | None:
    found = await rules.auth.read(find_ends, [Ended(ended.session_id, ended.user_id)])
    assert found.keys() <= {ended.session_id}
    return found.get(ended.session_id)


async def ann_on_two_devices(rules: Rules) -> tuple[SignedIn, SignedIn]:
    return await rules.sign_up(), await rules.sign_in(request_info=PHONE)


async def test_nothing_is_said_of_a_session_that_lives(rules: Rules) -> None:
    assert await end_of(rules, await rules.sign_up()) is None


async def test_nothing_is_said_of_a_session_that_nobody_knows(rules: Rules) -> None:
    assert await rules.auth.read(find_ends, [Ended('sess_none'), Ended("sess_' OR 1=1")]) == {}


async def test_who_signs_out_signed_out_here(rules: Rules) -> None:
    laptop, phone = await ann_on_two_devices(rules)

    await rules.auth.run(sign_out, await rules.here(laptop.token))
    await rules.auth.run(revoke, await rules.here(phone.token), phone.session_id)

    assert await end_of(rules, laptop) == await end_of(rules, phone) == End(Why.SIGNED_OUT)


async def test_a_device_that_is_signed_out_from_another_one_is_told_which_and_not_where_it_is(rules: Rules) -> None:
    laptop, phone = await ann_on_two_devices(rules)

    await rules.auth.run(revoke, await rules.here(phone.token), laptop.session_id, request_info=PHONE)

    end = await end_of(rules, laptop)
    assert end == End(Why.REVOKED, read_user_agent(PHONE.user_agent))
    assert PHONE.ip_address not in repr(end)


async def test_so_are_all_other_devices(rules: Rules) -> None:
    laptop, phone = await ann_on_two_devices(rules)

    await rules.auth.run(revoke_others, await rules.here(phone.token), request_info=PHONE)

    assert await end_of(rules, laptop) == End(Why.REVOKED, read_user_agent(PHONE.user_agent))


async def test_a_changed_password_is_told_apart_from_a_device_that_was_signed_out(rules: Rules) -> None:
    laptop, phone = await ann_on_two_devices(rules)

    await change_password(rules.auth, await rules.here(phone.token), current_password=PASSWORD,
                          new_password=NEW_PASSWORD, sign_out_others=True, request_info=PHONE)

    assert await end_of(rules, laptop) == End(Why.PASSWORD_CHANGED, read_user_agent(PHONE.user_agent))


async def test_a_password_that_was_changed_before_is_not_why_a_device_was_signed_out_later(rules: Rules) -> None:
    laptop, phone = await ann_on_two_devices(rules)
    changed = await change_password(rules.auth, await rules.here(phone.token), current_password=PASSWORD,
                                    new_password=NEW_PASSWORD, sign_out_others=False, request_info=PHONE)
    rules.clock.forward(seconds=1)

    await rules.auth.run(revoke, await rules.here(changed.token), laptop.session_id, request_info=PHONE)

    assert await end_of(rules, laptop) == End(Why.REVOKED, read_user_agent(PHONE.user_agent))


@pytest.mark.parametrize('one', [True, False])
async def test_an_administrator_is_named_as_such_and_not_where_they_are(rules: Rules, one: bool) -> None:
    laptop = await rules.sign_up()

    if one:
        await rules.auth.run(revoke_session, by_command_line, laptop.session_id, PHONE)
    else:
        await rules.auth.run(revoke_user, by_command_line, laptop.user_id, PHONE)

    assert await end_of(rules, laptop) == End(Why.BY_ADMINISTRATOR)


async def test_a_server_is_named_as_such(rules: Rules) -> None:
    laptop = await rules.sign_up()
    made = await rules.auth.run(create_key, by_command_line, 'shop')

    await rules.auth.run(revoke_session, by_key(made.token), laptop.session_id, PHONE)

    assert await end_of(rules, laptop) == End(Why.BY_SERVER)


async def test_a_password_that_an_administrator_has_set(rules: Rules) -> None:
    laptop = await rules.sign_up()

    await set_password(rules.auth, by_command_line, laptop.user_id, NEW_PASSWORD)

    assert await end_of(rules, laptop) == End(Why.PASSWORD_CHANGED_BY_ADMINISTRATOR)


async def test_a_disabled_account_by_an_administrator_and_by_sql(rules: Rules) -> None:
    laptop, other = await rules.sign_up(), await rules.sign_up('bob@example.com')

    await rules.auth.run(set_disabled, by_command_line, laptop.user_id, True)
    await rules.elsewhere('UPDATE user SET disabled = (1 = 1) WHERE id = ?', other.user_id)

    assert await end_of(rules, laptop) == await end_of(rules, other) == End(Why.DISABLED)


async def test_who_signed_out_before_the_account_was_disabled_signed_out(rules: Rules) -> None:
    laptop = await rules.sign_up()
    await rules.auth.run(sign_out, await rules.here(laptop.token))

    await rules.auth.run(set_disabled, by_command_line, laptop.user_id, True)

    assert await end_of(rules, laptop) == End(Why.SIGNED_OUT)


@pytest.mark.parametrize('swept', [True, False])
async def test_lifetimes_are_told_apart_whether_they_were_swept_or_not(rules: Rules, swept: bool) -> None:
    laptop, phone = await ann_on_two_devices(rules)
    await rules.elsewhere('UPDATE session SET abandon_at = expire_at WHERE id = ?', laptop.session_id)
    await rules.elsewhere('UPDATE session SET abandon_at = created_at WHERE id = ?', phone.session_id)
    rules.clock.forward(days=3650)
    await rules.elsewhere('UPDATE session SET expire_at = ? WHERE id = ?', '9999-01-01 00:00:00+00:00',
                          phone.session_id)
    if swept:
        await rules.auth.run(end_overdue)

    assert await end_of(rules, laptop) == End(Why.EXPIRED)
    assert await end_of(rules, phone) == End(Why.ABANDONED)


async def test_too_many_wrong_passwords(rules: Rules) -> None:
    laptop = await rules.sign_up()
    for _ in range(GUESSES):
        with pytest.raises(AuthError):
            await delete_account(rules.auth, await rules.here(laptop.token), password='wrong', request_info=LAPTOP,
                                 confirmation='delete my account')

    assert rules.status(laptop.session_id) == 'revoked'
    assert await end_of(rules, laptop) == End(Why.WRONG_PASSWORDS)


async def test_of_a_deleted_account_its_tabs_know_that_much(rules: Rules) -> None:
    laptop, phone = await ann_on_two_devices(rules)

    await delete_account(rules.auth, await rules.here(laptop.token), password=PASSWORD, request_info=LAPTOP,
                         confirmation='delete my account')

    assert await end_of(rules, laptop) == await end_of(rules, phone) == End(Why.ACCOUNT_DELETED)
    assert await rules.auth.read(find_ends, [Ended(phone.session_id)]) == {}  # who does not know whose it was


@pytest.mark.parametrize(('status', 'why'), [
    ('revoked', Why.ENDED), ('removed', Why.SIGNED_OUT), ('ended', Why.SIGNED_OUT), ('expired', Why.EXPIRED),
    ('abandoned', Why.ABANDONED), ('replaced', Why.REPLACED), ('pending', None), ('sleeping', None)])
async def test_of_a_line_of_sql_the_status_says_what_it_can(rules: Rules, status: str, why: Why | None) -> None:
    laptop = await rules.sign_up()

    await rules.elsewhere('UPDATE session SET status = ? WHERE id = ?', status, laptop.session_id)

    assert await end_of(rules, laptop) == (why and End(why))


async def test_of_a_row_that_was_deleted_by_hand_nothing_is_known(rules: Rules) -> None:
    laptop = await rules.sign_up()

    await rules.elsewhere('DELETE FROM session WHERE id = ?', laptop.session_id)

    assert await end_of(rules, laptop) is None


@both_stores
async def test_many_ends_are_found_together_each_with_its_own(rules: Rules) -> None:
    ann, bob = await rules.sign_up(), await rules.sign_up('bob@example.com')
    phone = await rules.sign_in(request_info=PHONE)
    await rules.auth.run(revoke_others, await rules.here(phone.token), request_info=PHONE)
    await rules.auth.run(revoke_user, by_command_line, bob.user_id)
    await rules.auth.run(sign_out, await rules.here(phone.token))

    found = await rules.auth.read(find_ends, [Ended(one.session_id, one.user_id) for one in (ann, bob, phone)])

    assert found == {ann.session_id: End(Why.REVOKED, read_user_agent(PHONE.user_agent)),
                     bob.session_id: End(Why.BY_ADMINISTRATOR), phone.session_id: End(Why.SIGNED_OUT)}
    assert {field.name for field in dataclasses.fields(End)} == {'why', 'from_device'}  # nothing private more


async def test_very_many_events_since_do_not_make_it_slow(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with(wrong_passwords_per_account=90)
    laptop, phone = await ann_on_two_devices(rules)
    await rules.auth.run(revoke, await rules.here(phone.token), laptop.session_id, request_info=PHONE)
    rules.clock.forward(minutes=1)
    for _ in range(20):
        with pytest.raises(PasswordIncorrect):
            await rules.sign_in(password='wrong')

    assert await end_of(rules, laptop) == End(Why.REVOKED, read_user_agent(PHONE.user_agent))
