"""No account is chosen for anybody: after one has ended the person chooses."""

from __future__ import annotations

from playwright.async_api import expect

from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, focus

pytestmark = either_store


async def test_after_the_active_one_of_two_ended_nobody_is_chosen_also_not_by_a_reload(device: MakeDevice) -> None:
    laptop = await device()
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(first_name='Bob')
    private, public = await laptop.tab('/account'), await laptop.tab()
    await private.shows(bob)

    assert (await laptop.api('POST', f'/client/sessions/{bob}/remove')).ok
    for tab in (private, public):
        await tab.signed_out()
    await private.page.reload()
    await private.live()
    for tab in (private, public):
        await expect(tab.page.get_by_text('Choose an account').first).to_be_visible()
    client = (await (await laptop.api('GET', '/client')).json())['response']
    assert client['last_active_session_id'] is None
    assert len(client['sessions']) == 1
    await private.follow('/sign-in/choose')
    await expect(private.page.get_by_role('heading', name='Choose an account')).to_be_visible()
    await expect(private.page.get_by_role('listitem')).to_have_count(1)
    await private.page.get_by_role('button', name='Ann').click()

    await public.shows(ann)


async def test_an_account_that_ended_cannot_be_chosen_any_more(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(first_name='Bob')
    chooser = await laptop.tab('/sign-in/choose')
    await expect(chooser.page.get_by_role('button', name='Ann')).to_be_visible()

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann)
    await chooser.page.evaluate('''() => [...document.querySelectorAll('.ls-accounts button')]
                                   .find((one) => one.textContent.includes('Ann'))?.click()''')
    await expect(chooser.page.get_by_role('button', name='Ann')).to_have_count(0)
    refused = await laptop.api('POST', f'/client/sessions/{ann}/touch')

    assert refused.status == 401
    client = (await (await laptop.api('GET', '/client')).json())['response']
    assert client['last_active_session_id'] == bob
    await expect(chooser.page.locator('.ls-person')).to_have_text('Bob')


async def test_while_it_is_not_known_who_is_here_it_does_not_say_that_nobody_is(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann')
    tab = await laptop.tab('/sign-in/choose')
    await expect(tab.button('Sign out of all accounts')).to_be_visible()

    with shared_server.database.away():
        await expect(tab.page.get_by_role('listitem')).to_have_text(['Loading…'])

    await expect(tab.page.get_by_role('listitem')).to_have_count(1)
    await expect(tab.page.get_by_role('listitem')).to_contain_text('Ann')
    tab.complaints.clear()  # the browser logs the requests that the server could not answer


async def test_sign_out_of_all_accounts_leads_home_also_when_none_is_in_use(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    bob = await laptop.sign_up()
    await laptop.api('POST', f'/client/sessions/{bob}/remove')
    tab, beside = await laptop.tab('/sign-in/choose'), await laptop.tab('/sign-in/choose')

    await tab.button('Sign out of all accounts').click()

    await expect(tab.page).to_have_url(f'{tab.url}/')
    await tab.signed_out()
    await expect(beside.page.get_by_role('listitem')).to_have_text(['Nobody is signed in on this browser.'])
    await expect(beside.page).to_have_url(f'{tab.url}/sign-in/choose')


async def test_a_person_with_a_keyboard_alone_chooses_an_account_or_adds_one(device: MakeDevice) -> None:
    laptop = await device(viewport={'width': 360, 'height': 740})
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(first_name='Bob')
    cid = await laptop.sign_up(first_name='Cid')
    await laptop.api('POST', f'/client/sessions/{cid}/remove')
    tab = await laptop.tab('/sign-in/choose')
    one, other = (tab.page.get_by_role('button', name=name) for name in ('Ann', 'Bob'))
    await expect(other).to_be_visible()

    await focus(tab.page.locator('#ls-content'))
    for control in (one, other, tab.page.get_by_role('link', name='Add account'),
                    tab.button('Sign out of all accounts')):
        await tab.page.keyboard.press('Tab')
        await expect(control).to_be_focused()
    await tab.page.keyboard.press('Shift+Tab')
    await tab.page.keyboard.press('Enter')
    await tab.back('/sign-in')
    await focus(other)
    await tab.page.keyboard.press('Enter')

    await tab.shows(bob)
    await expect(tab.page).to_have_url(f'{tab.url}/')
    assert await tab.page.evaluate('document.documentElement.scrollWidth') <= 360
    assert ann not in await tab.text()
