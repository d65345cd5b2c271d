"""Several accounts in one browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.running import either_store

from .devices import MakeDevice, a_new_address

pytestmark = either_store


async def test_the_same_user_again_makes_no_second_entry(device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    ann = await laptop.sign_up(address)
    await laptop.sign_up()

    again = await laptop.sign_in(address)
    client = (await (await laptop.api('GET', '/client')).json())['response']

    assert again == ann
    assert client['last_active_session_id'] == ann
    assert len(client['sessions']) == 2


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


async def test_signing_out_the_other_one_leaves_the_active_one_and_its_page_alone(device: MakeDevice) -> None:
    laptop = await device()
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(first_name='Bob')
    private, chooser = await laptop.tab('/account'), await laptop.tab('/sign-in/choose')
    await expect(chooser.page.get_by_role('listitem')).to_have_count(2)

    assert (await laptop.api('POST', f'/client/sessions/{ann}/remove')).ok

    await expect(chooser.page.get_by_role('listitem')).to_have_count(1)
    await private.shows(bob)
    await expect(private.page).to_have_url(f'{private.url}/account')


async def test_signing_out_of_all_accounts_leaves_other_devices_alone(device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await laptop.sign_up()
    on_phone = await phone.sign_in(address)
    left, elsewhere = await laptop.tab(), await phone.tab('/account')
    await elsewhere.shows(on_phone)

    await left.page.locator('main').get_by_role('button', name='Sign out of all accounts').click()
    await left.confirm('Sign out of 2 accounts?')

    await left.signed_out()
    assert (await (await laptop.api('GET', '/client')).json())['response']['sessions'] == []
    await elsewhere.shows(on_phone)


async def test_a_session_that_is_not_this_browsers_cannot_be_used_or_ended(device: MakeDevice) -> None:
    laptop, phone = await device(), await device()
    ann, bob = await laptop.sign_up(), await phone.sign_up()
    tab, elsewhere = await laptop.tab(), await phone.tab()

    told = {act: [(answer.status, (await answer.json())['errors']) for answer in [
        await laptop.api('POST', f'/client/sessions/{session}/{act}')
        for session in (bob, 'sess_' + 'x' * 24, 'nonsense')]] for act in ('touch', 'remove')}

    assert all(answers == [answers[0]] * 3 for answers in told.values())
    assert [(answers[0][0], answers[0][1][0]['code']) for answers in told.values()] == [
        (401, 'authentication_invalid'), (404, 'resource_not_found')]
    await tab.shows(ann)
    await elsewhere.shows(bob)


async def test_a_button_that_signs_out_of_several_accounts_says_so(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    await expect(tab.page.locator('main').get_by_role('button', name='Sign out', exact=True)).to_be_visible()

    await laptop.sign_up()

    await expect(tab.page.locator('main').get_by_role('button', name='Sign out of all accounts')).to_be_visible()
