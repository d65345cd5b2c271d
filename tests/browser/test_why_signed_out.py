"""A tab that is signed out says why, to those who have a right to know."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from tests.programs import run_python
from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, StartServer, Tab, a_new_address
from .test_countdown import ends_in

FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0'

BY_ANOTHER_DEVICE = ('This device was signed out from Firefox 143 on Windows PC. If that was not you, sign in and '
                     'change your password.')
PASSWORD_CHANGED = 'Your password was changed on Firefox 143 on Windows PC. Sign in with the new one.'
HERE = 'You signed out in this browser.'
BY_ADMINISTRATOR = 'An administrator signed you out. Sign in again to go on.'
DISABLED = 'This account has been disabled. Ask the administrator of this site.'
EXPIRED = 'Your session has reached its age limit. Sign in again to go on.'
ABANDONED = 'You were signed out because nobody was active for a while. Sign in again to go on.'
DELETED = 'Your account was deleted.'
ENDED = 'This device was signed out. Sign in again to go on.'

ANY = re.compile('|'.join(re.escape(words[:25]) for words in (
    BY_ANOTHER_DEVICE, PASSWORD_CHANGED, HERE, BY_ADMINISTRATOR, DISABLED, EXPIRED, ABANDONED, DELETED, ENDED)))


async def two_devices(device: MakeDevice, server: Server | None = None) -> tuple[Device, Device, str, str]:
    """Ann's laptop and desktop, her address, and the session of her laptop."""
    laptop, desktop = await device(server), await device(server, user_agent=FIREFOX)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    await desktop.sign_in(address)
    return laptop, desktop, address, session_id


async def says(tab: Tab, why: str) -> None:
    await tab.signed_out()
    await expect(tab.page.get_by_role('main').get_by_text(why, exact=True)).to_be_visible()


async def says_nothing_more(tab: Tab) -> None:
    await tab.signed_out()
    await asyncio.sleep(0.5)  # it would come a moment later
    assert not ANY.search(await tab.text())


@either_store
async def test_another_tab_of_the_browser_signed_out(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    left, right = await laptop.tab('/'), await laptop.tab('/account')

    await left.page.get_by_role('main').get_by_role('button', name='Sign out').click()

    for tab in (right, left):
        await says(tab, HERE)
    await right.page.reload()  # it is known
    await right.live()
    assert not ANY.search(await right.text())


async def test_a_device_that_was_signed_out_says_from_which_one_also_after_a_reload(device: MakeDevice) -> None:
    laptop, desktop, _, session_id = await two_devices(device)
    private, public = await laptop.tab('/account'), await laptop.tab('/')

    assert (await desktop.api('POST', f'/me/sessions/{session_id}/revoke')).ok

    for tab in (private, public):
        await says(tab, BY_ANOTHER_DEVICE)
    await private.page.reload()
    await private.live()
    await expect(private.page).to_have_url(re.compile('/sign-in'))
    await expect(private.see(BY_ANOTHER_DEVICE)).to_be_visible()
    await laptop.sign_up()
    await private.open('/')
    assert not ANY.search(await private.text())


@either_store
async def test_a_password_that_was_changed_elsewhere(device: MakeDevice) -> None:
    laptop, desktop, *_ = await two_devices(device)
    tab = await laptop.tab('/account')

    answer = await desktop.api('POST', '/me/change_password', current_password=PASSWORD, new_password=NEW_PASSWORD,
                               sign_out_of_other_sessions='true')

    assert answer.ok
    await says(tab, PASSWORD_CHANGED)


async def test_an_administrator_signs_somebody_out(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab('/account')

    await asyncio.to_thread(run_python, 'import runpy; runpy.run_module("auth", run_name="__main__")',
                            ['sessions', 'revoke-user', address], database_url=shared_server.database.url)

    await says(tab, BY_ADMINISTRATOR)


@either_store
async def test_a_disabled_person_learns_it_where_they_are_and_not_after_typing_a_password(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    private, public = await laptop.tab('/account'), await laptop.tab('/')

    shared_server.sql('UPDATE user SET disabled = (1 = 1) WHERE email_address = ?', address)

    for tab in (private, public):
        await says(tab, DISABLED)
    await public.open('/sign-in')
    await expect(public.see(DISABLED)).to_be_visible()


@either_store
async def test_lifetimes(device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    ends_in(fast_server, session_id, abandon_at=0.5)
    await says(tab, ABANDONED)
    session_id = await laptop.sign_up()
    await tab.open('/account')
    await tab.shows(session_id)
    ends_in(fast_server, session_id, expire_at=0.5)
    await says(tab, EXPIRED)
    await tab.page.reload()
    await expect(tab.see(EXPIRED)).to_be_visible()


@either_store
async def test_a_deleted_account(device: MakeDevice) -> None:
    laptop, desktop, *_ = await two_devices(device)
    private, public = await laptop.tab('/account'), await laptop.tab('/')

    answer = await desktop.api('DELETE', '/me', password=PASSWORD, confirmation='delete my account')

    assert answer.ok, await answer.text()
    for tab in (private, public):
        await says(tab, DELETED)


@either_store
async def test_a_line_of_sql(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)

    await says(tab, ENDED)


@either_store
async def test_who_has_an_old_cookie_a_foreign_one_or_none_learns_nothing(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, desktop, address, session_id = await two_devices(device)
    thief, stranger, other = await device(), await device(), await device()
    old = await laptop.context.cookies()
    await thief.context.add_cookies([{'name': one['name'], 'value': one['value'], 'url': laptop.url} for one in old])
    stolen = await thief.tab('/')
    await stolen.shows(session_id)
    await other.sign_up()
    foreign, nobody = await other.tab('/'), await stranger.tab('/')

    await laptop.sign_in(address)  # another secret
    await says_nothing_more(stolen)
    assert (await desktop.api('POST', f'/me/sessions/{session_id}/revoke')).ok

    await says_nothing_more(stolen)
    await says_nothing_more(nobody)
    await expect(foreign.see('Active Session')).to_be_visible()
    for tab, path in ((stolen, '/sign-in'), (nobody, '/'), (nobody, '/sign-in')):
        await tab.open(path)
        assert not ANY.search(await tab.text())


@either_store
async def test_the_end_of_an_account_that_a_tab_does_not_show_is_not_told_there(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    ann, bob = await laptop.sign_up(first_name='Ann'), await laptop.sign_up(first_name='Bob')
    tab = await laptop.tab('/')
    await tab.shows(bob)
    shared_server.sql("UPDATE session SET status = 'expired' WHERE id = ?", ann)
    await asyncio.sleep(0.3)

    shared_server.sql("UPDATE session SET status = 'sleeping' WHERE id = ?", bob)

    await says_nothing_more(tab)


@either_store
async def test_a_tab_that_was_away_when_its_session_ended_is_told_as_well(
        device: MakeDevice, fast_server: Server) -> None:
    laptop, desktop, _, session_id = await two_devices(device, fast_server)
    tab = await laptop.tab('/account')
    await tab.shows(session_id)

    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.io.engine.close()')
    assert (await desktop.api('POST', f'/me/sessions/{session_id}/revoke')).ok
    await laptop.context.set_offline(False)

    await expect(tab.see(BY_ANOTHER_DEVICE)).to_be_visible()
    tab.forgive_the_network()


@either_store
async def test_it_is_told_in_the_language_of_the_tab(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device(locale='de-DE')
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    await tab.live()

    shared_server.sql("UPDATE session SET status = 'expired' WHERE id = ?", session_id)

    await expect(tab.see('Die Sitzung hat ihre Höchstdauer erreicht. Melden Sie sich neu an, um weiterzumachen.')
                 ).to_be_visible()


@either_store
async def test_a_sign_in_on_one_device_more_than_there_may_be(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(max_sessions_per_user=1)
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    await laptop.sign_up(address)
    tabs = [await laptop.tab(), await laptop.tab('/account')]

    await phone.sign_in(address)

    for tab in tabs:
        await tab.signed_out()
        await expect(tab.page.locator('.ls-why').filter(visible=True).first).to_contain_text(
            'as many other devices as you may be')
