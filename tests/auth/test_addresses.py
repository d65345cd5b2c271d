"""Email addresses: which are accepted, what is said of the others, and that each is one however it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auth.errors import IdentifierExists, ParamInvalid, PasswordIncorrect
from auth.rules.actor import by_command_line
from auth.rules.addresses import normal_address
from auth.rules.admin_queries import find_user, find_users
from models.written_by_sql import bring_into_form
from tests.rules import PASSWORD, Rules
from tests.running import both_stores

ROW = ('INSERT INTO user (id, email_address, password_hash, password_changed_at, created_at)'
       " VALUES (?, ?, ?, '2026-01-01', '2026-01-01')")


@pytest.mark.parametrize(('written', 'stored'), [
    ('you@corp.local', 'you@corp.local'), ('you@printer.home.arpa', 'you@printer.home.arpa'),
    ('you@shop.test', 'you@shop.test'), ('you@nas.internal', 'you@nas.internal'), ('You@Corp.LOCAL', 'you@corp.local'),
    ('ann@xn--mnchen-3ya.de', 'ann@münchen.de'), ('ann@MÜNCHEN.de', 'ann@münchen.de'),
    ('ann@mu\u0308nchen.de', 'ann@münchen.de'), ('ann@example。com', 'ann@example.com'),
    ('a+b@example.com', 'a+b@example.com'),
    ('用户@例子.广告', '用户@例子.广告'), ('ann＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ann@example.com'),
])
def test_what_an_intranet_or_another_script_writes_is_accepted_in_one_form(written: str, stored: str) -> None:
    assert normal_address(written) == stored


@pytest.mark.parametrize(('written', 'why'), [
    ('ann', 'no @'), ('ann@b@example.com', 'more than one @'), ('@example.com', 'nothing before'),
    ('ann@', 'nothing after'),
    ('ann smith@example.com', 'a space'), ('ann@example', 'domain after the @ has no dot'),
    ('root@localhost', 'domain after the @ has no dot'), ('ann@example..com', 'two dots'),
    ('ann@.example.com', 'begins'),
    ('ann@example.com.', 'ends with a dot'), ('ann@192.0.2.1', 'ends with a number'),
    ('ann@exa_mple.com', 'domain after the @ has characters'), ('ann@-example.com', 'or hyphens'),
    ('ann@[192.0.2.1]', 'domain after the @'), (f'ann@{"x" * 64}.com', 'too long'),
    ('an..n@example.com', 'part before the @'),
    ('a\u202enn@example.com', 'part before the @'), ('ann\ud800@example.com', 'half of a character'),
    (f'{"x" * 250}@example.com', 'too long'), ('x' * 20_000 + '@example.com', 'too long'),
])
def test_what_is_wrong_is_said(written: str, why: str) -> None:
    with pytest.raises(ParamInvalid, match=r'^That is not an email address\. .* Write it like') as refused:
        normal_address(written)

    assert why in refused.value.message
    assert refused.value.param == 'email_address'


@pytest.mark.parametrize('address', ['root@localhost', 'ann@intranet', 'ann@[192.0.2.1]', 'ann@[IPv6:2001:db8::1]'])
async def test_what_only_an_intranet_has_is_accepted_where_that_is_set(rules_with: Callable[..., Rules],
                                                                       address: str) -> None:
    with pytest.raises(ParamInvalid):
        await rules_with().sign_up(address)
    rules = rules_with(intranet_addresses=True)
    done = await rules.sign_up(address)

    assert (await rules.sign_in(address.upper())).user_id == done.user_id
    assert (await rules.auth.read(find_user, by_command_line, address)).user.id == done.user_id
    for wrong in ('ann@[300.0.0.1]', 'ann@[x]', 'ann@', 'ann@-'):
        with pytest.raises(ParamInvalid):
            await rules.sign_up(wrong)


WRITTEN = [('Ann@Example.COM', 'ann@example.com'), ('  ann@example.com ', 'ann@example.com'),
           ('a\u0308nn@example.com', 'änn@example.com'), ('Ä'.lower() + 'NN@Example.com', 'änn@example.com'),
           ('ann@xn--mnchen-3ya.de', 'ann@münchen.de'), ('ann@MÜNCHEN.de', 'ann@münchen.de'),
           ('ann@mu\u0308nchen.de', 'ann@münchen.de')]


@pytest.mark.parametrize(('written', 'typed'), WRITTEN, ids=ascii)
@pytest.mark.parametrize('swept', [False, True])
@both_stores
async def test_whoever_has_an_address_that_sql_wrote_in_another_way_signs_in_and_is_found_and_is_alone(
        rules: Rules, written: str, typed: str, swept: bool) -> None:
    hashed = await rules.auth.passwords.hash(PASSWORD)
    rules.sql(ROW, 'user_1', written, hashed)
    if swept:
        await rules.auth.store.run(bring_into_form)

    for way in (typed, typed.upper() if typed.isascii() else typed, written):
        assert (await rules.sign_in(way)).user_id == 'user_1'
        assert (await rules.auth.read(find_user, by_command_line, way)).user.id == 'user_1'
        assert [row.user.id for row in await rules.auth.read(find_users, by_command_line, way)] == ['user_1']
        with pytest.raises(IdentifierExists):
            await rules.sign_up(way)
    if swept:
        assert rules.sql('SELECT email_address FROM user') == [(typed,)]


async def test_an_address_that_is_changed_by_sql_is_in_form_as_well(rules: Rules) -> None:
    done = await rules.sign_up()

    rules.sql("UPDATE user SET email_address = 'Bob@Example.COM'")

    assert (await rules.sign_in('bob@example.com')).user_id == done.user_id
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in('ann@example.com')
    assert [row.user.id for row in await rules.auth.read(find_users, by_command_line, 'bob')] == [done.user_id]


async def test_sql_cannot_write_one_address_twice_in_other_letters(rules: Rules) -> None:
    await rules.sign_up()

    with pytest.raises(Exception, match=r'(?i)unique'):
        rules.sql(ROW, 'user_2', 'ANN@example.com', '')
    with pytest.raises(Exception, match=r'(?i)unique'):
        rules.sql(ROW, 'user_2', ' ann@example.com', '')

    assert rules.sql('SELECT email_address FROM user') == [('ann@example.com',)]


async def test_of_two_forms_of_one_address_the_stored_one_counts_and_the_other_is_told_of(
        rules: Rules, caplog: pytest.LogCaptureFixture) -> None:
    hashed = await rules.auth.passwords.hash(PASSWORD)
    await rules.sign_up('änn@example.com')
    rules.sql(ROW, 'user_0', 'a\u0308nn@example.com', hashed)

    before = await rules.sign_in('änn@example.com')
    assert await rules.auth.store.run(bring_into_form) == 'user_0'
    after = await rules.sign_in('a\u0308nn@example.com')

    assert before.user_id == after.user_id != 'user_0'
    assert 'the user user_0 has the address of another user' in caplog.text
    assert not await rules.auth.store.run(bring_into_form)
