"""Clerk's own clerk-js, unmodified, in Chromium: load, sign-up, sign-in, several accounts, tokens, devices."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

from tests.browser.devices import a_new_address
from tests.conformance.clerk import Clerk
from tests.conformance.conftest import NewBrowser, OpenClerk
from tests.rules import PASSWORD
from tests.running import either_store

pytestmark = either_store


async def test_it_loads_for_a_visitor(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()

    assert await clerk.run('return [Clerk.version, Clerk.status, Clerk.loaded]') == ['6.40.0', 'ready', True]
    assert await clerk.session() is None
    assert await clerk.accounts() == []
    assert sorted(set(clerk.asked)) == ['GET /client', 'GET /environment']
    assert await clerk.device.cookie() is None  # a visitor leaves nothing


async def test_who_signs_up_is_signed_in_and_stays_so(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up(address := a_new_address())
    await clerk.shows(session)

    await clerk.load()

    assert await clerk.session() == session
    assert await clerk.run('return Clerk.user.primaryEmailAddress.emailAddress') == address
    assert await clerk.run('return Clerk.client.lastActiveSessionId') == session


async def test_who_has_an_account_signs_in(open_clerk: OpenClerk, new_browser: NewBrowser) -> None:
    await (await new_browser()).sign_up(address := a_new_address())
    clerk = await open_clerk()

    session = await clerk.sign_in(address)

    await clerk.shows(session)
    assert await clerk.device.cookie()


async def test_a_wrong_password_is_told_where_it_was_typed(open_clerk: OpenClerk, new_browser: NewBrowser) -> None:
    await (await new_browser()).sign_up(address := a_new_address())
    clerk = await open_clerk()

    done = await clerk.settle("await Clerk.client.signIn.create({identifier: given, password: 'wrong wrong'})", address)

    assert [(one['code'], one['param']) for one in done['error']['errors']] == [('form_password_incorrect', 'password')]
    assert await clerk.session() is None


async def test_an_address_that_is_taken_is_told_where_it_was_typed(open_clerk: OpenClerk, new_browser: NewBrowser
                                                                   ) -> None:
    await (await new_browser()).sign_up(address := a_new_address())
    clerk = await open_clerk()

    done = await clerk.settle('await Clerk.client.signUp.create({emailAddress: given, password: "correct horse 9 b"})',
                              address)

    assert [(one['code'], one['param']) for one in done['error']['errors']] == [
        ('form_identifier_exists', 'email_address')]


async def test_a_sign_in_may_take_two_steps(open_clerk: OpenClerk, new_browser: NewBrowser) -> None:
    await (await new_browser()).sign_up(address := a_new_address())
    clerk = await open_clerk()

    session = await clerk.run('''
        const begun = await Clerk.client.signIn.create({identifier: given[0]})
        if (begun.status !== 'needs_first_factor') throw Error(begun.status)
        const done = await begun.attemptFirstFactor({strategy: 'password', password: given[1]})
        await Clerk.setActive({session: done.createdSessionId})
        return done.createdSessionId''', [address, PASSWORD])

    await clerk.shows(session)


async def test_a_second_tab_is_signed_in_too(open_clerk: OpenClerk) -> None:
    left = await open_clerk()
    session = await left.sign_up()

    right = await open_clerk(left.device)

    assert await right.session() == session


async def test_a_browser_holds_two_accounts_and_switches(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    ann, bob = await clerk.sign_up(), await clerk.sign_up()
    await clerk.shows(bob)
    assert sorted(await clerk.accounts()) == sorted([ann, bob])

    await clerk.run('await Clerk.setActive({session: given})', ann)

    await clerk.shows(ann)
    await clerk.load()
    assert await clerk.session() == ann
    assert sorted(await clerk.accounts()) == sorted([ann, bob])


async def test_a_token_says_who_is_signed_in_and_is_renewed(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()

    first, again = [await clerk.run('return Clerk.session.getToken()') for _ in range(2)]
    renewed = await clerk.run('return Clerk.session.getToken({skipCache: true})')

    assert first == again != renewed
    for token in (first, renewed):
        said = claims(token)
        assert (said['sid'], said['sub'], said['exp'] - said['iat']) == (
            session, await clerk.run('return Clerk.user.id'), 60)
        assert 'aud' not in said
    assert claims(await clerk.cookie('__session'))['sid'] == session


async def test_a_token_is_renewed_before_it_runs_out(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    await clerk.sign_up()
    first = await clerk.run('return Clerk.session.getToken()')

    # The token is as old as the clock of the page says, and clerk-js has it renewed without being asked.
    await clerk.tab.page.evaluate('''() => {
        const now = Date.now
        Date.now = () => now() + 57000
    }''')
    await clerk.tab.page.wait_for_function(
        'async (first) => await Clerk.session.getToken() !== first', arg=first)

    assert await clerk.session()


async def test_devices_are_listed_and_one_is_signed_out(open_clerk: OpenClerk) -> None:
    laptop, phone = await open_clerk(), await open_clerk()
    here = await laptop.sign_up(address := a_new_address())
    there = await phone.sign_in(address)

    listed = await laptop.run('''return (await Clerk.user.getSessions()).map((one) => [
        one.id, one.status, Boolean(one.latestActivity.id), one.latestActivity.ipAddress])''')
    assert sorted(listed) == sorted([id_, 'active', True, '127.0.0.1'] for id_ in (here, there))

    assert await laptop.run('''const sessions = await Clerk.user.getSessions()
        const revoked = await sessions.find((one) => one.id === given).revoke()
        return revoked.status''', there) == 'revoked'

    await phone.focus()
    await phone.shows(None)
    assert await laptop.session() == here


async def test_a_session_that_was_revoked_gets_no_token(open_clerk: OpenClerk) -> None:
    laptop, phone = await open_clerk(), await open_clerk()
    await laptop.sign_up(address := a_new_address())
    there = await phone.sign_in(address)
    await revoke(laptop, there)

    await phone.settle('await Clerk.session.getToken({skipCache: true})')

    await phone.shows(None)


async def revoke(by: Clerk, session_id: str) -> None:
    """Sign out of another device."""
    await by.run('''const sessions = await Clerk.user.getSessions()
        await sessions.find((one) => one.id === given).revoke()''', session_id)


def claims(token: str) -> dict[str, Any]:
    """What a session token says; its signature is looked at elsewhere."""
    part = token.split('.')[1]
    return json.loads(urlsafe_b64decode(part + '=' * (-len(part) % 4)))
