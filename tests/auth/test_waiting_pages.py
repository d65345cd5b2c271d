"""The places of pages that wait for their socket, and what counts as one address."""

from __future__ import annotations

import asyncio

import pytest

from auth import Settings
from auth.requests.request_info import RequestInfo
from auth.web.waiting_pages import WaitingPages
from tests.patience import PATIENCE_SECONDS


def waiting_pages(**limits: float) -> WaitingPages:
    return WaitingPages(Settings(_env_file=None, **limits))


@pytest.mark.parametrize(('one', 'other', 'are_one'), [
    ('192.0.2.1', '192.0.2.1', True),
    ('192.0.2.1', '192.0.2.2', False),
    ('2001:db8:0:7::1', '2001:db8:0:7:ffff::2', True),
    ('2001:db8:0:7::1', '2001:db8:0:8::1', False),
    ('::ffff:192.0.2.1', '192.0.2.1', True),
    ('fe80::1%eth0', 'fe80::2%eth1', True),
    ('/run/app.sock', '/run/app.sock', True),
    ('', '', True),
    ('unknown', '', False),
])
def test_an_address_counts_as_its_line(one: str, other: str, are_one: bool) -> None:
    assert (RequestInfo(one).network == RequestInfo(other).network) is are_one


async def test_an_address_that_has_all_its_places_leaves_those_of_others() -> None:
    waiting = waiting_pages(max_waiting_pages=3, max_waiting_pages_per_address=2)

    admitted = [waiting.admit(address) is not None
                for address in ('192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3')]

    assert admitted == [True, True, False, True, False]
    assert len(waiting) == 3


async def test_a_request_that_made_no_page_gives_its_place_back_at_once() -> None:
    waiting = waiting_pages()
    place = waiting.admit('192.0.2.1')
    assert place is not None

    place.answered()

    assert len(waiting) == 0


async def test_a_place_is_given_back_once_however_its_page_ends() -> None:
    waiting = waiting_pages(page_join_seconds=0.01)
    given_up: list[str] = []
    joined, gone, late = places = [waiting.admit('192.0.2.1') for _ in range(3)]
    for name, place in zip(('joined', 'gone', 'late'), places, strict=True):
        assert place is not None
        place.take(lambda name=name: given_up.append(name))

    joined.free()  # before the answer was sent
    for place in (joined, gone, late):
        place.answered()
    gone.free()
    gone.free()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(waiting):
            await asyncio.sleep(0.01)

    assert given_up == ['late']


async def test_a_flood_that_has_taken_all_places_gives_one_up_for_whoever_comes_from_elsewhere() -> None:
    waiting = waiting_pages(max_waiting_pages=4, max_waiting_pages_per_address=4)
    given_up: list[int] = []
    for number in range(4):
        place = waiting.admit('192.0.2.1')
        assert place is not None
        place.take(lambda number=number: given_up.append(number))
        if number:  # the first one is still being built
            place.answered()

    admitted = [waiting.admit(network) is not None for network in ('192.0.2.2', '192.0.2.3', '192.0.2.1', '192.0.2.2')]

    assert admitted == [True, True, False, False]
    assert given_up == [1, 2]
    assert len(waiting) == 4
