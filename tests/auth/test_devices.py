"""The devices of a user: listed for their owner, and ended by nobody else."""

from __future__ import annotations

import pytest

from auth.accounts import SignedIn, sign_in
from auth.devices import DEVICES_A_PAGE, Devices, read_all_devices, read_devices, revoke, revoke_others
from auth.errors import NotSignedIn, SessionNotFound
from auth.sessions import sign_out, touch
from auth.visitor import Visitor
from tests.conftest import PASSWORD, House

FIREFOX = Visitor('192.0.2.1', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0')
IPHONE = Visitor('2001:db8::7', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 '
                                '(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1')


async def sign_in_from(house: House, visitor: Visitor) -> SignedIn:
    house.clock.forward(minutes=1)
    return await sign_in(house.auth, None, identifier='ann@example.com', password=PASSWORD, visitor=visitor)


async def devices(house: House, done: SignedIn, page: int = 0) -> Devices:
    return await read_devices(house.auth, await house.here(done.token), page=page)


async def test_two_devices_are_two_rows_and_each_sees_itself_first_and_once(house: House) -> None:
    await house.sign_up()
    laptop, phone = await sign_in_from(house, FIREFOX), await sign_in_from(house, IPHONE)

    from_laptop, from_phone = await devices(house, laptop), await devices(house, phone)

    assert [found.session_id for found in from_laptop.devices][:2] == [laptop.session_id, phone.session_id]
    assert [found.session_id for found in from_phone.devices][:2] == [phone.session_id, laptop.session_id]
    assert [found.this_device for found in from_laptop.devices] == [True, False, False]
    assert (from_laptop.total, from_laptop.others) == (3, 2)
    here, there = from_laptop.devices[:2]
    assert (here.user_agent.device, here.user_agent.browser, here.ip_address) == ('Windows PC', 'Firefox 143',
                                                                                  '192.0.2.1')
    assert (there.user_agent.device, there.ip_address) == ('iPhone', '2001:db8::7')
    assert there.created_at == there.last_active_at == house.clock()


async def test_only_ones_own_signed_in_sessions_are_listed(house: House) -> None:
    ann = await house.sign_up()
    await house.sign_up('bob@example.com', await house.here(ann.token))
    gone = await house.sign_in()
    await sign_out(house.auth, await house.here(gone.token))
    client = await house.here((await house.sign_in()).token)

    found = await read_all_devices(house.auth, client)

    assert len(found) == 2
    assert {one.session_id for one in found} == {ann.session_id, client.sessions[0].id}


async def test_pages_hold_every_device_once_in_a_stable_order(house: House) -> None:
    laptop = await house.sign_up()
    house.sql('INSERT INTO session SELECT session.id || value, user_id, client_id, status, created_at, last_active_at, '
              "expire_at, abandon_at, '', '' FROM session, json_each(?)", str(list(range(1, DEVICES_A_PAGE * 2 + 3))))
    house.sql("INSERT INTO client SELECT 'client_b', secret_hash, NULL, created_at FROM client")
    house.sql("UPDATE session SET client_id = 'client_b' WHERE id <> ?", laptop.session_id)

    pages = [await devices(house, laptop, page) for page in range(4)]
    await touch(house.auth, 'client_b', f'{laptop.session_id}7')
    again = [await devices(house, laptop, page) for page in range(4)]

    ids = [one.session_id for page in pages for one in page.devices]
    assert [len(page.devices) for page in pages] == [DEVICES_A_PAGE, DEVICES_A_PAGE, 3, 0]
    assert ids[0] == laptop.session_id
    assert len(set(ids)) == DEVICES_A_PAGE * 2 + 3
    assert [one.session_id for page in again for one in page.devices] == ids


async def test_ending_one_device_keeps_the_others_and_tells_where_it_was_done(house: House) -> None:
    await house.sign_up()
    laptop, phone, tablet = [await sign_in_from(house, FIREFOX) for _ in range(3)]

    await revoke(house.auth, await house.here(laptop.token), phone.session_id, visitor=IPHONE)

    assert [house.status(one.session_id) for one in (laptop, phone, tablet)] == ['active', 'revoked', 'active']
    assert house.events('action', 'session_id', 'client_id', 'ip_address', 'actor')[-1] == (
        'revoked', phone.session_id, phone.token.client_id, '2001:db8::7', '')


async def test_ones_own_session_is_plainly_signed_out(house: House) -> None:
    laptop = await house.sign_up()
    phone = await house.sign_in()

    await revoke(house.auth, await house.here(laptop.token), laptop.session_id)

    assert (house.status(laptop.session_id), house.status(phone.session_id)) == ('removed', 'active')
    assert house.events()[-1] == ('signed_out',)


async def test_all_others_end_and_are_counted_and_other_accounts_of_this_browser_stay(house: House) -> None:
    laptop = await house.sign_up()
    phone, tablet = await house.sign_in(), await house.sign_in()
    bob = await house.sign_up('bob@example.com', await house.here(tablet.token))
    elsewhere = await house.sign_in('bob@example.com')

    count = await revoke_others(house.auth, await house.here(laptop.token))
    again = await revoke_others(house.auth, await house.here(laptop.token))

    assert (count, again) == (2, 0)
    assert [house.status(one.session_id) for one in (laptop, phone, tablet, bob, elsewhere)] == [
        'active', 'revoked', 'revoked', 'active', 'active']
    assert [event for event in house.events() if event == ('revoked',)] == [('revoked',)] * 2


@pytest.mark.parametrize('which', ['foreign', 'ended', 'unknown', 'malformed', 'empty'])
async def test_an_id_that_is_not_ones_own_gets_one_answer_and_ends_nothing(house: House, which: str) -> None:
    laptop = await house.sign_up()
    gone = await house.sign_in()
    bob = await house.sign_up('bob@example.com')
    await sign_out(house.auth, await house.here(gone.token))
    session_id = {'foreign': bob.session_id, 'ended': gone.session_id, 'unknown': f'sess_{"x" * 24}',
                  'malformed': "' OR 1=1 --", 'empty': ''}[which]
    before = house.sql('SELECT id, status FROM session')

    with pytest.raises(SessionNotFound) as refused:
        await revoke(house.auth, await house.here(laptop.token), session_id)

    assert refused.value.message.startswith('You have no such device that is signed in.')
    assert house.sql('SELECT id, status FROM session') == before
    assert ('revoked',) not in house.events()


@pytest.mark.parametrize('how', ['ended', 'expired', 'disabled', 'renewed', 'nobody'])
async def test_a_session_that_ended_a_moment_ago_ends_nothing_and_sees_nothing(house: House, how: str) -> None:
    laptop = await house.sign_up()
    phone = await house.sign_in()
    client = await house.here(laptop.token)  # what a tab or a cache still believes
    if how == 'ended':
        house.sql("UPDATE session SET status = 'revoked' WHERE id = ?", laptop.session_id)
    elif how == 'expired':
        house.sql("UPDATE session SET expire_at = '2026-01-01 00:00:00.000000' WHERE id = ?", laptop.session_id)
    elif how == 'disabled':
        house.sql('UPDATE user SET disabled = 1')
    elif how == 'renewed':
        house.sql("UPDATE client SET secret_hash = 'another' WHERE id = ?", client.id)
    asking = None if how == 'nobody' else client

    for act in (revoke(house.auth, asking, phone.session_id), revoke_others(house.auth, asking),
                read_devices(house.auth, asking), read_all_devices(house.auth, asking)):
        with pytest.raises(NotSignedIn):
            await act

    assert house.status(phone.session_id) == 'active'


async def test_the_session_of_another_client_can_not_be_acted_in(house: House) -> None:
    laptop = await house.sign_up()
    bob = await house.sign_up('bob@example.com')

    with pytest.raises(NotSignedIn):
        await revoke_others(house.auth, await house.here(laptop.token), acting_session_id=bob.session_id)
    with pytest.raises(NotSignedIn):
        await read_all_devices(house.auth, await house.here(laptop.token), session_id=bob.session_id)
