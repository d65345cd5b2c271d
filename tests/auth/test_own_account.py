"""One's own account: its name, its password, and its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from auth.clients import ClientView
from auth.errors import (
    AuthError,
    ClientRenewed,
    NotSignedIn,
    ParamInvalid,
    ParamMissing,
    PasswordIncorrect,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from auth.own_account import PasswordChanged, change_name, change_password, delete_account
from auth.sessions import sign_out
from auth.visitor import Visitor
from tests.conftest import PASSWORD, House

HERE = Visitor('192.0.2.9', 'a browser')
NEW_PASSWORD = 'another horse battery'


async def change(house: House, client: ClientView | None, *, current: str = PASSWORD, new: str = NEW_PASSWORD,
                 others: bool = True) -> PasswordChanged:
    return await change_password(house.auth, client, current_password=current, new_password=new,
                                 sign_out_others=others, visitor=HERE)


def everything(house: House) -> dict[str, list[Any]]:
    return {table: house.sql(f'SELECT * FROM {table}') for table in ('user', 'client', 'session', 'audit_event')}


async def test_a_name_is_changed_without_the_spaces_around_it(house: House) -> None:
    ann = await house.sign_up(first_name='Ann')

    await change_name(house.auth, await house.here(ann.token), first_name=' Anna ', last_name='Ex', visitor=HERE)

    client = await house.here(ann.token)
    assert client.sessions[0].user.name == 'Anna Ex'
    assert house.events('action', 'user_id', 'ip_address')[-1] == ('name_changed', ann.user_id, '192.0.2.9')


async def test_a_name_that_is_too_long_is_refused_with_its_field(house: House) -> None:
    ann = await house.sign_up(first_name='Ann')
    before = everything(house)

    with pytest.raises(ParamInvalid) as refused:
        await change_name(house.auth, await house.here(ann.token), first_name='x' * 101, last_name='', visitor=HERE)

    assert refused.value.param == 'first_name'
    assert everything(house) == before


async def test_a_new_password_ends_the_other_devices_and_gives_this_one_a_new_secret(house: House) -> None:
    laptop = await house.sign_up()
    phone, bob = await house.sign_in(), await house.sign_up('bob@example.com')

    done = await change(house, await house.here(laptop.token))

    assert done.revoked == 1
    assert [house.status(one.session_id) for one in (laptop, phone, bob)] == ['active', 'revoked', 'active']
    assert await house.client(laptop.token) is None
    assert await house.active(done.token) == laptop.session_id
    assert [action for action, in house.events()][-2:] == ['password_changed', 'revoked']
    with pytest.raises(PasswordIncorrect):
        await house.sign_in()
    assert await house.sign_in(password=NEW_PASSWORD)


async def test_the_other_devices_may_stay(house: House) -> None:
    laptop = await house.sign_up()
    phone = await house.sign_in()

    done = await change(house, await house.here(laptop.token), others=False)

    assert done.revoked == 0
    assert await house.active(phone.token) == phone.session_id


@pytest.mark.parametrize(('current', 'new', 'error', 'param'), [
    ('wrong horse battery', NEW_PASSWORD, PasswordIncorrect, 'current_password'),
    ('', NEW_PASSWORD, ParamMissing, 'current_password'),
    ('x' * 100_000, NEW_PASSWORD, PasswordIncorrect, 'current_password'),
    (PASSWORD, '', ParamMissing, 'new_password'),
    (PASSWORD, 'short', PasswordTooShort, 'new_password'),
    (PASSWORD, 'x' * 257, PasswordTooLong, 'new_password'),
    (PASSWORD, 'password1', PasswordTooCommon, 'new_password'),
    (PASSWORD, 'Ann@Example.com', PasswordTooCommon, 'new_password'),
])
async def test_what_is_refused_names_its_field_and_changes_nothing(
        house: House, current: str, new: str, error: type[AuthError], param: str) -> None:
    laptop = await house.sign_up()
    await house.sign_in()
    before = everything(house)

    with pytest.raises(error) as refused:
        await change(house, await house.here(laptop.token), current=current, new=new)

    assert refused.value.param == param
    assert everything(house) == before
    assert PASSWORD not in repr(refused.value)


async def test_of_two_changes_at_once_exactly_one_is_made(house: House) -> None:
    laptop = await house.sign_up()
    client = await house.here(laptop.token)

    done = await asyncio.gather(change(house, client, new='first horse battery'),
                                change(house, client, new='second horse battery'), return_exceptions=True)

    made = [one for one in done if isinstance(one, PasswordChanged)]
    refused = [one for one in done if isinstance(one, AuthError)]
    assert (len(made), len(refused)) == (1, 1)
    assert isinstance(refused[0], PasswordIncorrect | ClientRenewed | NotSignedIn)
    assert await house.active(made[0].token) == laptop.session_id
    assert [action for action, in house.events()].count('password_changed') == 1


async def test_a_session_that_ends_while_the_password_is_hashed_changes_nothing(house: House) -> None:
    laptop = await house.sign_up()
    client = await house.here(laptop.token)
    before = house.sql('SELECT password_hash FROM user')

    changing = asyncio.create_task(change(house, client))
    await asyncio.sleep(0)
    await sign_out(house.auth, client)

    with pytest.raises(NotSignedIn):
        await changing
    assert house.sql('SELECT password_hash FROM user') == before


async def test_a_deleted_account_leaves_nothing_but_audit_ids(house: House) -> None:
    laptop = await house.sign_up(first_name='Annabel', last_name='Lee')
    await house.sign_in()
    shared = await house.sign_in()
    bob = await house.sign_up('bob@example.com', await house.here(shared.token))

    await delete_account(house.auth, await house.here(laptop.token), password=PASSWORD,
                         confirmation='Delete my account ', visitor=HERE)

    left = everything(house)
    assert not [word for word in ('ann@example.com', 'Annabel', 'Lee', '192.0.2.9') if word in repr(left)]
    assert [row[0] for row in left['user']] == [bob.user_id]
    assert [row[0] for row in left['client']] == [bob.token.client_id]
    assert await house.active(bob.token) == bob.session_id
    of_ann = house.sql('SELECT DISTINCT ip_address, user_agent FROM audit_event WHERE user_id = ?', laptop.user_id)
    assert of_ann == [('', '')]
    assert house.sql("SELECT user_id FROM audit_event WHERE action = 'account_deleted'") == [(laptop.user_id,)]
    assert len(house.sql("SELECT * FROM audit_event WHERE user_id = ? AND ip_address <> ''", bob.user_id)) == 2


@pytest.mark.parametrize(('password', 'confirmation', 'error', 'param'), [
    (PASSWORD, '', ParamInvalid, 'confirmation'), (PASSWORD, 'yes', ParamInvalid, 'confirmation'),
    ('wrong horse battery', 'delete my account', PasswordIncorrect, 'password'),
    ('', 'delete my account', ParamMissing, 'password'),
])
async def test_an_account_is_not_deleted_by_mistake_or_by_somebody_else(
        house: House, password: str, confirmation: str, error: type[AuthError], param: str) -> None:
    laptop = await house.sign_up()
    before = everything(house)

    with pytest.raises(error) as refused:
        await delete_account(house.auth, await house.here(laptop.token), password=password,
                             confirmation=confirmation, visitor=HERE)

    assert refused.value.param == param
    assert everything(house) == before


async def test_nobody_who_is_signed_out_changes_anything(house: House) -> None:
    laptop = await house.sign_up()
    client = await house.here(laptop.token)
    await sign_out(house.auth, client)
    before = everything(house)

    for asking in (client, None):
        for act in (change(house, asking),
                    change_name(house.auth, asking, first_name='x', last_name='', visitor=HERE),
                    delete_account(house.auth, asking, password=PASSWORD, confirmation='delete my account',
                                   visitor=HERE)):
            with pytest.raises(NotSignedIn):
                await act

    assert everything(house) == before
