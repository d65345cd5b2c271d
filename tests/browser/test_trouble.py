"""What a person is told when something is in the way, and that it is the truth."""

from __future__ import annotations

import asyncio

from playwright.async_api import APIResponse, expect

from tests.relay import Relay
from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import SIGNED_OUT, LayNetwork, MakeDevice, Tab, a_new_address
from .test_sign_out import ends
from .watching import Watch, watch

pytestmark = either_store

AWAY = 'The server cannot reach its data right now. Nothing was changed.'


async def test_a_form_says_what_is_in_the_way_keeps_what_was_typed_and_makes_one_account_of_two_clicks_at_last(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    address = a_new_address()
    await tab.fill(address)

    await tab.note_when_seen('form .ls-spinner')
    with shared_server.database.locked():
        await tab.button('Sign up').click()
        await tab.has_seen('form .ls-spinner')
        await expect(tab.page.get_by_role('alert').filter(has_text=AWAY)).to_be_visible()
        await expect(tab.page.locator('form .ls-spinner')).to_be_hidden()
    await tab.has_complained('503')
    await laptop.context.set_offline(True)
    await tab.button('Sign up').click()
    await expect(tab.see('You are offline, or the server is down. Nothing was changed.')).to_be_visible()
    await laptop.context.set_offline(False)
    assert await laptop.cookie() is None
    await expect(tab.page.get_by_label('Email address')).to_have_value(address)
    await expect(tab.page.get_by_label('Password')).to_have_value(PASSWORD)
    await tab.button('Sign up').dblclick()

    await expect(tab.button()).to_be_visible()
    assert shared_server.sql('SELECT count(*) FROM user WHERE email_address = ?', address) == [(1,)]
    assert shared_server.sql('SELECT count(*) FROM session JOIN user ON user.id = user_id WHERE email_address = ?',
                             address) == [(1,)]
    tab.forgive_the_network()


async def test_a_sign_out_while_the_store_is_away_is_told_to_have_failed_and_works_when_it_is_back(
        device: MakeDevice, shared_server: Server) -> None:
    """By the button, and by two examples that sign out in ways of their own."""
    laptop = await device()
    session_id = await laptop.sign_up()
    tabs = [await laptop.tab(path) for path in ('/account', '/examples/ios', '/examples/android')]
    for tab in tabs:
        await expect(tab.button()).to_be_visible()
        await tab.page.evaluate("document.querySelectorAll('figure').forEach(source => source.remove())")
    watching = [await watch(tab) for tab in tabs]
    buttons = [await tab.button().element_handle() for tab in tabs]

    with shared_server.database.away():
        for button in filter(None, buttons):  # at once: seconds later it is known that the store is away
            await button.evaluate('(button) => button.click()')
        for one in watching:
            while not await one.ever_saw(AWAY):  # a tab that falls to Loading later says something else
                await asyncio.sleep(0.05)
        claimed = [await one.ever_saw(SIGNED_OUT) for one in watching]
    while not (await laptop.api('GET', '/client')).ok:
        await asyncio.sleep(0.05)
    for tab in tabs:
        await expect(tab.button()).to_be_visible()
    await tabs[0].button().click()

    for tab in tabs:
        await tab.signed_out()
    assert not any(claimed)
    assert ends(shared_server, session_id) == 1


async def sign_out_at_a_cut(network: LayNetwork, device: MakeDevice, server: Server) -> tuple[Relay, Tab, str, Watch]:
    """Press the button of somebody who has just signed up once the network is cut, whether it is still shown or not.

    Returns the network, the tab, its session, and what is seen in it since before the cut.
    """
    line = await network(server)
    laptop = await device(url=f'http://localhost:{line.port}')
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    watching = await watch(tab)
    button = await tab.button().element_handle()
    assert button
    line.cut()
    await button.evaluate('(button) => button.click()')
    return line, tab, session_id, watching


async def test_a_sign_out_that_the_server_has_not_heard_is_not_claimed_and_is_made_up_for(
        network: LayNetwork, device: MakeDevice, shared_server: Server) -> None:
    line, tab, session_id, watching = await sign_out_at_a_cut(network, device, shared_server)

    status = shared_server.sql('SELECT status FROM session WHERE id = ?', session_id)
    said_so = await watching.ever_saw(SIGNED_OUT)
    line.mend()

    await tab.signed_out()
    assert status == [('active',)]
    assert not said_so
    assert shared_server.sql('SELECT status FROM session WHERE id = ?', session_id) == [('removed',)]
    assert ends(shared_server, session_id) == 1
    tab.forgive_the_network()


async def test_a_sign_out_during_which_the_network_is_lost_for_long_is_claimed_only_if_it_was_done(
        network: LayNetwork, device: MakeDevice, fast_server: Server) -> None:
    line, tab, session_id, watching = await sign_out_at_a_cut(network, device, fast_server)

    await tab.page.wait_for_function('!window.socket.connected')  # the tab gives it up, and what it has sent
    await expect(tab.see(session_id).first).to_be_hidden()
    said_so_before = await watching.ever_saw(SIGNED_OUT)
    status_before = fast_server.sql('SELECT status FROM session WHERE id = ?', session_id)
    line.mend()

    await expect(tab.see(session_id).or_(tab.see(SIGNED_OUT)).filter(visible=True).first).to_be_visible()
    said_so = await watching.ever_saw(SIGNED_OUT)
    status = fast_server.sql('SELECT status FROM session WHERE id = ?', session_id)
    assert not said_so_before
    assert status_before == [('active',)]
    assert not said_so or status == [('removed',)]
    tab.forgive_the_network()


async def test_the_javascript_example_tells_of_a_locked_store_and_can_try_again(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/examples/javascript')

    with shared_server.database.locked():
        await tab.page.locator('button#sign-out').click()
        await expect(tab.page.locator('#sign-out-error')).to_contain_text(AWAY)
        await tab.shows(session_id)
    await tab.has_complained('503')
    async with tab.page.expect_navigation():
        await tab.page.locator('button#sign-out').click()
    await tab.live()

    await tab.signed_out()


async def test_the_android_example_is_loading_while_the_store_is_away(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    await laptop.sign_up()
    tab = await laptop.tab('/examples/android')
    await expect(tab.button()).to_be_visible()
    running = tab.page.locator('.ls-running')

    with fast_server.database.away():
        await expect(running.locator('.ls-spinner')).to_be_visible()
        await expect(running.get_by_text('Loading…')).to_be_visible()
        await expect(tab.button()).to_be_hidden()
        await expect(running.get_by_text(SIGNED_OUT)).to_be_hidden()

    await expect(tab.button()).to_be_visible()
    await expect(running.locator('.ls-spinner')).to_be_hidden()
    tab.forgive_the_network()


async def test_while_fifty_wrong_passwords_are_tried_a_live_sign_out_is_still_seen_at_once(device: MakeDevice) -> None:
    laptop, attacker = await device(), await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    answers: list[APIResponse] = []
    seen = asyncio.Event()

    async def attack(number: int) -> None:
        while not seen.is_set():
            answers.append(await attacker.ask('POST', '/client/sign_ins', identifier=address, password=f'no {number}'))

    async with asyncio.TaskGroup() as attacks:
        for number in range(50):
            attacks.create_task(attack(number))
        try:
            while not answers:
                await asyncio.sleep(0.01)
            await tab.button().click()
            await tab.signed_out()
        finally:
            seen.set()

    # 503: a guess that could not be counted in time, where the machine has much else to do.
    assert {answer.status for answer in answers} <= {422, 429, 503}
