"""Notices: what people are told by mail of what happened to their account, and what nobody is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from auth.errors import PasswordIncorrect
from auth.language import reading
from auth.rules import admin
from auth.rules.actor import by_command_line
from auth.rules.new_devices import TOLD_A_DAY
from auth.rules.profile import change_password, delete_account
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, Rules
from tests.running import either_store


@pytest.fixture
def rules(rules_with: Callable[..., Rules]) -> Rules:
    return rules_with(mail_outbox='outbox')


def told(rules: Rules) -> list[tuple[str, str]]:
    return [tuple(row) for row in rules.sql('SELECT kind, email_address FROM mail ORDER BY id')]


async def test_a_person_is_told_of_a_device_that_is_new_to_their_account_and_of_no_other(rules: Rules) -> None:
    laptop = await rules.sign_up()
    assert told(rules) == []

    phone = await rules.sign_in(request_info=PHONE)
    assert told(rules) == [('new_device', 'ann@example.com')]
    assert json.loads(rules.sql('SELECT details FROM mail')[0][0])['user_agent'] == PHONE.user_agent

    await rules.sign_in(client=await rules.here(laptop.token))  # again, and again after a sign-out
    rules.sql("UPDATE session SET status = 'removed' WHERE id = ?", phone.session_id)
    await rules.sign_in(client=await rules.here(phone.token))
    assert len(told(rules)) == 1

    await rules.sign_up('bob@example.com')
    await rules.sign_in('bob@example.com', client=await rules.client(
        (await rules.sign_in(client=None, request_info=LAPTOP)).token))  # a device of Ann's, new to Bob
    assert told(rules)[1:] == [('new_device', 'ann@example.com'), ('new_device', 'bob@example.com')]


async def test_nobody_can_fill_the_mailbox_of_somebody_whose_address_they_took(rules: Rules) -> None:
    await rules.sign_up()
    for _ in range(12):
        await rules.sign_in()
    assert len(told(rules)) == TOLD_A_DAY - 1  # the sign-up was a new device, too

    rules.clock.forward(days=1, seconds=1)
    await rules.sign_in()
    assert len(told(rules)) == TOLD_A_DAY


async def test_a_wrong_password_tells_nobody(rules: Rules) -> None:
    await rules.sign_up()

    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password='another one that is wrong')

    assert told(rules) == []


@either_store
async def test_on_a_site_without_mail_a_sign_in_writes_none(rules_with: Callable[..., Rules]) -> None:
    rules = rules_with()
    await rules.sign_up()

    await rules.sign_in()

    assert told(rules) == []


async def test_a_person_is_told_of_another_password_and_who_set_it(rules: Rules) -> None:
    laptop = await rules.sign_up()
    with reading('de'):
        await change_password(rules.auth, await rules.here(laptop.token), current_password=PASSWORD,
                              new_password=NEW_PASSWORD, sign_out_others=True, request_info=LAPTOP)
    await admin.set_password(rules.auth, by_command_line, laptop.user_id, PASSWORD)

    found = rules.sql('SELECT kind, email_address, user_id, language, details FROM mail ORDER BY id')
    assert [tuple(row) for row in found] == [
        ('password_changed', 'ann@example.com', laptop.user_id, 'de', '{"by_administrator": false}'),
        ('password_changed', 'ann@example.com', laptop.user_id, '', '{"by_administrator": true}')]


async def test_a_person_is_told_once_that_they_are_disabled(rules: Rules) -> None:
    ann = await rules.sign_up()
    for disabled in (True, True, False):
        await rules.auth.run(admin.set_disabled, by_command_line, ann.user_id, disabled)

    assert told(rules) == [('account_disabled', 'ann@example.com')]


async def test_what_waits_for_somebody_goes_with_their_account(rules: Rules) -> None:
    ann = await rules.sign_up()
    await rules.sign_in(request_info=PHONE)
    assert len(told(rules)) == 1

    client: Any = await rules.here(ann.token)
    await delete_account(rules.auth, client, password=PASSWORD, confirmation='delete my account', request_info=LAPTOP)

    assert told(rules) == []
