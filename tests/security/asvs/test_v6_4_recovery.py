"""V6.3.5 to V6.3.7, V6.4 to V6.6: what people are told by mail, and what links and codes are good for."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from auth.credentials import codes, tokens
from auth.errors import AuthError, LimitReached, NotSignedIn
from auth.rules.actor import by_command_line
from auth.rules.address_confirmations import GUESSES, CodeIncorrect, CodeUseless, NothingWaits
from auth.rules.admin import create_user, set_password
from auth.rules.confirmed_sign_up import WaitsForCode, begin_sign_up, finish_sign_up
from auth.rules.devices import revoke_others
from auth.rules.limits import Act
from auth.rules.mailed_codes import CODE_LIFETIME
from auth.rules.mailed_links import LinkUseless
from auth.rules.password_reset import ask_for_reset, reset_password
from auth.rules.profile import change_password
from tests.mails import only_mail, sent
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, TABLET, Rules

GIVEN = 'a basalt teapot for ann'


@pytest.fixture
def rules(rules_with: Callable[..., Rules], tmp_path: Path) -> Rules:
    """Rules of a site that sends mail."""
    return rules_with(mail_outbox=str(tmp_path / 'outbox'))


async def a_link(rules: Rules) -> str:
    """What a mailed link to a new password holds."""
    await ask_for_reset(rules.auth, identifier='ann@example.com', request_info=PHONE)
    return (await only_mail(rules, 'reset_password')).code


async def reset(rules: Rules, code: str) -> None:
    await reset_password(rules.auth, code=code, password=NEW_PASSWORD, request_info=PHONE)


async def begin(rules: Rules, address: str = 'bob@example.com') -> str:
    waits = await begin_sign_up(rules.auth, None, email_address=address, password=PASSWORD, request_info=LAPTOP)
    assert isinstance(waits, WaitsForCode)
    return waits.id


async def finish(rules: Rules, sign_up_id: str, code: str) -> None:
    await finish_sign_up(rules.auth, None, sign_up_id, code=code, request_info=LAPTOP)


async def test_v6_3_5_a_mail_tells_of_a_sign_in_on_a_new_device(rules: Rules) -> None:
    await rules.sign_up()

    await rules.sign_in(request_info=TABLET)

    assert (await only_mail(rules, 'new_device')).to == 'ann@example.com'


async def test_v6_3_6_a_mailed_link_signs_nobody_in(rules: Rules) -> None:
    await rules.sign_up()

    await reset(rules, await a_link(rules))

    assert rules.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(0,)]


async def test_v6_3_7_a_mail_tells_of_a_new_password(rules: Rules) -> None:
    done = await rules.sign_up()

    await change_password(rules.auth, await rules.here(done.token), current_password=PASSWORD,
                          new_password=NEW_PASSWORD, sign_out_others=False, request_info=PHONE)

    assert (await only_mail(rules, 'password_changed')).to == 'ann@example.com'


@pytest.mark.parametrize('again', [False, True])
async def test_v6_4_1_what_an_administrator_has_set_opens_nothing_until_it_is_changed(
        rules: Rules, again: bool) -> None:
    made = await create_user(rules.auth, by_command_line, email_address='ann@example.com', password=GIVEN)
    if again:
        await set_password(rules.auth, by_command_line, made.id, GIVEN)
    rules.clock.forward(minutes=1)
    done = await rules.sign_in(password=GIVEN)

    assert rules.status(done.session_id) == 'pending'
    assert await rules.active(done.token) is None
    with pytest.raises(NotSignedIn):
        await rules.auth.run(revoke_others, await rules.here(done.token), request_info=LAPTOP)
    with pytest.raises(AuthError):
        await change_password(rules.auth, await rules.here(done.token), current_password='', new_password=GIVEN,
                              sign_out_others=False, request_info=LAPTOP)


async def test_v6_4_2_nothing_is_kept_that_hints_at_a_password(rules: Rules) -> None:
    await rules.sign_up()

    columns = {row[1] for row in rules.sql('PRAGMA table_info(user)')} if rules.database.url.startswith('sqlite') else {
        name for name, in rules.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'user'")}

    assert columns
    assert not [name for name in columns if 'hint' in name or 'question' in name or 'answer' in name]


async def test_v6_4_3_a_link_works_once_for_a_quarter_of_an_hour_and_ends_every_session(rules: Rules) -> None:
    done = await rules.sign_up()
    late = await a_link(rules)
    rules.clock.forward(minutes=15, seconds=1)
    with pytest.raises(LinkUseless):
        await reset(rules, late)
    code = await a_link(rules)

    await reset(rules, code)

    assert rules.status(done.session_id) == 'revoked'
    with pytest.raises(LinkUseless):
        await reset(rules, code)


async def test_v6_5_1_of_two_who_use_a_link_at_once_one_does(rules: Rules) -> None:
    await rules.sign_up()
    code = await a_link(rules)

    outcomes = await asyncio.gather(*[reset(rules, code) for _ in range(4)], return_exceptions=True)

    assert [type(outcome) for outcome in outcomes].count(type(None)) == 1
    assert [type(outcome) for outcome in outcomes].count(LinkUseless) == 3


async def test_v6_5_2_neither_a_link_nor_a_code_can_be_read_in_the_store(rules: Rules) -> None:
    await rules.sign_up()
    link, sign_up_id = await a_link(rules), await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code

    kept = repr([rules.sql(f'SELECT * FROM {table}') for table in ('mailed_link', 'address_confirmation', 'mail')])

    assert 'ann@example.com' in kept
    assert all(secret not in kept for secret in (link, code, sign_up_id))


def test_v6_5_3_codes_and_secrets_come_from_the_systems_generator() -> None:
    for module in (codes, tokens):
        assert 'import secrets' in inspect.getsource(module)
        assert 'import random' not in inspect.getsource(module)


async def test_v6_5_4_a_code_has_six_digits_and_differs(rules: Rules) -> None:
    for number in range(5):
        await begin(rules, f'bob{number}@example.com')
    digits = [mail.code for mail in await sent(rules)]

    assert all(len(code) == 6 and code.isdigit() for code in digits)
    assert len(set(digits)) > 1


async def test_v6_5_5_a_code_is_good_for_ten_minutes(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code

    rules.clock.forward(minutes=10, seconds=1)

    assert timedelta(minutes=10) == CODE_LIFETIME
    with pytest.raises(CodeUseless):
        await finish(rules, sign_up_id, code)


async def test_v6_6_2_a_code_is_good_where_it_was_asked_for_alone(rules: Rules) -> None:
    first, second = await begin(rules, 'bob@example.com'), await begin(rules, 'cid@example.com')
    codes_of = {mail.to: mail.code for mail in await sent(rules)}
    if codes_of['bob@example.com'] == codes_of['cid@example.com']:  # once in a million
        second = first

    with pytest.raises((CodeIncorrect, NothingWaits)):
        await finish(rules, second if second != first else 'sua_unknown', codes_of['bob@example.com'])
    await finish(rules, first, codes_of['bob@example.com'])


async def test_v6_6_3_a_code_is_guessed_a_few_times_and_few_are_mailed(rules: Rules) -> None:
    sign_up_id = await begin(rules)
    code = (await only_mail(rules, 'sign_up_code')).code
    wrong = f'{(int(code) + 1) % 1_000_000:06}'

    for _ in range(GUESSES):
        with pytest.raises(CodeIncorrect):
            await finish(rules, sign_up_id, wrong)

    with pytest.raises(CodeUseless):
        await finish(rules, sign_up_id, code)
    for _ in range(rules.auth.settings.mails_per_account):
        await rules.auth.limits.check(Act.MAIL, account='cid@example.com', address='192.0.2.1')
    with pytest.raises(LimitReached):
        await rules.auth.limits.check(Act.MAIL, account='cid@example.com', address='192.0.2.1')
