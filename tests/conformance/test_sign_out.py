"""Every form of clerk-js' signOut, what the server has then, and what happens when the server cannot be reached."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.conformance.clerk import Clerk
from tests.conformance.conftest import OpenClerk
from tests.running import either_store
from tests.server import Server

pytestmark = either_store


def status_of(server: Server, session_id: str) -> str:
    """What the store says of a session."""
    ((status,),) = server.sql('SELECT status FROM session WHERE id = ?', session_id)
    return status


async def two_accounts(clerk: Clerk) -> tuple[str, str]:
    """Sign two people up; the second is the current one."""
    first, second = await clerk.sign_up(), await clerk.sign_up()
    await clerk.shows(second)
    clerk.asked.clear()
    return first, second


def told(seen: list[Any]) -> list[Any]:
    """What listeners were told, each once: clerk-js may say the same twice."""
    return [one for place, one in enumerate(seen) if not place or seen[place - 1] != one]


async def test_all_are_signed_out(open_clerk: OpenClerk, clerk_server: Server) -> None:
    clerk = await open_clerk()
    sessions = await two_accounts(clerk)
    other = await open_clerk(clerk.device)
    before = await clerk.run('return Clerk.client.id')
    await clerk.tab.page.evaluate('window.seen.length = 0')

    await clerk.run('await Clerk.signOut(() => { window.called = (window.called ?? 0) + 1 })')

    await clerk.shows(None)
    assert told(await clerk.seen()) == ['undefined', None]
    assert [one for one in clerk.asked if 'sessions' in one and not one.startswith('GET')] == [
        'DELETE /client/sessions']
    assert [status_of(clerk_server, session) for session in sessions] == ['removed', 'removed']
    assert await clerk.tab.page.evaluate('window.called') == 1
    assert await clerk.cookie('__session') == ''
    await other.shows(None)
    await clerk.load()
    assert [await clerk.session(), await clerk.run('return Clerk.client.id')] == [None, before]


async def test_who_signs_out_is_led_to_where_the_page_says(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk(afterSignOutUrl='/clerk/after')
    for asked, place in (('', 'after'), ('{redirectUrl: "/clerk/elsewhere"}', 'elsewhere')):
        await clerk.load(afterSignOutUrl='/clerk/after')
        await clerk.sign_up()

        await clerk.tab.page.evaluate(f'void Clerk.signOut({asked})')

        await expect(clerk.tab.page.get_by_role('heading', name=f'Clerk {place}')).to_be_visible()
        await clerk.ready()
        assert await clerk.session() is None


async def test_of_two_the_current_one_is_signed_out(open_clerk: OpenClerk, clerk_server: Server) -> None:
    clerk = await open_clerk()
    ann, bob = await two_accounts(clerk)

    await clerk.run('await Clerk.signOut(() => {}, {sessionId: Clerk.session.id})')

    await clerk.shows(None)
    assert f'POST /client/sessions/{bob}/remove' in clerk.asked
    assert await clerk.accounts() == [ann]
    assert [status_of(clerk_server, one) for one in (ann, bob)] == ['active', 'removed']


async def test_of_two_the_other_one_is_signed_out(open_clerk: OpenClerk, clerk_server: Server) -> None:
    clerk = await open_clerk()
    ann, bob = await two_accounts(clerk)

    await clerk.run('await Clerk.signOut({sessionId: given})', ann)

    assert await clerk.session() == bob
    assert await clerk.accounts() == [bob]
    assert clerk.tab.page.url.endswith('/clerk')
    assert [status_of(clerk_server, one) for one in (ann, bob)] == ['removed', 'active']


async def test_an_unknown_id_signs_nobody_out(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    ann, bob = await two_accounts(clerk)

    for unknown in ('sess_unknown', 'nonsense', '../all'):
        await clerk.run('await Clerk.signOut({sessionId: given})', unknown)

    assert await clerk.session() == bob
    assert sorted(await clerk.accounts()) == sorted([ann, bob])
    assert clerk.asked == []


async def test_where_nobody_is_signed_in_nothing_happens(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    clerk.asked.clear()

    await clerk.run('await Clerk.signOut(() => { window.called = true })')

    assert (clerk.asked, await clerk.tab.page.evaluate('window.called ?? false')) == ([], False)


async def test_twice_at_once_is_once(open_clerk: OpenClerk, clerk_server: Server) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()

    done = await clerk.run('''return (await Promise.allSettled([Clerk.signOut(() => {}), Clerk.signOut(() => {})]))
        .map(({status}) => status)''')

    assert done == ['fulfilled', 'fulfilled']
    await clerk.shows(None)
    ended = clerk_server.sql("SELECT count(*) FROM audit_event WHERE session_id = ? AND action = 'signed_out'", session)
    assert ended == [(1,)]


@pytest.mark.parametrize(('act', 'status'), [('end', 'ended'), ('remove', 'removed')])
async def test_a_session_ends_itself(open_clerk: OpenClerk, clerk_server: Server, act: str, status: str) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()

    assert await clerk.run(f'return (await Clerk.session.{act}()).status') == status

    assert status_of(clerk_server, session) == status
    await clerk.load()
    assert await clerk.session() is None


async def test_the_client_may_go_as_well(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk(experimental={'persistClient': False})
    await clerk.sign_up()

    await clerk.run('await Clerk.signOut(() => {})')

    assert 'DELETE /client' in clerk.asked
    await clerk.load()
    assert [await clerk.session(), await clerk.device.cookie()] == [None, None]


@pytest.mark.parametrize('status', [500, 503])
async def test_a_server_that_fails_keeps_everybody_and_the_page_is_told(
        open_clerk: OpenClerk, clerk_server: Server, status: int) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()

    async with clerk.answering(status, '**/v1/client/sessions?**'):
        done = await clerk.settle('await Clerk.signOut(() => {})')

    assert done['error']['status'] == status
    assert status_of(clerk_server, session) == 'active'
    await clerk.run('await Clerk.signOut(() => {})')
    assert status_of(clerk_server, session) == 'removed'


async def test_a_connection_that_fails_keeps_everybody_and_the_page_is_told(
        open_clerk: OpenClerk, clerk_server: Server) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()

    async def fail(route: Route) -> None:
        await route.abort()

    await clerk.tab.page.route('**/v1/client/sessions?**', fail)
    await clerk.settle('await Clerk.signOut(() => {})')

    assert status_of(clerk_server, session) == 'active'
    await clerk.tab.page.unroute('**/v1/client/sessions?**', fail)
    await clerk.load()
    assert await clerk.session() == session
    clerk.tab.forgive_the_network()


async def test_offline_the_session_lives_and_is_there_again(open_clerk: OpenClerk, clerk_server: Server) -> None:
    """clerk-js takes an offline sign-out for done; it is the store that counts, and says so when it is asked."""
    clerk = await open_clerk()
    session = await clerk.sign_up()

    await clerk.device.context.set_offline(True)
    await clerk.settle('await Clerk.signOut(() => {})')
    await clerk.device.context.set_offline(False)

    assert status_of(clerk_server, session) == 'active'
    await clerk.load()
    assert await clerk.session() == session
    clerk.tab.forgive_the_network()


async def test_a_server_that_fails_at_load_keeps_who_was_signed_in(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()
    await clerk.run('return Clerk.session.getToken()')

    async with clerk.answering(500, '**/v1/client?**'):
        await clerk.load()
        assert [await clerk.run('return Clerk.status'), await clerk.session()] == ['degraded', session]
