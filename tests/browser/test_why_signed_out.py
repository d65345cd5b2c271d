"""A tab that is signed out says why, to those who have a right to know."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.forks import printed_by
from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.security.visitors import NewPerson, Somebody, until, visitors_of
from tests.server import Server

from .devices import Device, MakeDevice, Tab, a_new_address
from .test_countdown import ends_in

pytestmark = either_store

FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'

BY_ANOTHER_DEVICE = ('This device was signed out from Firefox 143 on Windows PC. If that was not you, sign in and '
                     'change your password.')
PASSWORD_CHANGED = 'Your password was changed on Firefox 143 on Windows PC. Sign in with the new one.'
HERE = 'You signed out in this browser.'
BY_ADMINISTRATOR = 'An administrator signed you out. Sign in again to go on.'
DISABLED = 'This account has been disabled. Ask the administrator of this site.'
EXPIRED = 'Your session has reached its age limit. Sign in again to go on.'
ABANDONED = 'You were signed out because nobody was active for a while. Sign in again to go on.'
REPLACED = ('You are signed in on as many other devices as you may be, and this one was used least recently. '
            'Sign in again to go on.')
DELETED = 'Your account was deleted.'
ENDED = 'This device was signed out. Sign in again to go on.'

ANY = re.compile('|'.join(re.escape(words[:25]) for words in (
    BY_ANOTHER_DEVICE, PASSWORD_CHANGED, HERE, BY_ADMINISTRATOR, DISABLED, EXPIRED, ABANDONED, REPLACED, DELETED,
    ENDED)))


End = Callable[[Server, str, Somebody], Awaitable[Any]]
"""Ends the session with this id; somebody is the same person on another device."""


def in_sql(statement: str) -> End:
    async def end(server: Server, session_id: str, _: Somebody) -> None:
        server.sql(statement, session_id)

    return end


def soon(column: str) -> End:
    async def end(server: Server, session_id: str, _: Somebody) -> None:
        ends_in(server, session_id, **{column: 0.5})

    return end


ENDS: dict[str, tuple[str, End]] = {
    'another device': (BY_ANOTHER_DEVICE, lambda _, session_id, other: other.web.post(
        f'/v1/me/sessions/{session_id}/revoke')),
    'another password': (PASSWORD_CHANGED, lambda _, session_id, other: other.web.post('/v1/me/change_password', data={
        'current_password': PASSWORD, 'new_password': NEW_PASSWORD, 'sign_out_of_other_sessions': 'true'})),
    'disabled': (DISABLED, in_sql('UPDATE user SET disabled = (1 = 1) WHERE id = '
                                  '(SELECT user_id FROM session WHERE id = ?)')),
    'age': (EXPIRED, soon('expire_at')),
    'inactivity': (ABANDONED, soon('abandon_at')),
    'too many devices': (REPLACED, in_sql("UPDATE session SET status = 'replaced' WHERE id = ?")),
    'a line of SQL': (ENDED, in_sql("UPDATE session SET status = 'revoked' WHERE id = ?")),
}
"""What is said of each end of which a page that is asked for later knows as well."""


@pytest.fixture
async def visitor(shared_server: Server) -> AsyncIterator[NewPerson]:
    """Makes people without a browser: what a page says is the server's choice."""
    async with visitors_of(shared_server) as make:
        yield make


async def two_devices(device: MakeDevice, server: Server | None = None) -> tuple[Device, Device, str, str]:
    """Ann's laptop and desktop, her address, and the session of her laptop."""
    laptop, desktop = await device(server), await device(server, user_agent=FIREFOX)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    await desktop.sign_in(address)
    return laptop, desktop, address, session_id


async def ann_and_her_desktop(visitor: NewPerson) -> tuple[Somebody, Somebody, str]:
    """The same without a browser, and the session of the first one."""
    ann, desktop = await visitor().sign_up(), visitor()
    desktop.web.headers['user-agent'] = FIREFOX
    answer = await desktop.web.post('/v1/client/sign_ins', data={'identifier': ann.address, 'password': PASSWORD})
    assert answer.is_success, answer.text
    return ann, desktop, (await ann.get('/v1/client')).json()['response']['last_active_session_id']


async def says(tab: Tab, why: str) -> None:
    await tab.signed_out()
    await expect(tab.page.get_by_role('main').get_by_text(why, exact=True)).to_be_visible()


async def says_nothing_more(tab: Tab) -> None:
    await tab.signed_out()
    await asyncio.sleep(0.5)  # it would come a moment later
    assert not ANY.search(await tab.text())


@pytest.mark.parametrize(('why', 'end'), ENDS.values(), ids=ENDS)
async def test_each_end_is_told_in_its_own_words_on_every_page_and_where_the_person_goes_next(
        why: str, end: End, visitor: NewPerson, shared_server: Server) -> None:
    ann, desktop, session_id = await ann_and_her_desktop(visitor)
    tabs = [await ann.tab(path, f'Active Session: {session_id}') for path in ('/account', '/')]

    await end(shared_server, session_id, desktop)

    for tab in tabs:
        await tab.sees(why)
    await ann.tab('/sign-in', why)  # and not after a password was typed


async def test_who_signed_out_or_deleted_the_account_knows_it_and_is_told_once(visitor: NewPerson) -> None:
    for why, path in ((HERE, '/v1/client/sessions'), (DELETED, '/v1/me')):
        ann, desktop, session_id = await ann_and_her_desktop(visitor)
        tabs = [await ann.tab(path, f'Active Session: {session_id}') for path in ('/account', '/')]

        who = ann if why == HERE else desktop
        answer = await who.web.request('DELETE', path, data={'password': PASSWORD, 'confirmation': 'delete my account'})

        assert answer.is_success, answer.text
        for tab in tabs:
            await tab.sees(why)
        later = await ann.tab('/', 'You are signed out')
        assert not ANY.search(' '.join(later.texts()))


async def test_a_device_that_was_signed_out_says_from_which_one_also_after_a_reload(device: MakeDevice) -> None:
    laptop, desktop, _, session_id = await two_devices(device)
    tab = await laptop.tab('/account')

    assert (await desktop.api('POST', f'/me/sessions/{session_id}/revoke')).ok

    await says(tab, BY_ANOTHER_DEVICE)
    await tab.page.reload()
    await tab.live()
    await expect(tab.page).to_have_url(re.compile('/sign-in'))
    await expect(tab.see(BY_ANOTHER_DEVICE)).to_be_visible()
    await laptop.sign_up()
    await tab.open('/')
    assert not ANY.search(await tab.text())


async def test_an_administrator_signs_somebody_out_at_the_command_line(
        device: MakeDevice, shared_server: Server, tmp_path: Path) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab('/account')
    script = tmp_path / 'command.py'
    script.write_text('import runpy; runpy.run_module("auth", run_name="__main__")')

    printed = await asyncio.to_thread(printed_by, script, tmp_path, 'sessions', 'revoke-user', address,
                                      database_url=shared_server.database.url)

    await says(tab, BY_ADMINISTRATOR)
    assert printed == f'1 session of {address} ended.\n'


async def test_who_has_an_old_cookie_a_foreign_one_or_none_learns_nothing(
        device: MakeDevice, visitor: NewPerson) -> None:
    laptop, desktop, address, session_id = await two_devices(device)
    thief, stranger, other = await device(), visitor(), await visitor().sign_up()
    old = await laptop.context.cookies()
    await thief.context.add_cookies([{'name': one['name'], 'value': one['value'], 'url': laptop.url} for one in old])
    stolen = await thief.tab('/')
    await stolen.shows(session_id)
    foreign, nobody = await other.tab('/'), await stranger.tab('/')

    await laptop.sign_in(address)  # another secret
    await says_nothing_more(stolen)
    assert (await desktop.api('POST', f'/me/sessions/{session_id}/revoke')).ok

    await says_nothing_more(stolen)
    assert any('Active Session: sess_' in text for text in foreign.texts())
    later = [await stranger.tab('/'), await stranger.tab('/sign-in')]
    await stolen.open('/sign-in')
    for told in (await stolen.text(), *(' '.join(tab.texts()) for tab in (nobody, foreign, *later))):
        assert not ANY.search(told)


async def test_the_end_of_an_account_that_a_tab_does_not_show_is_not_told_there(
        visitor: NewPerson, shared_server: Server) -> None:
    ann, _, anns = await ann_and_her_desktop(visitor)
    bobs = (await (await ann.sign_up()).get('/v1/client')).json()['response']['last_active_session_id']
    tab = await ann.tab('/', f'Active Session: {bobs}')
    shared_server.sql("UPDATE session SET status = 'expired' WHERE id = ?", anns)
    await asyncio.sleep(0.3)

    shared_server.sql("UPDATE session SET status = 'sleeping' WHERE id = ?", bobs)

    await until(lambda: not any('Active Session: ' in text for text in tab.texts()))
    await asyncio.sleep(0.5)  # it would come a moment later
    assert not ANY.search(' '.join(tab.texts()))


async def test_a_tab_that_was_away_when_its_session_ended_is_told_as_well(device: MakeDevice) -> None:
    laptop, desktop, _, session_id = await two_devices(device)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.io.engine.close()')
    assert (await desktop.api('POST', f'/me/sessions/{session_id}/revoke')).ok
    await laptop.context.set_offline(False)

    await expect(tab.see(BY_ANOTHER_DEVICE)).to_be_visible()
    tab.forgive_the_network()


async def test_it_is_told_in_the_language_of_the_tab(visitor: NewPerson, shared_server: Server) -> None:
    ann, _, session_id = await ann_and_her_desktop(visitor)
    ann.http.headers['accept-language'] = 'de-DE'
    tab = await ann.tab('/account', f'Aktive Sitzung: {session_id}')

    shared_server.sql("UPDATE session SET status = 'expired' WHERE id = ?", session_id)

    await tab.sees('Die Sitzung hat ihre Höchstdauer erreicht. Melden Sie sich neu an, um weiterzumachen.')
