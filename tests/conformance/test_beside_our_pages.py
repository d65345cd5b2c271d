"""clerk-js and our own pages in one browser: each follows the other."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.devices import a_new_address
from tests.conformance.conftest import OpenClerk
from tests.running import either_store

pytestmark = either_store


async def test_our_page_follows_sign_out_in_clerk_js(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()
    ours = await clerk.device.tab('/')
    await ours.shows(session)

    await clerk.run('await Clerk.signOut(() => {})')

    await ours.signed_out()


async def test_our_page_follows_a_switch_and_the_sign_out_of_one_of_two(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    ann, bob = await clerk.sign_up(), await clerk.sign_up()
    ours = await clerk.device.tab('/')
    await ours.shows(bob)

    await clerk.run('await Clerk.setActive({session: given})', ann)
    await ours.shows(ann)

    await clerk.run('await Clerk.signOut({sessionId: given})', bob)  # not the one that is in use
    await ours.shows(ann)

    await clerk.run('await Clerk.signOut(() => {})')
    await ours.signed_out()


async def test_clerk_js_follows_sign_out_in_our_page_at_the_next_look(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    session = await clerk.sign_up()
    ours = await clerk.device.tab('/')
    await ours.shows(session)

    await ours.button().first.click()
    await ours.signed_out()

    await clerk.focus()
    await clerk.shows(None)
    assert await clerk.cookie('__session') == ''


async def test_with_the_live_script_clerk_js_follows_at_once(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk(path='/clerk/live')
    await clerk.sign_up()
    ours = await clerk.device.tab('/')

    await ours.button().first.click()

    await clerk.shows(None)  # it would look by itself after 42 s
    await ours.signed_out()


async def test_with_the_live_script_a_revoke_from_our_page_reaches_clerk_js(open_clerk: OpenClerk) -> None:
    phone = await open_clerk(path='/clerk/live')
    session = await phone.sign_up(address := a_new_address())
    laptop = await open_clerk()
    await laptop.sign_in(address)
    security = await laptop.device.tab('/account/security')

    await security.page.get_by_role('button', name='Sign out of device').click()

    await phone.shows(None)
    await expect(security.see(session)).to_have_count(0)


async def test_who_was_signed_in_by_clerk_js_sees_private_pages(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    await clerk.sign_up(address := a_new_address())

    account = await clerk.device.tab('/account')

    await expect(account.see(address).first).to_be_visible()
    await clerk.run('await Clerk.signOut(() => {})')
    await account.signed_out()
    await expect(account.see(address)).to_have_count(0)
