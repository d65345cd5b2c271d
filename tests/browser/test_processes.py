"""Several server processes on one store, and several requests at one moment."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence

import pytest
from playwright.async_api import Route, expect

from tests.http import patient_client
from tests.programs import has_ended
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, NewServer, Tab, a_new_address
from .test_blocked_cookies import NO_LOCKS


@pytest.fixture(scope='module')
async def started_servers(tmp_path_factory: pytest.TempPathFactory, new_server: NewServer
                          ) -> AsyncIterator[tuple[Server, Server]]:
    """Two processes that serve one store."""
    first = new_server(tmp_path_factory.mktemp('two-servers'))
    second = Server(first.folder, store=first.database)
    try:
        yield await first.start(), await second.start()
    finally:
        first.stop()
        second.stop()
    assert 'Traceback' not in first.log, first.log


@pytest.fixture
async def two_servers(started_servers: tuple[Server, Server]) -> tuple[Server, Server]:
    """Both run; a browser sends both the same cookie, because ports don't count there."""
    for server in started_servers:
        if has_ended(server.process):
            await server.start()
    return started_servers


async def tab_at(device: Device, server: Server, path: str = '/') -> Tab:
    tab = await device.tab(None)
    tab.url = server.url
    return await tab.open(path)


async def test_a_second_account_a_switch_and_a_sign_out_in_one_process_are_followed_by_the_tabs_of_another(
        device: MakeDevice, two_servers: tuple[Server, Server]) -> None:
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


async def test_a_process_that_is_killed_leaves_the_tabs_of_another_alone(
        device: MakeDevice, two_servers: tuple[Server, Server]) -> None:
    first, second = two_servers
    laptop = await device(first)
    session_id = await laptop.sign_up()
    here, there = await tab_at(laptop, first), await tab_at(laptop, second)
    await here.shows(session_id)

    first.kill()
    await there.button().click()
    await there.signed_out()
    await first.start()

    await here.signed_out()
    here.forgive_the_network()


@either_store
async def test_tabs_survive_many_rotations_in_quick_succession(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tabs = [await laptop.tab('/account'), await laptop.tab()]
    cookies = {await laptop.cookie()}

    for _ in range(8):
        assert await laptop.sign_in(address) == session_id
        cookies.add(await laptop.cookie())

    assert len(cookies) == 9
    for tab in tabs:
        await tab.shows(session_id)
    await tabs[0].button().click()  # it can still act
    for tab in tabs:
        await tab.signed_out()


@either_store
@pytest.mark.parametrize('locks', [True, False], ids=['locks', 'no locks'])
async def test_two_sign_ins_at_one_moment_sign_nobody_out(device: MakeDevice, locks: bool) -> None:
    """With locks one waits for the other, which draws its form anew; over plain http both send the same cookie."""
    phone, laptop = await device(), await device()
    if not locks:
        await laptop.context.add_init_script(NO_LOCKS)
    addresses = [a_new_address(), a_new_address()]
    for address in addresses:
        await phone.sign_up(address)
    first_here = await laptop.sign_up()
    left, right = await laptop.tab('/sign-in'), await laptop.tab('/sign-in')
    for tab, address in zip((left, right), addresses, strict=True):
        await tab.fill(address)
    both_came, first_is_done = asyncio.Barrier(2), asyncio.Event()

    async def hold_both(route: Route) -> None:
        if not first_is_done.is_set():  # one may be told to try again
            await both_came.wait()
            first_is_done.set()
        await route.continue_()

    async def hold_the_first_answer(route: Route) -> None:
        answer = await route.fetch()
        await first_is_done.wait()
        await route.fulfill(response=answer)

    await laptop.context.route('**/v1/client/sign_ins', hold_the_first_answer if locks else hold_both)
    for tab in (left, right):
        await tab.page.evaluate('document.querySelector("form").requestSubmit()')
    if locks:
        for tab in (left, right):
            await expect(tab.page.get_by_label('Email address')).to_have_value('')
        first_is_done.set()
    for tab in (left, right):
        await expect(tab.page).to_have_url(f'{tab.url}/')

    await all_are_here(laptop, (left, right), first_here, addresses)


@either_store
async def test_a_sign_in_whose_cookie_was_just_replaced_waits_for_the_new_one_and_signs_nobody_out(device: MakeDevice
                                                                                                    ) -> None:
    """Over plain http: the second request is looked up after the first was committed, and before it was answered."""
    phone, laptop = await device(), await device()
    await laptop.context.add_init_script(NO_LOCKS)
    addresses = [a_new_address(), a_new_address()]
    for address in addresses:
        await phone.sign_up(address)
    first_here = await laptop.sign_up()
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


async def all_are_here(laptop: Device, tabs: Sequence[Tab], first_here: str, addresses: Sequence[str]) -> None:
    """Nobody was signed out of a browser by those who were signed in on it at one moment."""
    client = (await (await laptop.api('GET', '/client')).json())['response']
    for tab in tabs:
        await tab.shows(client['last_active_session_id'])
    assert {session['public_user_data']['identifier'] for session in client['sessions']} >= set(addresses)
    assert first_here in {session['id'] for session in client['sessions']}
    for tab in tabs:  # one of them may have been told to try again, as long as it did
        tab.complaints[:] = [complaint for complaint in tab.complaints if 'status of 4' not in complaint]
