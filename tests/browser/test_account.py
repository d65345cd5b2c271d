"""One's own account: the name, the password, and its deletion."""

from __future__ import annotations

import json

from playwright.async_api import expect

from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, Tab, a_new_address

pytestmark = either_store


async def change_password(tab: Tab, current: str, new: str) -> None:
    await tab.page.get_by_label('Current password').fill(current)
    await tab.page.get_by_label('New password').fill(new)
    await tab.button('Change password').click()


async def test_a_new_name_is_seen_everywhere_and_two_tabs_that_change_it_do_not_undo_what_the_other_one_did(
        device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address, first_name='Ann', last_name='Example')
    await phone.sign_in(address)
    left, right = await laptop.tab('/account'), await phone.tab('/account')
    await right.page.set_viewport_size({'width': 360, 'height': 740})
    sent: list[str | None] = []
    for tab in (left, right):
        tab.page.on('request', lambda request: sent.append(request.post_data) if request.method == 'PATCH' else None)

    await left.button('Save').click()  # nothing was changed
    await expect(left.see('Saved.')).to_be_visible()
    await expect(left.page.get_by_label('First name')).to_have_value('Ann')
    await expect(left.page.locator('.ls-person')).to_have_text('Ann Example')
    await left.page.get_by_label('First name').fill('Anna Maria')
    await left.page.keyboard.press('Enter')
    await expect(right.page.get_by_label('First name')).to_have_value('Anna Maria')
    await expect(left.page.locator('.ls-person')).to_have_text('Anna Maria Example')
    await expect(left.see('Saved.')).to_be_visible()
    for tab in (left, right):
        await expect(tab.page.get_by_role('button', name='Account panel: ').locator('.ls-avatar')).to_have_text('AE')
    await left.page.get_by_label('First name').fill('Half a na')
    await right.page.get_by_label('Last name').fill('Elsewhere')
    await right.button('Save').click()
    await expect(left.page.get_by_label('Last name')).to_have_value('Elsewhere')
    await expect(left.page.locator('.ls-person')).to_have_text('Anna Maria Elsewhere')
    await expect(left.page.get_by_label('First name')).to_have_value('Half a na')  # which is being typed
    await left.page.get_by_label('First name').fill('Anna Maria')
    await right.page.get_by_label('First name').fill('Bea')
    await right.button('Save').click()
    await expect(left.page.get_by_label('First name')).to_have_value('Bea')
    await expect(left.page.locator('.ls-person')).to_have_text('Bea Elsewhere')
    assert [fields for fields in sent if fields] == ['first_name=Anna+Maria', 'last_name=Elsewhere', 'first_name=Bea']

    await left.page.get_by_label('Last name').fill('x' * 101)
    await left.button('Save').click()
    await expect(left.page.get_by_label('Last name')).to_be_focused()
    await expect(left.see('Names may have 100 characters at most. Make it shorter.')).to_be_visible()
    left.complaints.clear()  # the browser logs every answer of 4xx


async def test_a_new_password_is_judged_while_it_is_typed_and_changed_with_the_current_one_only(
        device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address, third = a_new_address(), 'a third horse battery'
    session_id = await laptop.sign_up(address)
    on_phone = await phone.sign_in(address)
    here, beside, there = await laptop.tab(None), await laptop.tab(), await phone.tab('/account')
    frames: list[str] = []
    here.page.on('websocket', lambda socket: socket.on('framesent', lambda frame: frames.append(str(frame))))
    await here.open('/.well-known/change-password')  # where a password manager goes
    await expect(here.page).to_have_url(f'{here.url}/account/security')
    field, before = here.page.get_by_label('New password'), await laptop.cookie()

    for typed, told in (('short', '8 characters or more'), (address, 'your email address')):
        await field.fill('')
        await field.press_sequentially(typed)
        await expect(here.see(told)).to_be_visible()
    await field.fill('quite a long one of my own')
    await expect(here.page.locator('[data-error="new_password"]')).to_have_text('')

    await here.page.get_by_label('Sign out of all other devices').uncheck()
    await change_password(here, PASSWORD, NEW_PASSWORD)
    await expect(here.see('Your password was changed.')).to_be_visible()
    await there.shows(on_phone)
    await change_password(here, PASSWORD, third)  # which it is no longer
    await expect(here.see('That is not your password. Nothing was changed. Try again.')).to_be_visible()
    await expect(here.page.get_by_label('Current password')).to_be_focused()
    await expect(here.see('Your password was changed.')).to_be_hidden()
    signed_in = await (await device()).api('POST', '/client/sign_ins', identifier=address, password=NEW_PASSWORD)
    assert signed_in.ok

    await beside.page.evaluate('''() => {
        window.channel = new BroadcastChannel("live-sessions");
        window.channel.onmessage = (event) => { window.channel.told = event.data; };
    }''')
    await here.page.get_by_label('Sign out of all other devices').check()
    await change_password(here, NEW_PASSWORD, third)
    await beside.page.wait_for_function('window.channel.told')  # or it stays out if it re-authenticated too early
    await expect(here.see('Your password was changed. 2 other devices were signed out.')).to_be_visible()
    await there.signed_out()
    await beside.shows(session_id)
    await expect(field).to_have_value('')
    assert await laptop.cookie() != before
    refused = await phone.api('POST', '/client/sign_ins', identifier=address, password=NEW_PASSWORD)
    assert refused.status == 422
    assert (await phone.api('POST', '/client/sign_ins', identifier=address, password=third)).ok
    assert frames
    assert not [frame for frame in frames if any(typed in frame for typed in (
        'short', 'quite a long', 'battery'))]
    here.complaints.clear()  # the browser logs every answer of 4xx


async def test_a_person_downloads_what_is_kept_of_them_and_sign_out_beside_this_session_ends_no_other(
        device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(address, first_name='Bob')
    tab = await laptop.tab('/account')
    await tab.shows(bob)

    async with tab.page.expect_download() as begun:
        await tab.button('Download my data').click()
    download = await begun.value
    saved = json.loads((await download.path()).read_text(encoding='utf-8'))
    assert download.suggested_filename == 'live-sessions-data.json'
    assert saved['user'][0]['email_address'] == address
    assert len(saved['session']) == 1
    await expect(tab.see('Downloaded.')).to_be_visible()

    await tab.button().click()
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in/choose')
    await expect(tab.page.get_by_role('listitem')).to_contain_text(['Ann'])
    client = (await (await laptop.api('GET', '/client')).json())['response']
    assert [session['id'] for session in client['sessions']] == [ann]


async def test_an_account_is_deleted_only_when_it_is_confirmed_and_then_everywhere(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    here = await laptop.tab('/account')
    await here.see('Delete account').click()

    await here.page.get_by_label('Type “delete my account”').fill('yes')
    await here.page.get_by_label('Password').fill(PASSWORD)
    await here.button('Delete my account').click()
    await expect(here.see('Nothing was deleted.')).to_be_visible()
    here.complaints.clear()
    await here.page.get_by_label('Type “delete my account”').fill('Delete my account')
    await here.button('Delete my account').click()

    await expect(here.page).to_have_url(f'{here.url}/')
    await here.signed_out()
    assert (await (await phone.api('GET', '/client')).json())['response'] is None
    rows = [shared_server.sql(f'SELECT * FROM {table}') for table in ('user', 'session', 'client', 'audit_event')]
    assert address not in str(rows)


async def test_a_password_is_judged_anew_when_the_address_changes(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    address, password = tab.page.get_by_label('Email address'), tab.page.get_by_label('Password')
    await address.fill('annabel@example.com')
    await password.fill('annabel@example.com')
    said = tab.see('email address').and_(tab.page.locator('[data-error=password]'))
    await expect(said).to_be_visible()

    await address.fill('horatio@stonewall.org')

    await expect(said).to_be_hidden()
    tab.complaints.clear()  # of the 422
