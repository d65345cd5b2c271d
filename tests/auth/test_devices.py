"""The devices of a user: seeing them all, and ending sessions on others from one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from auth.errors import NotSignedIn, ParamInvalid, SessionNotFound, StoreAway
from auth.requests.request_info import RequestInfo
from auth.requests.user_agents import read_user_agent
from auth.rules.device_names import rename_device
from auth.rules.devices import (
    DEVICES_A_PAGE,
    Device,
    count_others,
    read_all_devices,
    read_devices,
    revoke,
    revoke_others,
)
from auth.rules.places import Place
from auth.rules.sessions import set_active, sign_out, touch
from auth.rules.sign_in import SignedIn
from models import SessionStatus
from tests.rules import LAPTOP, PHONE, TABLET, Rules


@dataclass
class Anns:
    """Where Ann is signed in."""

    laptop: SignedIn
    phone: SignedIn
    tablet: SignedIn


@pytest.fixture
async def ann(rules: Rules) -> Anns:
    """Ann on a laptop, then on a phone, then on a tablet, a minute apart."""
    laptop = await rules.sign_up()
    rules.clock.forward(minutes=1)
    phone = await rules.sign_in(request_info=PHONE)
    rules.clock.forward(minutes=1)
    return Anns(laptop, phone, await rules.sign_in(request_info=TABLET))


VERBS: dict[str, Callable[[Rules, Any, str], Awaitable[Any]]] = {
    'read_devices': lambda rules, client, _: rules.auth.read(read_devices, client),
    'read_all_devices': lambda rules, client, _: rules.auth.read(read_all_devices, client),
    'revoke': lambda rules, client, session_id: rules.auth.run(revoke, client, session_id),
    'revoke_others': lambda rules, client, _: rules.auth.run(revoke_others, client),
    'count_others': lambda rules, client, _: rules.auth.read(count_others, client),
    'rename_device': lambda rules, client, session_id: rules.auth.run(rename_device, client, session_id, 'Mine'),
}


async def test_every_device_is_told_with_its_words_and_this_one_is_first_and_said_once(rules: Rules, ann: Anns) -> None:
    page = await rules.auth.read(read_devices, await rules.here(ann.phone.token))

    assert page.total == 3
    assert [device.session_id for device in page.devices] == [
        ann.phone.session_id, ann.tablet.session_id, ann.laptop.session_id]
    assert [device.this_device for device in page.devices] == [True, False, False]
    assert [str(device.user_agent) for device in page.devices] == [
        'Safari 18 on iPhone', 'Chrome 141 on Android device', 'Web browser on Unknown device']
    assert [device.ip_address for device in page.devices] == ['2001:db8::7', '198.51.100.3', '192.0.2.1']
    assert page.devices[1].created_at == page.devices[1].last_active_at == rules.clock()
    assert page.devices == await rules.auth.read(read_all_devices, await rules.here(ann.phone.token))


async def test_nothing_of_the_others_on_the_same_browser_or_elsewhere_is_listed(rules: Rules, ann: Anns) -> None:
    await rules.sign_up('carol@example.com')
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.laptop.token))
    client = await rules.here(bob.token)

    as_bob = await rules.auth.read(read_devices, client)
    as_ann = await rules.auth.read(read_devices, client, session_id=ann.laptop.session_id)

    assert [device.session_id for device in as_bob.devices] == [bob.session_id]
    assert as_bob.total == 1
    assert {device.session_id for device in as_ann.devices} == {
        ann.laptop.session_id, ann.phone.session_id, ann.tablet.session_id}
    assert as_ann.devices[0].session_id == ann.laptop.session_id


async def test_only_sessions_that_are_signed_in_are_listed(rules: Rules, ann: Anns) -> None:
    await rules.auth.run(sign_out, await rules.here(ann.tablet.token))
    rules.sql("UPDATE session SET expire_at = '2026-01-01 12:00:00.000000' WHERE id = ?", ann.laptop.session_id)

    page = await rules.auth.read(read_devices, await rules.here(ann.phone.token))

    assert [device.session_id for device in page.devices] == [ann.phone.session_id]
    assert page.total == 1


async def test_a_device_with_neither_an_address_nor_a_header_is_listed(rules: Rules, ann: Anns) -> None:
    rules.sql("UPDATE session SET ip_address = '', user_agent = '', last_ip_address = NULL, last_user_agent = NULL")

    page = await rules.auth.read(read_devices, await rules.here(ann.phone.token))

    assert {(str(device.user_agent), device.ip_address) for device in page.devices} == {
        ('Web browser on Unknown device', '')}


async def test_many_devices_are_paged_in_a_stable_order_without_gaps_or_doubles(rules: Rules) -> None:
    laptop = await rules.sign_up()
    devices = [await rules.sign_in() for _ in range(2 * DEVICES_A_PAGE + 2)]  # all at the same moment
    client = await rules.here(devices[7].token)

    pages = [await rules.auth.read(read_devices, client, page=number) for number in range(4)]
    listed = [device.session_id for page in pages for device in page.devices]

    assert [len(page.devices) for page in pages] == [10, 10, 3, 0]
    assert {page.total for page in pages} == {23}
    assert len(listed) == len(set(listed)) == 23
    assert set(listed) == {laptop.session_id, *(device.session_id for device in devices)}
    assert listed[0] == devices[7].session_id
    assert listed[1:] == sorted(listed[1:])
    assert [device.this_device for page in pages for device in page.devices] == [True] + 22 * [False]
    assert listed == [device.session_id for device in await rules.auth.read(read_all_devices, client)]


async def test_ending_one_device_keeps_the_others(rules: Rules, ann: Anns) -> None:
    bystander = await rules.sign_up('bob@example.com', await rules.here(ann.tablet.token))

    await rules.auth.run(revoke, await rules.here(ann.phone.token), ann.tablet.session_id, request_info=PHONE)

    assert rules.status(ann.tablet.session_id) == 'revoked'
    assert await rules.active(ann.phone.token) == ann.phone.session_id
    assert await rules.active(ann.laptop.token) == ann.laptop.session_id
    assert await rules.active(bystander.token) == bystander.session_id
    page = await rules.auth.read(read_devices, await rules.here(ann.phone.token))
    assert [device.session_id for device in page.devices] == [ann.phone.session_id, ann.laptop.session_id]


async def test_the_log_tells_which_session_ended_and_from_which_device(rules: Rules, ann: Anns) -> None:
    await rules.auth.run(revoke, await rules.here(ann.phone.token), ann.tablet.session_id, request_info=PHONE)
    await rules.auth.run(revoke, await rules.here(ann.phone.token), ann.phone.session_id, request_info=PHONE)

    columns = ('action', 'user_id', 'client_id', 'session_id', 'ip_address', 'user_agent', 'actor')
    revoked, signed_out = rules.events(*columns)[-2:]
    user_id = ann.laptop.user_id
    assert revoked == ('revoked', user_id, ann.tablet.token.client_id, ann.tablet.session_id, PHONE.ip_address,
                       PHONE.user_agent, '')
    assert signed_out == ('signed_out', user_id, ann.phone.token.client_id, ann.phone.session_id, PHONE.ip_address,
                          PHONE.user_agent, '')


async def test_one_device_ends_and_the_feed_tells_its_client_and_its_user(rules: Rules, ann: Anns) -> None:
    await rules.changes()

    await rules.auth.run(revoke, await rules.here(ann.phone.token), ann.tablet.session_id)
    changes = await rules.changes()

    assert changes.client_ids == {ann.tablet.token.client_id}
    assert changes.user_ids == {ann.phone.user_id}


async def test_ending_ones_own_current_session_is_a_plain_sign_out(rules: Rules, ann: Anns) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.phone.token))

    await rules.auth.run(revoke, await rules.here(bob.token), bob.session_id)

    assert rules.status(bob.session_id) == 'removed'
    assert rules.events()[-1] == ('signed_out',)
    assert await rules.active(bob.token) is None  # and nobody is chosen in his place
    assert [session.id for session in (await rules.here(bob.token)).sessions] == [ann.phone.session_id]
    assert rules.status(ann.laptop.session_id) == rules.status(ann.tablet.session_id) == 'active'


async def test_a_session_of_ones_own_here_that_is_not_in_use_is_signed_out_by_the_account_it_is_of(
        rules: Rules, ann: Anns) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.laptop.token))
    client = await rules.here(bob.token)

    await rules.auth.run(revoke, client, ann.laptop.session_id, actor_session_id=ann.laptop.session_id)

    assert rules.status(ann.laptop.session_id) == 'removed'
    assert await rules.active(bob.token) == bob.session_id


async def test_ids_that_are_foreign_unknown_ended_or_malformed_get_one_answer_and_nothing_ends(
        rules: Rules, ann: Anns) -> None:
    stranger = await rules.sign_up('carol@example.com')
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.laptop.token))
    ended = await rules.sign_in()
    await rules.auth.run(sign_out, await rules.here(ended.token))
    client = await rules.here(bob.token)
    before, answers = rules.everything(), set[str]()

    for session_id in (stranger.session_id, ann.laptop.session_id, ann.phone.session_id, 'sess_' + 'x' * 24,
                       ended.session_id, '', '%', '_', "' OR 1=1 --", bob.user_id, bob.token.client_id, 'sess_\x00',
                       '🦊', bob.session_id.lower() + ' ', bob.session_id + '\x00', 'x' * 10_000):
        with pytest.raises(SessionNotFound) as refused:
            await rules.auth.run(revoke, client, session_id, request_info=LAPTOP)
        answers.add(refused.value.message)

    assert len(answers) == 1
    assert rules.everything() == before


async def test_a_device_that_ended_while_it_was_shown_gets_that_same_answer(rules: Rules, ann: Anns) -> None:
    client = await rules.here(ann.phone.token)
    answers = set[str]()
    await rules.auth.run(revoke, client, ann.tablet.session_id)
    rules.sql("UPDATE session SET abandon_at = '2026-01-01 12:00:01.000000' WHERE id = ?", ann.laptop.session_id)
    before = rules.everything()

    for session_id in (ann.tablet.session_id, ann.laptop.session_id, 'sess_' + 'x' * 24):
        with pytest.raises(SessionNotFound) as refused:
            await rules.auth.run(revoke, client, session_id)
        answers.add(refused.value.message)

    assert len(answers) == 1
    assert rules.everything() == before


async def test_all_others_end_and_are_counted_and_this_one_stays(rules: Rules, ann: Anns) -> None:
    bob_on_the_phone = await rules.sign_up('bob@example.com', await rules.here(ann.phone.token))
    bob_elsewhere = await rules.sign_in('bob@example.com')
    client = await rules.here(bob_on_the_phone.token)
    await rules.changes()

    told = await rules.auth.run(revoke_others, client, actor_session_id=ann.phone.session_id, request_info=PHONE)
    changes = await rules.changes()
    again = await rules.auth.run(revoke_others, client, actor_session_id=ann.phone.session_id, request_info=PHONE)

    assert (told, again) == (2, 0)
    assert rules.status(ann.laptop.session_id) == rules.status(ann.tablet.session_id) == 'revoked'
    assert rules.status(ann.phone.session_id) == 'active'
    assert rules.status(bob_elsewhere.session_id) == rules.status(bob_on_the_phone.session_id) == 'active'
    assert changes.client_ids == {ann.laptop.token.client_id, ann.tablet.token.client_id}
    ended = sorted([ann.laptop.session_id, ann.tablet.session_id])
    assert sorted(rules.events('session_id', 'ip_address', 'user_agent', 'action')[-2:]) == [
        (session_id, PHONE.ip_address, PHONE.user_agent, 'revoked') for session_id in ended]
    assert rules.events().count(('revoked',)) == 2


async def test_what_had_ended_already_keeps_the_reason_for_which_it_did(rules: Rules, ann: Anns) -> None:
    await rules.auth.run(sign_out, await rules.here(ann.tablet.token))
    rules.sql("UPDATE session SET expire_at = '2026-01-01 12:00:01.000000' WHERE id = ?", ann.laptop.session_id)

    told = await rules.auth.run(revoke_others, await rules.here(ann.phone.token))

    assert told == 0
    assert rules.status(ann.tablet.session_id) == 'removed'
    assert rules.status(ann.laptop.session_id) == 'active'  # the sweep will call it expired


@pytest.mark.parametrize('gone', [
    "UPDATE session SET status = 'revoked' WHERE id = :session",
    "UPDATE session SET status = 'pending' WHERE id = :session",
    "UPDATE session SET expire_at = '2026-01-01 12:00:00.000000' WHERE id = :session",
    "UPDATE session SET abandon_at = '2026-01-01 12:00:00.000000' WHERE id = :session",
    'DELETE FROM session WHERE id = :session', 'UPDATE user SET disabled = 1', 'DELETE FROM user',
    "UPDATE client SET secret_hash = 'another'", 'DELETE FROM client',
])
async def test_a_session_that_ended_a_moment_ago_may_not_act(
        rules: Rules, ann: Anns, gone: str, subtests: pytest.Subtests) -> None:
    client = await rules.here(ann.phone.token)
    rules.sql(gone.replace(':session', f"'{ann.phone.session_id}'"))
    before = rules.everything()

    for name, verb in VERBS.items():
        with subtests.test(verb=name):
            for session_id in (ann.tablet.session_id, ann.phone.session_id):
                with pytest.raises(NotSignedIn):
                    await verb(rules, client, session_id)

            assert rules.everything() == before


async def test_a_device_tells_where_it_was_last_active_and_where_it_was_signed_in_if_elsewhere(
        rules: Rules, ann: Anns, subtests: pytest.Subtests) -> None:
    thief = RequestInfo('203.0.113.9', TABLET.user_agent)
    client = await rules.here(ann.laptop.token)
    settings, phone = rules.auth.settings, ann.phone

    async def device_after(seconds: float, where: RequestInfo | None) -> Device:
        rules.clock.forward(seconds=seconds)
        await rules.auth.run(touch, phone.token.client_id, phone.session_id, settings=settings, request_info=where)
        page = await rules.auth.read(read_devices, client)
        return next(device for device in page.devices if device.session_id == phone.session_id)

    with subtests.test('where the sign-in was'):
        device = await device_after(90, PHONE)
        assert (device.ip_address, device.signed_in_from) == (PHONE.ip_address, None)
        assert device.last_active_at == rules.clock()
    with subtests.test('elsewhere, at once'):
        device = await device_after(1, thief)
        assert (device.ip_address, str(device.user_agent)) == (thief.ip_address, 'Chrome 141 on Android device')
        assert device.signed_in_from == Place(read_user_agent(PHONE.user_agent), PHONE.ip_address)
        assert device.last_active_at == rules.clock()
    with subtests.test('an activity from nowhere that is known'):
        device = await device_after(90, None)
        assert (device.ip_address, device.last_active_at) == (thief.ip_address, rules.clock())
    with subtests.test('back again, at once'):
        device = await device_after(1, PHONE)
        assert (device.ip_address, device.signed_in_from) == (PHONE.ip_address, None)
    with subtests.test('without a header'):
        device = await device_after(1, RequestInfo(PHONE.ip_address, ''))
        assert (str(device.user_agent), device.ip_address) == ('Web browser on Unknown device', PHONE.ip_address)
    with subtests.test('not of a session that has ended'):
        rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", phone.session_id)
        before = rules.everything()
        await rules.auth.run(touch, phone.token.client_id, phone.session_id, settings=settings, request_info=thief)
        assert rules.everything() == before


async def test_who_signs_in_again_is_active_where_they_do(rules: Rules, ann: Anns) -> None:
    await rules.auth.run(touch, ann.phone.token.client_id, ann.phone.session_id, settings=rules.auth.settings,
                         request_info=TABLET)

    again = await rules.sign_in(client=await rules.here(ann.phone.token), request_info=PHONE)

    here = (await rules.auth.read(read_devices, await rules.here(again.token))).devices[0]
    assert (here.session_id, here.ip_address, here.signed_in_from) == (ann.phone.session_id, PHONE.ip_address, None)


async def test_a_use_through_the_api_tells_from_where(rules: Rules, ann: Anns) -> None:
    client = await rules.here(ann.phone.token)

    await rules.auth.run(set_active, client, ann.phone.session_id, settings=rules.auth.settings, request_info=TABLET)

    here = (await rules.auth.read(read_devices, client)).devices[0]
    assert (here.ip_address, here.signed_in_from and here.signed_in_from.ip_address) == (
        TABLET.ip_address, PHONE.ip_address)


async def test_the_others_are_counted_by_the_store(rules: Rules, ann: Anns) -> None:
    client = await rules.here(ann.phone.token)
    counted = await rules.auth.read(count_others, client)
    rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann.tablet.session_id)

    assert (counted, await rules.auth.read(count_others, client)) == (2, 1)
    assert await rules.auth.run(revoke_others, client) == 1


@pytest.mark.parametrize(('typed', 'kept'), [
    ('Kitchen', 'Kitchen'), ('  Living   room\t', 'Living room'), ('', ''), ('   ', ''), ('\u200b\u2060\ufeff', ''),
    ('a\u202eb', 'ab'), ('\x1b[31mred\x00', '[31mred'), ('Ku\u0308che', 'Küche'), ('🦊' * 50, '🦊' * 50),
    ('\u200b' * 500 + 'x', 'x'), ('<b>x</b> {{7*7}}', '<b>x</b> {{7*7}}'), ('שולחן', 'שולחן'),
])
async def test_a_name_of_a_device_holds_what_can_be_seen(rules: Rules, ann: Anns, typed: str, kept: str) -> None:
    client = await rules.here(ann.phone.token)
    await rules.auth.run(rename_device, client, ann.tablet.session_id, 'Before')

    assert await rules.auth.run(rename_device, client, ann.tablet.session_id, typed) == kept
    page = await rules.auth.read(read_devices, client)
    assert {device.name for device in page.devices} == {'', kept}
    assert [device.called for device in page.devices][1] == (kept or 'Chrome 141 on Android device')


@pytest.mark.parametrize('typed', ['x' * 51, '🦊' * 51, 'x ' * 26 + 'x'])
async def test_a_name_of_a_device_that_is_too_long_is_refused(rules: Rules, ann: Anns, typed: str) -> None:
    before = rules.everything()

    with pytest.raises(ParamInvalid, match='50 characters at most') as refused:
        await rules.auth.run(rename_device, await rules.here(ann.phone.token), ann.tablet.session_id, typed)

    assert refused.value.param == 'device_name'
    assert rules.everything() == before


async def test_a_device_keeps_its_name_for_the_next_sign_in_of_the_same_person_only(rules: Rules, ann: Anns) -> None:
    await rules.auth.run(rename_device, await rules.here(ann.phone.token), ann.phone.session_id, 'Mine')
    await rules.auth.run(sign_out, await rules.here(ann.phone.token))
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.phone.token))
    again = await rules.sign_in(client=await rules.here(bob.token))

    as_bob = await rules.auth.read(read_devices, await rules.here(again.token), session_id=bob.session_id)
    as_ann = await rules.auth.read(read_devices, await rules.here(again.token))

    assert [device.name for device in as_bob.devices] == ['']
    assert [device.name for device in as_ann.devices] == ['Mine', '', '']


async def test_the_log_tells_that_a_device_was_renamed_and_not_what_it_is_called(rules: Rules, ann: Anns) -> None:
    client = await rules.here(ann.phone.token)
    for _ in range(2):
        await rules.auth.run(rename_device, client, ann.tablet.session_id, 'Secretum', request_info=PHONE)

    columns = ('action', 'user_id', 'client_id', 'session_id', 'ip_address')
    assert rules.events(*columns)[-1] == ('device_renamed', ann.phone.user_id, ann.phone.token.client_id,
                                          ann.phone.session_id, PHONE.ip_address)
    assert rules.events().count(('device_renamed',)) == 1
    assert 'Secretum' not in repr(rules.events('*'))


async def test_nobody_renames_what_is_not_theirs(rules: Rules, ann: Anns) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.laptop.token))
    client = await rules.here(bob.token)
    ended = await rules.sign_in()
    await rules.auth.run(sign_out, await rules.here(ended.token))
    before, answers = rules.everything(), set[str]()

    for session_id in (ann.phone.session_id, ann.laptop.session_id, ended.session_id, 'sess_' + 'x' * 24, '', '%'):
        with pytest.raises(SessionNotFound) as refused:
            await rules.auth.run(rename_device, client, session_id, 'Mine')
        answers.add(refused.value.message)

    assert len(answers) == 1
    assert rules.everything() == before


async def test_nobody_who_is_signed_out_may_act(rules: Rules, ann: Anns, subtests: pytest.Subtests) -> None:
    bob = await rules.sign_up('bob@example.com', await rules.here(ann.phone.token))
    await rules.auth.run(sign_out, await rules.here(bob.token), bob.session_id)
    choosing = await rules.here(bob.token)
    before = rules.everything()

    for name, verb in VERBS.items():
        with subtests.test(verb=name):
            for client in (None, choosing):  # Ann is signed in here, but she is not in use
                with pytest.raises(NotSignedIn):
                    await verb(rules, client, ann.tablet.session_id)

            assert rules.everything() == before


@pytest.mark.parametrize('verb', [read_devices, read_all_devices])
async def test_the_session_of_another_client_is_not_one_to_act_in(rules: Rules, ann: Anns, verb: Any) -> None:
    bob = await rules.sign_up('bob@example.com')
    client = await rules.here(bob.token)
    before = rules.everything()

    for session_id in (ann.phone.session_id, 'sess_' + 'x' * 24, 'nonsense', bob.user_id):
        with pytest.raises(NotSignedIn):
            await rules.auth.read(verb, client, session_id=session_id)
        with pytest.raises(NotSignedIn):
            await rules.auth.run(revoke, client, ann.phone.session_id, actor_session_id=session_id)
        with pytest.raises(NotSignedIn):
            await rules.auth.run(revoke, client, bob.session_id, actor_session_id=session_id)
        with pytest.raises(NotSignedIn):
            await rules.auth.run(revoke_others, client, actor_session_id=session_id)

    assert rules.everything() == before


async def test_a_session_revoked_by_two_devices_at_once_ends_once(rules: Rules, ann: Anns) -> None:
    laptop, phone = await rules.here(ann.laptop.token), await rules.here(ann.phone.token)

    outcomes = await asyncio.gather(*(rules.auth.run(revoke, client, ann.tablet.session_id)
                                      for client in (laptop, phone, laptop)), return_exceptions=True)

    assert outcomes.count(SessionStatus.REVOKED) == 1
    assert sum(isinstance(outcome, SessionNotFound) for outcome in outcomes) == 2
    assert rules.events().count(('revoked',)) == 1


async def test_of_two_devices_that_revoke_each_other_one_stays(rules: Rules, ann: Anns) -> None:
    laptop, phone = await rules.here(ann.laptop.token), await rules.here(ann.phone.token)

    outcomes = await asyncio.gather(rules.auth.run(revoke_others, laptop), rules.auth.run(revoke_others, phone),
                                    return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ['NotSignedIn', 'int']
    assert sorted(rules.sql('SELECT status FROM session')) == [('active',), ('revoked',), ('revoked',)]


@pytest.mark.parametrize('verb', ['revoke', 'revoke_others'])
async def test_an_end_and_its_event_are_written_together_or_not_at_all(rules: Rules, ann: Anns, verb: str) -> None:
    rules.database.fail('INSERT ON audit_event')
    before = rules.everything()

    with pytest.raises(Exception, match='full'):
        await VERBS[verb](rules, await rules.here(ann.phone.token), ann.tablet.session_id)

    assert rules.everything() == before


@pytest.mark.parametrize('verb', ['revoke', 'revoke_others'])
async def test_while_the_store_is_away_nothing_ends_and_a_retry_works(rules: Rules, ann: Anns, verb: str) -> None:
    client = await rules.here(ann.phone.token)

    with rules.database.away(), pytest.raises(StoreAway):
        await VERBS[verb](rules, client, ann.tablet.session_id)
    still = rules.status(ann.tablet.session_id)
    await VERBS[verb](rules, client, ann.tablet.session_id)

    assert still == 'active'
    assert rules.status(ann.tablet.session_id) == 'revoked'


@pytest.mark.parametrize('address', ['192.0.2.1', '2001:db8::7', '::ffff:192.0.2.1', '', 'unix:'])
async def test_an_address_is_shown_as_it_was_seen(rules: Rules, address: str) -> None:
    laptop = await rules.sign_up()
    phone = await rules.sign_in(request_info=RequestInfo(address, 'x' * 512))

    here, there = await rules.auth.read(read_all_devices, await rules.here(laptop.token))

    assert (here.session_id, there.session_id) == (laptop.session_id, phone.session_id)
    assert there.ip_address == address


async def test_a_list_of_devices_waits_for_no_writer(rules: Rules, ann: Anns) -> None:

    with rules.database.locked():
        page = await rules.auth.read(read_devices, await rules.here(ann.phone.token))

    assert page.total == 3
