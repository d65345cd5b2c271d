"""The history of an account: complete, in order, and its owner's alone."""

from __future__ import annotations

import pytest

from auth.devices import revoke
from auth.errors import NotSignedIn
from auth.history import EVENTS_A_PAGE, HistoryEvent, read_history
from auth.sessions import sign_out
from tests.auth.test_devices import FIREFOX, IPHONE, sign_in_from
from tests.conftest import House


async def test_the_newest_event_is_first_and_tells_the_devices(house: House) -> None:
    await house.sign_up()
    laptop, phone = await sign_in_from(house, FIREFOX), await sign_in_from(house, IPHONE)
    house.clock.forward(minutes=1)
    await revoke(house.auth, await house.here(laptop.token), phone.session_id, visitor=FIREFOX)

    events = (await read_history(house.auth, await house.here(laptop.token))).events

    assert [event.action for event in events] == ['revoked', 'signed_in', 'signed_in', 'signed_in', 'signed_up']
    newest = events[0]
    assert str(newest.from_device) == 'Firefox 143 on Windows PC'
    assert newest.ended_device is not None
    assert newest.ended_device.device == 'iPhone'
    assert not newest.by_administrator
    assert events[1].ended_device is None


async def test_pages_hold_every_event_once_also_those_of_one_moment(house: House) -> None:
    laptop = await house.sign_up()
    house.sql("INSERT INTO audit_event SELECT 'evt_' || value, at, 'signed_in', user_id, client_id, session_id, '', "
              "'', '' FROM audit_event, json_each(?) WHERE action = 'signed_in'", str(list(range(100, 140))))
    client = await house.here(laptop.token)

    seen: list[HistoryEvent] = []
    more = True
    while more:
        page = await read_history(house.auth, client, after=seen[-1] if seen else None)
        seen += page.events
        more = page.has_more
        assert len(page.events) == EVENTS_A_PAGE or not more

    assert len(seen) == len({event.id for event in seen}) == 42


async def test_it_holds_nothing_of_anybody_else(house: House) -> None:
    ann = await house.sign_up()
    both = await house.sign_up('bob@example.com', await house.here(ann.token))

    events = (await read_history(house.auth, await house.here(both.token))).events

    assert [event.action for event in events] == ['signed_in', 'signed_up']


async def test_whoever_is_signed_out_reads_nothing(house: House) -> None:
    laptop = await house.sign_up()
    client = await house.here(laptop.token)
    await sign_out(house.auth, client)

    for asking in (client, None):
        with pytest.raises(NotSignedIn):
            await read_history(house.auth, asking)
