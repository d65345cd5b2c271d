"""Several server processes on one store, and several requests at one moment."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.http import patient_client
from tests.ports import give_back, known_port
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, NewServer, Tab, a_new_address
from .test_blocked_cookies import NO_LOCKS

pytestmark = either_store  # tests/deploy has several processes on PostgreSQL


@pytest.fixture
async def two_servers(tmp_path: Path, new_server: NewServer) -> AsyncIterator[tuple[Server, Server]]:
    """Two processes that serve one store; a browser sends both the same cookie, because ports don't count there."""
    first = new_server(tmp_path, port=known_port())
    second = Server(first.folder, store=first.database, port=known_port())
    try:
        yield await first.start(), await second.start()
    finally:
        for server in (first, second):
            server.stop()
            give_back(server.port)
    assert 'Traceback' not in first.log, first.log


async def tab_at(device: Device, server: Server, path: str = '/') -> Tab:
    tab = await device.tab(None)
    tab.url = server.url
    return await tab.open(path)


async def test_what_is_done_in_one_process_is_followed_by_the_tabs_of_another_which_go_on_when_that_is_killed(
        two_servers: tuple[Server, Server], device: MakeDevice) -> None:
    first, second = two_servers
    laptop = await device(first)
    address = a_new_address()
    ann = await laptop.sign_up(address, first_name='Ann')
    here, there = await tab_at(laptop, first), await tab_at(laptop, second, '/account')
    await there.shows(ann)

    bob = await laptop.sign_up(first_name='Bob')
    await there.shows(bob)
    assert (await laptop.api('POST', f'/client/sessions/{ann}/touch')).ok
    await there.shows(ann)
    assert 'Bob' not in await there.text()
    assert (await laptop.api('POST', f'/client/sessions/{bob}/remove')).ok
    await here.button().click()
    await there.signed_out()
    assert address not in await there.text()

    again = await laptop.sign_in(address)
    for tab in (here, there):
        await tab.shows(again)
    first.kill()
    await there.button().click()
    await there.signed_out()
    await first.start()
    await here.signed_out()
    here.forgive_the_network()


async def test_a_tab_survives_many_rotations_in_quick_succession(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    cookies = {await laptop.cookie()}

    for _ in range(8):
        assert await laptop.sign_in(address) == session_id
        cookies.add(await laptop.cookie())

    assert len(cookies) == 9
    await tab.shows(session_id)
    await tab.button().click()  # it can still act
    await tab.signed_out()


async def test_two_sign_ins_at_one_moment_sign_nobody_out(device: MakeDevice) -> None:
    """One waits for the other, which draws its form anew. Where there are no locks, both send the same cookie."""
    laptop = await device()
    addresses, first_here = await people_of(laptop)
    left, right = await laptop.tab('/sign-in'), await laptop.tab('/sign-in')
    for tab, address in zip((left, right), addresses, strict=True):
        await tab.fill(address)
    first_is_done = asyncio.Event()

    async def hold_the_first_answer(route: Route) -> None:
        answer = await route.fetch()
        await first_is_done.wait()
        await route.fulfill(response=answer)

    await laptop.context.route('**/v1/client/sign_ins', hold_the_first_answer)
    for tab in (left, right):
        await tab.page.evaluate('document.querySelector("form").requestSubmit()')
    for tab in (left, right):
        await expect(tab.page.get_by_label('Email address')).to_have_value('')
    first_is_done.set()
    for tab in (left, right):
        await expect(tab.page).to_have_url(f'{tab.url}/')

    await all_are_here(laptop, (left, right), first_here, addresses)


async def test_a_sign_in_whose_cookie_was_just_replaced_waits_for_the_new_one_and_signs_nobody_out(device: MakeDevice
                                                                                                    ) -> None:
    """Over plain http: the second request is looked up after the first was committed, and before it was answered."""
    laptop = await device()
    await laptop.context.add_init_script(NO_LOCKS)
    addresses, first_here = await people_of(laptop)
    old = await laptop.cookie()
    left, right = await laptop.tab('/sign-in'), await laptop.tab('/sign-in')
    for tab, address in zip((left, right), addresses, strict=True):
        await tab.fill(address)
    requests, is_committed, is_refused = itertools.count(1), asyncio.Event(), asyncio.Event()

    async def hold_the_new_cookie(route: Route) -> None:
        number = next(requests)
        if number == 1:
            async with patient_client() as elsewhere:  # the browser's own would keep the cookie at once
                request, headers = route.request, await route.request.all_headers()
                while (answer := await elsewhere.post(request.url, content=request.post_data_buffer, headers=headers)
                       ).status_code == 503:
                    await asyncio.sleep(0.1)  # it has much to do, and nothing was changed
            is_committed.set()
            await is_refused.wait()
            await route.fulfill(status=answer.status_code, body=answer.content, headers=dict(answer.headers))
            return
        await is_committed.wait()
        if number == 4:  # twice the old cookie was not enough
            is_refused.set()
            while await laptop.cookie() == old:
                await asyncio.sleep(0.05)
        await route.continue_()

    await laptop.context.route('**/v1/client/sign_ins', hold_the_new_cookie)
    for tab in (left, right):
        await tab.page.evaluate('document.querySelector("form").requestSubmit()')
    for tab in (left, right):
        await expect(tab.page).to_have_url(f'{tab.url}/')

    assert next(requests) > 4
    await all_are_here(laptop, (left, right), first_here, addresses)


async def people_of(laptop: Device) -> tuple[list[str], str]:
    """Two people who have an account and are not signed in, and the session of another one who is."""
    addresses = [a_new_address(), a_new_address()]
    for address in addresses:
        await laptop.sign_up(address)
    assert (await laptop.api('DELETE', '/client/sessions')).ok
    return addresses, await laptop.sign_up()


async def all_are_here(laptop: Device, tabs: Sequence[Tab], first_here: str, addresses: Sequence[str]) -> None:
    """Nobody was signed out of a browser by those who were signed in on it at one moment."""
    client = (await (await laptop.api('GET', '/client')).json())['response']
    for tab in tabs:
        await tab.shows(client['last_active_session_id'])
    assert {session['public_user_data']['identifier'] for session in client['sessions']} >= set(addresses)
    assert first_here in {session['id'] for session in client['sessions']}
    for tab in tabs:  # one of them may have been told to try again, as long as it did
        tab.complaints[:] = [complaint for complaint in tab.complaints if 'status of 4' not in complaint]
