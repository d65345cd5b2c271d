"""Several accounts in one browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, a_new_address

pytestmark = either_store


async def test_a_second_account_and_a_switch_are_followed_by_every_tab_and_nothing_of_the_former_account_stays(
        device: MakeDevice) -> None:
    laptop = await device()
    anns, bobs = a_new_address(), a_new_address()
    ann = await laptop.sign_up(anns, first_name='Ann')
    chooser, private = await laptop.tab('/sign-in/choose'), await laptop.tab('/account')
    await private.shows(ann)

    bob = await laptop.sign_up(bobs, first_name='Bob')
    await private.shows(bob)
    await expect(private.page.locator('.ls-person')).to_have_text('Bob')
    assert 'Ann' not in await private.text()
    assert anns not in await private.text()
    await expect(chooser.page.get_by_role('listitem')).to_have_count(2)
    await chooser.page.get_by_role('button', name='Ann').click()

    await private.shows(ann)
    await expect(private.page.locator('.ls-person')).to_have_text('Ann')
    assert bobs not in await private.text()
    assert 'Bob' not in await private.text()
    await chooser.shows(ann)


async def test_the_end_of_another_account_leaves_the_active_one_and_its_page_alone(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    ann, cid, bob = [await laptop.sign_up(first_name=name) for name in ('Ann', 'Cid', 'Bob')]
    private, chooser = await laptop.tab('/account'), await laptop.tab('/sign-in/choose')
    await expect(chooser.page.get_by_role('listitem')).to_have_count(3)
    await private.page.evaluate('window.not_rebuilt = document.querySelector("h1")')

    assert (await laptop.api('POST', f'/client/sessions/{ann}/remove')).ok
    await expect(chooser.page.get_by_role('listitem')).to_have_count(2)
    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", cid)
    await expect(chooser.page.get_by_role('listitem')).to_have_count(1)

    await private.shows(bob)
    await expect(private.page).to_have_url(f'{private.url}/account')
    assert await private.page.evaluate('window.not_rebuilt.isConnected')


async def test_signing_out_of_all_accounts_of_a_browser_says_so_and_leaves_other_devices_alone(
        device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    on_phone = await phone.sign_in(address)
    left = await laptop.tab()
    main = left.page.get_by_role('main')
    await expect(main.get_by_role('button', name='Sign out', exact=True)).to_be_visible()
    await laptop.sign_up()

    await main.get_by_role('button', name='Sign out of all accounts').click()
    await left.confirm('Sign out of 2 accounts?')

    await left.signed_out()
    here, there = [(await (await one.api('GET', '/client')).json())['response'] for one in (laptop, phone)]
    assert here['sessions'] == []
    assert there['last_active_session_id'] == on_phone
