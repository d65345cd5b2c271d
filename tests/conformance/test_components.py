"""Clerk's own components, of @clerk/ui: SignIn, SignUp, UserButton and UserProfile."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.devices import a_new_address
from tests.conformance.clerk import Clerk
from tests.conformance.conftest import NewBrowser, OpenClerk
from tests.rules import PASSWORD
from tests.running import either_store

pytestmark = either_store

THEN = "{fallbackRedirectUrl: '/clerk/in', signUpUrl: '/clerk/up', signInUrl: '/clerk/to'}"


async def show(clerk: Clerk, component: str, options: str = '{}') -> Page:
    """Put a component onto the page."""
    await clerk.run(f"Clerk.mount{component}(document.getElementById('ui'), {options})")
    return clerk.tab.page


async def test_sign_in_by_its_form(open_clerk: OpenClerk, new_browser: NewBrowser) -> None:
    await (await new_browser()).sign_up(address := a_new_address())
    clerk = await open_clerk()
    page = await show(clerk, 'SignIn', THEN)

    await page.get_by_label('Email address').fill(address)
    await page.get_by_role('button', name='Continue', exact=True).click()
    password = page.locator('input[name=password]')
    await password.fill('wrong wrong')
    await page.get_by_role('button', name='Continue', exact=True).click()
    await expect(page.locator('#error-password')).to_be_visible()
    await password.fill(PASSWORD)
    await page.get_by_role('button', name='Continue', exact=True).click()

    await expect(page.get_by_role('heading', name='Clerk in')).to_be_visible()
    await clerk.ready()
    assert await clerk.run('return Clerk.user.primaryEmailAddress.emailAddress') == address


async def test_sign_up_by_its_form(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk()
    page = await show(clerk, 'SignUp', THEN)

    await page.get_by_label('Email address').fill(address := a_new_address())
    await page.locator('input[name=password]').fill(PASSWORD)
    await page.get_by_role('button', name='Continue', exact=True).click()

    await expect(page.get_by_role('heading', name='Clerk in')).to_be_visible()
    await clerk.ready()
    assert await clerk.run('return Clerk.user.primaryEmailAddress.emailAddress') == address


async def test_the_user_button_signs_out_of_one_account_and_of_all(open_clerk: OpenClerk) -> None:
    clerk = await open_clerk(afterSignOutUrl='/clerk/out', signInUrl='/clerk/to')
    ann, bob = await clerk.sign_up(), await clerk.sign_up()
    await clerk.shows(bob)
    page = await show(clerk, 'UserButton')

    await page.get_by_role('button', name='Open user menu').click()
    await expect(page.get_by_role('button', name='Manage account')).to_be_visible()
    await expect(page.get_by_role('button', name='Sign out of all accounts')).to_be_visible()
    await page.get_by_role('button', name='Sign out', exact=True).click()

    await expect(page.get_by_role('heading', name='Clerk to')).to_be_visible()
    await clerk.ready()
    assert await clerk.accounts() == [ann]

    await clerk.run('await Clerk.setActive({session: given})', ann)
    page = await show(clerk, 'UserButton')
    await page.get_by_role('button', name='Open user menu').click()
    await page.get_by_role('button', name='Sign out').click()

    await expect(page).to_have_url(f'{clerk.tab.url}/')  # a page of ours
    await clerk.tab.signed_out()
    await clerk.load()
    assert [await clerk.session(), await clerk.accounts()] == [None, []]


async def test_the_profile_lists_active_devices_and_signs_one_out(open_clerk: OpenClerk) -> None:
    laptop, phone = await open_clerk(), await open_clerk()
    here = await laptop.sign_up(address := a_new_address())
    await phone.sign_in(address)
    page = await show(laptop, 'UserProfile')

    await page.get_by_role('button', name='Security').click()
    await expect(page.get_by_text('Active devices')).to_be_visible()
    await expect(page.get_by_text('This device')).to_be_visible()
    await page.locator('.cl-profileSectionContent__activeDevices').get_by_role('button').click()
    await page.get_by_role('menuitem', name='Sign out of device').click()

    await phone.focus()
    await phone.shows(None)
    assert await laptop.session() == here
