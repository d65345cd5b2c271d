"""The history of an account: what its owner may read of the audit log."""

from __future__ import annotations

from typing import Any

import pytest

from auth.components.session_history import describe
from auth.errors import NotSignedIn, PasswordIncorrect, StoreAway
from auth.rules.actor import by_admin, by_command_line
from auth.rules.admin import revoke_session, revoke_user, set_admin, set_disabled, set_password
from auth.rules.devices import revoke, revoke_others
from auth.rules.history import EVENTS_A_PAGE, HistoryEvent, read_history
from auth.rules.personal_data import read_personal_data
from auth.rules.profile import change_name, change_password
from auth.rules.secret_keys import by_key, create_key, revoke_key
from auth.rules.sessions import end_overdue, set_active, sign_out
from auth.rules.sign_in import SignedIn
from models.types import new_id
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, PHONE, TABLET, Rules
from tests.running import both_stores


@pytest.fixture
async def ann(rules: Rules) -> SignedIn:
    """Ann, signed in on her laptop."""
    return await rules.sign_up()


async def history(rules: Rules, token: Any) -> list[HistoryEvent]:
    """The whole history of whoever is active on a client, page by page."""
    client, events, page = await rules.here(token), list[HistoryEvent](), None
    while page is None or page.has_more:
        page = await rules.auth.read(read_history, client, after=events[-1] if events else None)
        assert 0 < len(page.events) <= EVENTS_A_PAGE
        events += page.events
    return events


def add_events(rules: Rules, user_id: str, number: int, at: str) -> list[str]:
    """Write events of one moment into the log; returns their ids."""
    ids = [new_id('evt') for _ in range(number)]
    for event_id in ids:
        rules.sql("INSERT INTO audit_event (id, at, action, user_id) VALUES (?, ?, 'signed_in', ?)", event_id, at,
                  user_id)
    return ids


async def test_a_server_is_told_by_the_name_of_its_key_also_when_that_is_revoked(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    made = await rules.auth.run(create_key, by_command_line, 'the shop')
    rules.clock.forward(minutes=1)
    await rules.auth.run(revoke_session, by_key(made.token), phone.session_id, TABLET)
    await rules.auth.run(revoke_key, by_command_line, made.id)

    newest = (await history(rules, ann.token))[0]
    exported = await rules.auth.read(read_personal_data, ann.user_id)

    assert (newest.by, newest.server, newest.from_device, newest.ip_address) == ('server', 'the shop', None, '')
    assert describe(newest).endswith(' was signed out, by the server “the shop”')
    assert [event['actor'] for event in exported['audit_event'] if event['action'] == 'revoked'] == ['server']


async def test_the_newest_event_is_first(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(minutes=1)
    await rules.auth.run(change_name, await rules.here(ann.token), first_name='Anna', request_info=PHONE)
    rules.clock.forward(minutes=1)
    with pytest.raises(PasswordIncorrect):
        await rules.sign_in(password='not the password', request_info=TABLET)
    rules.clock.forward(minutes=1)
    done = await change_password(rules.auth, await rules.here(ann.token), current_password=PASSWORD,
                                 new_password=NEW_PASSWORD, sign_out_others=True, request_info=LAPTOP)

    told = await history(rules, done.token)

    assert [event.action for event in told][:3] == ['password_changed', 'sign_in_failed', 'name_changed']
    assert {event.action for event in told[3:]} == {'signed_in', 'signed_up'}
    assert [event.at for event in told] == sorted((event.at for event in told), reverse=True)
    assert [str(event.from_device) for event in told][:3] == [
        'Web browser on Unknown device', 'Chrome 141 on Android device', 'Safari 18 on iPhone']
    assert [event.ip_address for event in told][:3] == [LAPTOP.ip_address, TABLET.ip_address, PHONE.ip_address]
    assert not any(event.by for event in told)


@pytest.mark.parametrize('number', [EVENTS_A_PAGE - 3, EVENTS_A_PAGE - 2, EVENTS_A_PAGE - 1, 3 * EVENTS_A_PAGE + 4])
async def test_pages_have_no_gaps_and_no_doubles_even_at_equal_moments(rules: Rules, ann: SignedIn,
                                                                      number: int) -> None:
    add_events(rules, ann.user_id, number, '2026-01-01 12:00:00.000000')  # the moment at which she signed up

    told = await history(rules, ann.token)

    assert len(told) == number + 2
    assert {event.id for event in told} == {row[0] for row in rules.events('id')}
    assert [(event.at, event.id) for event in told] == sorted(((event.at, event.id) for event in told), reverse=True)


async def test_events_that_come_while_the_pages_are_turned_neither_shift_nor_double_any(rules: Rules,
                                                                                     ann: SignedIn) -> None:
    add_events(rules, ann.user_id, EVENTS_A_PAGE + 5, '2026-01-01 11:00:00.000000')
    client = await rules.here(ann.token)
    before = {row[0] for row in rules.events('id')}
    first = await rules.auth.read(read_history, client)

    add_events(rules, ann.user_id, 4, '2026-01-01 13:00:00.000000')
    second = await rules.auth.read(read_history, client, after=first.events[-1])

    assert first.has_more
    assert not second.has_more
    assert {event.id for event in (*first.events, *second.events)} == before
    assert len(first.events) + len(second.events) == len(before)


async def test_a_full_last_page_says_that_there_is_no_more(rules: Rules, ann: SignedIn) -> None:
    add_events(rules, ann.user_id, EVENTS_A_PAGE - 2, '2026-01-01 11:00:00.000000')

    page = await rules.auth.read(read_history, await rules.here(ann.token))

    assert len(page.events) == EVENTS_A_PAGE
    assert not page.has_more
    assert (await rules.auth.read(read_history, await rules.here(ann.token), after=page.events[-1])).events == ()


async def test_only_ones_own_events_are_told_and_an_event_of_others_is_no_way_to_them(rules: Rules,
                                                                                   ann: SignedIn) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.token))
    await rules.auth.run(set_active, await rules.here(bob.token), ann.session_id, settings=rules.auth.settings)
    anns = {event.id for event in await history(rules, bob.token)}
    last_of_ann = (await rules.auth.read(read_history, await rules.here(bob.token))).events[-1]
    await rules.auth.run(set_active, await rules.here(bob.token), bob.session_id, settings=rules.auth.settings)

    bobs = {event.id for event in await history(rules, bob.token)}
    after_one_of_ann = await rules.auth.read(read_history, await rules.here(bob.token), after=last_of_ann)

    assert anns == {row[0] for row in rules.sql('SELECT id FROM audit_event WHERE user_id = ?', ann.user_id)}
    assert bobs == {row[0] for row in rules.sql('SELECT id FROM audit_event WHERE user_id = ?', bob.user_id)}
    assert {event.id for event in after_one_of_ann.events} <= bobs


async def test_a_revoked_device_is_named_beside_the_one_it_was_done_from(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    rules.clock.forward(minutes=1)
    await rules.auth.run(revoke, await rules.here(ann.token), phone.session_id, request_info=TABLET)

    event = (await history(rules, ann.token))[0]

    assert event.action == 'revoked'
    assert str(event.from_device) == 'Chrome 141 on Android device'
    assert str(event.ended_device) == 'Safari 18 on iPhone'
    assert event.ip_address == TABLET.ip_address


async def test_each_of_many_revoked_devices_is_named_and_one_that_said_nothing_is_unknown(rules: Rules,
                                                                                        ann: SignedIn) -> None:
    await rules.sign_in(request_info=PHONE)
    silent = await rules.sign_in(request_info=TABLET)
    rules.sql("UPDATE session SET user_agent = '' WHERE id = ?", silent.session_id)
    rules.clock.forward(minutes=1)
    await rules.auth.run(revoke_others, await rules.here(ann.token), request_info=LAPTOP)

    told = (await history(rules, ann.token))[:2]

    assert {str(event.ended_device) for event in told} == {'Safari 18 on iPhone', 'Web browser on Unknown device'}


async def test_what_a_person_did_on_the_device_itself_names_no_other(rules: Rules, ann: SignedIn) -> None:
    phone = await rules.sign_in(request_info=PHONE)
    rules.clock.forward(minutes=1)
    await rules.auth.run(revoke, await rules.here(phone.token), phone.session_id, request_info=PHONE)

    event = (await history(rules, ann.token))[0]

    assert (event.action, str(event.from_device), event.ended_device) == ('signed_out', 'Safari 18 on iPhone', None)


async def test_what_ended_by_itself_was_done_from_no_device(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(hours=11, minutes=50)
    phone = await rules.sign_in(request_info=PHONE)
    rules.clock.forward(minutes=20)
    await rules.auth.run(end_overdue)

    event = (await history(rules, phone.token))[0]

    assert (event.action, event.from_device, event.ended_device, event.ip_address) == ('expired', None, None, '')


async def test_what_an_administrator_did_is_told_as_such_without_where_they_are(rules: Rules, ann: SignedIn) -> None:
    await rules.sign_in(request_info=PHONE)
    boss = await rules.sign_up('boss@example.com')
    rules.sql('UPDATE user SET is_admin = 1 WHERE id = ?', boss.user_id)
    rules.clock.forward(minutes=1)
    await rules.auth.run(revoke_user, by_admin(await rules.here(boss.token)), ann.user_id, TABLET)
    again = await rules.sign_in(request_info=LAPTOP)

    told = [event for event in await history(rules, again.token) if event.action == 'revoked']

    assert len(told) == 2
    assert all(event.by == 'administrator' for event in told)
    assert {str(event.ended_device) for event in told} == {'Safari 18 on iPhone', 'Web browser on Unknown device'}
    assert {(event.ip_address, event.from_device) for event in told} == {('', None)}
    assert boss.user_id not in repr(told)


@both_stores
async def test_what_was_done_at_the_command_line_is_told_as_done_there(rules: Rules, ann: SignedIn) -> None:
    rules.clock.forward(minutes=1)
    boss = await rules.sign_up('boss@example.com')
    await rules.auth.run(set_admin, by_command_line, boss.user_id, True)  # the last one could not be disabled
    await rules.auth.run(set_admin, by_command_line, ann.user_id, True)
    await rules.auth.run(set_disabled, by_command_line, ann.user_id, True)
    await rules.auth.run(set_disabled, by_command_line, ann.user_id, False)
    await set_password(rules.auth, by_command_line, ann.user_id, 'given at the command line')
    again = await rules.sign_in(password='given at the command line')
    done = await change_password(rules.auth, await rules.here(again.token), current_password='',
                                 new_password=NEW_PASSWORD, sign_out_others=True, request_info=LAPTOP)

    told = {event.action: event.by for event in await history(rules, done.token)}  # of each action, the oldest

    assert told == {'signed_up': '', 'signed_in': '', **dict.fromkeys(
        ('admin_granted', 'disabled', 'enabled', 'password_changed', 'revoked'), 'command line')}


async def test_an_event_that_a_later_version_wrote_is_told_by_its_name(rules: Rules, ann: SignedIn) -> None:
    rules.sql("UPDATE audit_event SET action = 'teleported', session_id = 'gone' WHERE action = 'signed_in'")

    told = await history(rules, ann.token)

    assert {event.action for event in told} == {'teleported', 'signed_up'}


@pytest.mark.parametrize('gone', ["UPDATE session SET status = 'revoked'", 'UPDATE user SET disabled = 1',
                                  "UPDATE session SET expire_at = '2026-01-01 12:00:00.000000'",
                                  "UPDATE client SET secret_hash = 'another'", 'DELETE FROM user'])
async def test_a_session_that_ended_a_moment_ago_reads_nothing(rules: Rules, ann: SignedIn, gone: str) -> None:
    client = await rules.here(ann.token)
    rules.sql(gone)

    with pytest.raises(NotSignedIn):
        await rules.auth.read(read_history, client)


async def test_nobody_who_is_signed_out_reads_anything(rules: Rules, ann: SignedIn) -> None:
    await rules.auth.run(sign_out, await rules.here(ann.token))

    for client in (None, await rules.here(ann.token)):
        with pytest.raises(NotSignedIn):
            await rules.auth.read(read_history, client)


async def test_while_the_store_is_away_that_is_said(rules: Rules, ann: SignedIn) -> None:
    client = await rules.here(ann.token)

    with rules.database.away(), pytest.raises(StoreAway):
        await rules.auth.read(read_history, client)
