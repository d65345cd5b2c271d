"""One's own account: the name, the password, and its deletion."""

from __future__ import annotations

import json

from playwright.async_api import expect

from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store


async def change_password(tab: Tab, current: str, new: str) -> None:
    await tab.page.get_by_label('Current password').fill(current)
    await tab.page.get_by_label('New password').fill(new)
    await tab.button('Change password').click()


async def test_a_new_name_is_seen_in_other_tabs_and_on_other_devices(device: MakeDevice) -> None:
    laptop, phone = await device(), await device(viewport={'width': 360, 'height': 740})
    address = a_new_address()
    await laptop.sign_up(address, first_name='Ann')
    await phone.sign_in(address)
    here, beside, there = await laptop.tab('/account'), await laptop.tab(), await phone.tab()

    await here.page.get_by_label('First name').fill('Anna Maria')
    await here.page.get_by_label('Last name').fill('Example')
    await here.page.keyboard.press('Enter')

    await expect(here.see('Saved.')).to_be_visible()
    await expect(here.page.get_by_label('First name')).to_have_value('Anna Maria')
    await expect(beside.see('Anna Maria Example').first).to_be_visible()
    for tab in (beside, there):
        button = tab.page.get_by_role('button', name='Account panel: ')
        await expect(button.locator('.avatar')).to_have_text('AE')


async def test_a_name_that_is_being_typed_is_not_disturbed_by_a_change_from_elsewhere(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address, first_name='Ann')
    tab = await laptop.tab('/account')
    await tab.page.get_by_label('First name').fill('Half a na')

    shared_server.sql("UPDATE user SET last_name = 'Elsewhere' WHERE email_address = ?", address)
    await expect(tab.page.locator('.person')).to_have_text('Ann Elsewhere')

    await expect(tab.page.get_by_label('First name')).to_have_value('Half a na')


async def test_two_tabs_that_change_the_name_do_not_undo_what_the_other_one_did(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann', last_name='Example')
    left, right = await laptop.tab('/account'), await laptop.tab('/account')
    sent: list[str | None] = []
    for tab in (left, right):
        tab.page.on('request', lambda request: sent.append(request.post_data) if request.method == 'PATCH' else None)

    await left.page.get_by_label('First name').fill('Anna')
    await left.button('Save').click()
    await expect(right.page.get_by_label('First name')).to_have_value('Anna')
    await left.page.get_by_label('First name').fill('Half a na')
    await right.page.get_by_label('Last name').fill('Elsewhere')
    await right.button('Save').click()
    await expect(left.page.get_by_label('Last name')).to_have_value('Elsewhere')
    await expect(left.page.get_by_label('First name')).to_have_value('Half a na')
    await left.page.get_by_label('First name').fill('Anna')
    await right.page.get_by_label('First name').fill('Bea')
    await right.button('Save').click()
    await expect(left.page.get_by_label('First name')).to_have_value('Bea')

    assert sent == ['first_name=Anna', 'last_name=Elsewhere', 'first_name=Bea']
    await expect(left.page.locator('.person')).to_have_text('Bea Elsewhere')


async def test_a_name_in_which_nothing_was_changed_is_saved_as_it_is(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann', last_name='Example')
    tab = await laptop.tab('/account')

    await tab.button('Save').click()

    await expect(tab.see('Saved.')).to_be_visible()
    await expect(tab.page.get_by_label('First name')).to_have_value('Ann')
    await expect(tab.page.locator('.person')).to_have_text('Ann Example')


async def test_sign_out_beside_this_session_ends_this_session_and_no_other(device: MakeDevice) -> None:
    laptop = await device()
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(first_name='Bob')
    tab = await laptop.tab('/account')
    await tab.shows(bob)

    await tab.button().click()

    await expect(tab.page).to_have_url(f'{tab.url}/sign-in/choose')
    await expect(tab.page.get_by_role('listitem')).to_contain_text(['Ann'])
    client = (await (await laptop.api('GET', '/client')).json())['response']
    assert [session['id'] for session in client['sessions']] == [ann]


async def test_a_name_that_is_too_long_is_refused_beside_its_field(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann')
    tab = await laptop.tab('/account')

    await tab.page.get_by_label('Last name').fill('x' * 101)
    await tab.button('Save').click()

    await expect(tab.page.get_by_label('Last name')).to_be_focused()
    await expect(tab.see('Names may have 100 characters at most. Make it shorter.')).to_be_visible()
    tab.complaints.clear()  # the browser logs every answer of 4xx


async def test_a_new_password_is_judged_while_it_is_typed_and_never_crosses_the_websocket(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab(None)
    frames: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framesent', lambda frame: frames.append(str(frame))))
    await tab.open('/account/security')
    field = tab.page.get_by_label('New password')

    for typed, told in (('short', '8 characters or more'), ('password1', 'most common'),
                        (address, 'your email address')):
        await field.fill('')
        await field.press_sequentially(typed)
        await expect(tab.see(told)).to_be_visible()
    await field.fill('quite a long one of my own')
    await expect(tab.page.locator('[data-error="new_password"]')).to_have_text('')

    assert not [frame for frame in frames if 'password1' in frame or 'quite a long' in frame]
    tab.complaints.clear()  # the browser logs every answer of 4xx


async def test_a_wrong_current_password_changes_nothing(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tab = await laptop.tab('/account/security')

    await change_password(tab, 'wrong horse battery', NEW_PASSWORD)

    await expect(tab.see('That is not your password. Nothing was changed. Try again.')).to_be_visible()
    await expect(tab.page.get_by_label('Current password')).to_be_focused()
    assert await (await device()).sign_in(address)
    await (await laptop.tab()).shows(session_id)
    tab.complaints.clear()


async def test_a_new_password_signs_out_the_other_devices_and_keeps_every_tab_of_this_one(device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    await phone.sign_in(address)
    here, beside, there = await laptop.tab('/account/security'), await laptop.tab(), await phone.tab('/account')
    before = await laptop.cookie()
    await beside.page.evaluate('''() => {
        window.channel = new BroadcastChannel("live-sessions");
        window.channel.onmessage = (event) => { window.channel.told = event.data; };
    }''')

    await change_password(here, PASSWORD, NEW_PASSWORD)

    await beside.page.wait_for_function('window.channel.told')  # or it stays out if it re-authenticated too early
    await expect(here.see('Your password was changed. 1 other device was signed out.')).to_be_visible()
    await there.signed_out()
    await beside.shows(session_id)
    await expect(here.page.get_by_label('New password')).to_have_value('')
    assert await laptop.cookie() != before
    refused = await phone.api('POST', '/client/sign_ins', identifier=address, password=PASSWORD)
    assert refused.status == 422
    assert (await phone.api('POST', '/client/sign_ins', identifier=address, password=NEW_PASSWORD)).ok


async def test_the_other_devices_may_stay(device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    session_id = await phone.sign_in(address)
    here, there = await laptop.tab('/account/security'), await phone.tab()

    await here.page.get_by_label('Sign out of all other devices').uncheck()
    await change_password(here, PASSWORD, NEW_PASSWORD)

    await expect(here.see('Your password was changed.')).to_be_visible()
    await there.shows(session_id)


async def test_an_account_is_deleted_only_when_it_is_confirmed_and_then_everywhere(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await phone.sign_in(address)
    here, there = await laptop.tab('/account'), await phone.tab('/account')
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
    await there.signed_out()
    rows = [shared_server.sql(f'SELECT * FROM {table}') for table in ('user', 'session', 'client', 'audit_event')]
    assert address not in str(rows)


async def test_a_browser_that_holds_as_many_accounts_as_it_may_is_told_so_at_sign_in(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(max_accounts=2)
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    await phone.sign_up(address)
    await laptop.sign_up()
    second = await laptop.sign_up()
    tab = await laptop.tab('/sign-in')

    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.see('This browser holds 2 accounts, which is the most it may.')).to_be_visible()
    await tab.page.goto(tab.url)
    await tab.shows(second)
    assert server.sql("SELECT count(*) FROM session WHERE status = 'active'") == [(3,)]
    tab.complaints.clear()  # the browser logs every answer of 4xx


async def test_a_refusal_takes_away_what_was_said_of_an_earlier_success(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/account/security')
    await change_password(tab, PASSWORD, NEW_PASSWORD)
    await expect(tab.see('Your password was changed.')).to_be_visible()

    await change_password(tab, PASSWORD, 'a third horse battery')

    await expect(tab.see('That is not your password.')).to_be_visible()
    await expect(tab.see('Your password was changed.')).to_be_hidden()
    tab.complaints.clear()  # of the 422


async def test_a_password_is_judged_anew_when_the_address_changes(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    address, password = tab.page.get_by_label('Email address'), tab.page.get_by_label('Password')
    await address.fill('annabel@example.com')
    await password.press_sequentially('annabel@example.com')
    said = tab.see('email address').and_(tab.page.locator('[data-error=password]'))
    await expect(said).to_be_visible()

    await address.fill('')
    await address.press_sequentially('horatio@stonewall.org')

    await expect(said).to_be_hidden()
    tab.complaints.clear()  # of the 422


async def test_a_person_downloads_what_is_kept_of_them(device: MakeDevice) -> None:
    laptop = await device(accept_downloads=True)
    address = a_new_address()
    await laptop.sign_up(address)
    tab = await laptop.tab('/account')

    async with tab.page.expect_download() as begun:
        await tab.button('Download my data').click()
    download = await begun.value

    saved = json.loads((await download.path()).read_text(encoding='utf-8'))
    assert download.suggested_filename == 'live-sessions-data.json'
    assert saved['user'][0]['email_address'] == address
    assert len(saved['session']) == 1
    await expect(tab.see('Downloaded.')).to_be_visible()
