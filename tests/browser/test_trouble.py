"""What a person is told when something is in the way, and that it is the truth."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.relay import relay_to
from tests.server import Server

from .conftest import PASSWORD, SIGNED_OUT, MakeDevice, Tab, a_new_address
from .test_faults import WATCH_WHAT_IS_VISIBLE, forgive_the_network, was_ever_visible

AWAY = 'The server cannot reach its data right now. Nothing was changed.'


async def fill(tab: Tab, address: str) -> None:
    await tab.page.get_by_label('Email address').fill(address)
    await tab.page.get_by_label('Password').fill(PASSWORD)


async def test_a_form_shows_that_it_is_at_work_tells_of_a_locked_store_and_can_be_sent_again(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    address = a_new_address()
    await fill(tab, address)

    with shared_server.database.locked():
        await tab.button('Sign up').click()
        await expect(tab.page.locator('form .spinner')).to_be_visible()
        await expect(tab.page.get_by_role('alert').filter(has_text=AWAY)).to_be_visible()
        await expect(tab.page.locator('form .spinner')).to_be_hidden()
    assert await laptop.cookie() is None
    await expect(tab.page.get_by_label('Email address')).to_have_value(address)
    await expect(tab.page.get_by_label('Password')).to_have_value(PASSWORD)
    assert '503' in tab.complaints.pop()
    await tab.button('Sign up').click()

    await expect(tab.button()).to_be_visible()
    assert shared_server.sql('SELECT count(*) FROM user WHERE email_address = ?', address) == [(1,)]


async def test_a_form_sent_without_a_network_says_so_and_can_be_sent_again(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    await fill(tab, a_new_address())

    await laptop.context.set_offline(True)
    await tab.button('Sign up').click()
    await expect(tab.see('The server can not be reached. Nothing was changed.')).to_be_visible()
    await laptop.context.set_offline(False)
    await tab.button('Sign up').click()

    await expect(tab.button()).to_be_visible()
    forgive_the_network(tab)


async def test_a_form_that_is_sent_twice_at_once_makes_one_account(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    address = a_new_address()
    await fill(tab, address)

    await tab.button('Sign up').dblclick()

    await expect(tab.button()).to_be_visible()
    assert shared_server.sql('SELECT count(*) FROM session JOIN user ON user.id = user_id WHERE email_address = ?',
                             address) == [(1,)]


async def test_a_sign_out_while_the_store_is_away_is_told_to_have_failed_and_works_when_it_is_back(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    for path in ('/account', '/examples/swiftui', '/examples/android'):
        laptop = await device(server)
        session_id = await laptop.sign_up()
        tab, other = await laptop.tab(path), await laptop.tab()
        await other.shows(session_id)
        await tab.page.evaluate(WATCH_WHAT_IS_VISIBLE)
        await tab.page.evaluate("document.querySelector('figure')?.remove()")  # a source that has the words as well
        await tab.page.evaluate('window.seen.clear()')

        with server.database.away():
            await tab.button().click()
            await expect(tab.see(AWAY).first).to_be_visible()
            claimed = await was_ever_visible(tab, SIGNED_OUT)
        await other.shows(session_id)
        await tab.button().click()

        await tab.signed_out()
        await other.signed_out()
        assert not claimed
        assert server.sql("SELECT count(*) FROM audit_event WHERE action = 'signed_out' AND session_id = ?",
                          session_id) == [(1,)]
    assert 'Traceback' not in server.log


async def test_a_sign_out_that_the_server_has_not_heard_is_not_claimed_and_is_made_up_for(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    async with relay_to(server.port) as network:
        laptop = await device(url=f'http://localhost:{network.port}')
        session_id = await laptop.sign_up()
        tab = await laptop.tab('/account')
        await tab.shows(session_id)
        await tab.page.evaluate(WATCH_WHAT_IS_VISIBLE)

        network.cut()
        await tab.button().click()
        await expect(tab.see(session_id).first).to_be_hidden(timeout=5500)
        said_so = await was_ever_visible(tab, SIGNED_OUT)
        status = server.sql('SELECT status FROM session')
        network.mend()

        await tab.signed_out()
        assert not said_so
        assert status == [('active',)]
        assert server.sql('SELECT status FROM session') == [('removed',)]
        assert server.sql("SELECT count(*) FROM audit_event WHERE action = 'signed_out'") == [(1,)]
        await laptop.context.close()  # before the network goes: the page may still be loading
        forgive_the_network(tab)


async def test_the_javascript_example_tells_of_a_locked_store_and_can_try_again(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/examples/javascript')

    with shared_server.database.locked():
        await tab.page.locator('button#sign-out').click()
        await expect(tab.page.locator('#sign-out-error')).to_contain_text(AWAY)
        await tab.shows(session_id)
    assert '503' in tab.complaints.pop()
    async with tab.page.expect_navigation():
        await tab.page.locator('button#sign-out').click()
    await tab.live()

    await tab.signed_out()


async def test_the_android_example_is_loading_while_the_store_is_away(device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop = await device(server)
    await laptop.sign_up()
    tab = await laptop.tab('/examples/android')
    await expect(tab.button()).to_be_visible()
    running = tab.page.locator('.running')

    with server.database.away():
        await expect(running.locator('.spinner')).to_be_visible(timeout=5500)
        await expect(running.get_by_text('Loading…')).to_be_visible()
        await expect(tab.button()).to_be_hidden()
        await expect(running.get_by_text(SIGNED_OUT)).to_be_hidden()

    await expect(tab.button()).to_be_visible()
    await expect(running.locator('.spinner')).to_be_hidden()
    forgive_the_network(tab)


async def test_while_fifty_wrong_passwords_are_tried_a_live_sign_out_is_still_seen_at_once(
        device: MakeDevice, own_server) -> None:
    server = await own_server()
    laptop, attacker = await device(server), await device(server)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)
    attempts = [asyncio.create_task(attacker.api('POST', '/client/sign_ins', identifier=address, password=f'no {n}'))
                for n in range(50)]
    await attempts[0]

    await tab.button().click()
    await tab.signed_out()
    tried_meanwhile = [attempt for attempt in attempts if not attempt.done()]

    answers = await asyncio.gather(*attempts)
    assert tried_meanwhile  # the attack was still going on
    assert all(answer.status in {422, 429} for answer in answers)
