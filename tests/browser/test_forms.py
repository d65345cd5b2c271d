"""The forms: what a person types, and what becomes of it."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import aiohttp
import pytest
from playwright.async_api import WebSocket, expect

from tests.running import either_store
from tests.server import Server
from tests.sockets import OpenPage

from .devices import MakeDevice, Tab, a_new_address

pytestmark = either_store

REFUSED = 'status of 4'  # how Chromium reports an answer of 4xx


def forgive_refusals(tab: Tab) -> None:
    tab.complaints[:] = [complaint for complaint in tab.complaints if REFUSED not in complaint]


async def test_signing_up_lands_on_the_page_that_was_asked_for(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/account')
    address = a_new_address()
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in?redirect_url=%2Faccount')

    await tab.page.get_by_role('main').get_by_role('link', name='Sign up').click()
    await tab.page.get_by_label('First name').fill('Ann')
    await tab.fill(address)
    await expect(tab.page.get_by_label('Keep me signed in')).not_to_be_checked()
    await tab.button('Sign up').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    await expect(tab.see(address).first).to_be_visible()
    cookie, *others = sorted(await laptop.context.cookies(), key=lambda one: len(one['name']))
    assert (cookie['name'], cookie['httpOnly'], cookie['sameSite'], cookie['path'], cookie['domain']) == (
        '__client', True, 'Lax', '/', 'localhost')
    assert cookie['expires'] == -1  # it goes with the browser
    told = {one.partition('=')[0] for one in (await tab.page.evaluate('document.cookie')).split('; ')}
    assert told == {one['name'] for one in others}
    assert all(one['name'].startswith('__client_uat') and one['value'].isdecimal() for one in others)


async def test_a_wrong_password_is_told_at_its_field_until_either_is_mended_and_the_right_one_lands_where_one_wanted(
        device: MakeDevice) -> None:
    laptop = await device()
    address = a_new_address()
    await laptop.sign_up(address)
    await laptop.context.clear_cookies()
    tab = await laptop.tab('/account')
    email, password = tab.page.get_by_label('Email address'), tab.page.get_by_label('Password')

    for field in (email, password):
        await tab.fill(address, 'not the password')
        await tab.button('Sign in').click()

        await expect(tab.see('The email address or the password is incorrect. Try again.')).to_be_visible()
        await expect(password).to_be_focused()
        await expect(password).to_have_attribute('aria-invalid', 'true')
        await expect(password).to_have_accessible_description(re.compile('is incorrect'))
        await expect(email).to_have_value(address)
        assert await laptop.cookie() is None
        await field.press('x')
        await expect(password).not_to_have_attribute('aria-invalid', 'true')
        await expect(tab.see('is incorrect')).to_have_count(0)
    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    await expect(tab.see(address).first).to_be_visible()
    forgive_refusals(tab)


async def test_nothing_that_is_typed_passes_through_the_websocket_and_no_password_is_kept(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    tab = await laptop.tab(None)
    frames: list[str] = []

    def record(socket: WebSocket) -> None:
        socket.on('framesent', lambda payload: frames.append(str(payload)))
        socket.on('framereceived', lambda payload: frames.append(str(payload)))

    tab.page.on('websocket', record)
    await tab.open('/sign-up')
    await tab.page.get_by_label('Email address').press_sequentially(a_new_address())
    await tab.page.get_by_label('Password').press_sequentially('secret-of-the-form')
    await tab.button('Sign up').click()
    await expect(tab.button()).to_be_visible()
    await tab.live()
    await tab.follow('/account/security')
    await tab.page.get_by_label('Current password').press_sequentially('typed-1')
    await tab.button('Show the password').first.click()
    await tab.page.get_by_label('New password').press_sequentially('typed-2')
    await tab.button('Change password').click()
    await expect(tab.page.get_by_label('New password')).to_have_accessible_description(re.compile('must have 8 char'))
    await tab.page.get_by_role('button', name='Rename').click()
    await tab.page.get_by_label('Name', exact=True).press_sequentially('typed-3')
    await tab.button('Cancel').click()
    await expect(tab.page.get_by_role('dialog')).to_have_count(0)

    assert frames
    kept = repr([row for table in ('user', 'audit_event') for row in shared_server.sql(f'SELECT * FROM {table}')])
    assert not [frame for frame in [*frames, shared_server.log, kept] if 'secret-of' in frame or 'typed-' in frame]
    forgive_refusals(tab)


@pytest.mark.parametrize(('wanted', 'then'), [('/account', '/account'), ('javascript:document.title=1', '/'),
                                              ('/\\evil.example', '/')])
async def test_a_redirect_to_another_site_goes_home_instead(shared_server: Server, wanted: str, then: str) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ('/sign-in', '/sign-up'):
            page = OpenPage()
            await page.open(http, f'{shared_server.url}{path}?{urlencode({"redirect_url": wanted})}')
            await page.close()

            where_the_form_leads = [props['data-then'] for element in page.elements.values()
                                    if 'data-then' in (props := element.get('props', {}))]
            assert where_the_form_leads == [then], path


async def test_a_form_left_open_becomes_signed_in_by_itself_and_submitting_it_is_no_error(device: MakeDevice) -> None:
    laptop, address = await device(), a_new_address()
    await laptop.sign_up(address)
    await laptop.context.clear_cookies()
    left, right = await laptop.tab('/sign-in'), await laptop.tab('/sign-in')
    await right.fill(address)

    await left.fill(address)
    await left.button('Sign in').click()

    await expect(right.see(f'You are signed in as {address}.')).to_be_visible()
    await right.button('Sign in').click()
    await expect(right.page).to_have_url(f'{right.url}/')
    await expect(right.button()).to_be_visible()
    await left.live()
    await expect(left.button()).to_be_visible()


async def test_a_person_with_a_keyboard_alone_signs_up_mends_what_was_refused_and_signs_out(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/')
    press, password = tab.page.keyboard.press, tab.page.get_by_label('Password', exact=True)

    async def tab_to(name: str) -> None:
        for _ in range(20):
            await press('Tab')
            focused = await tab.page.evaluate(
                '(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()')
            if focused == name:
                return
        raise AssertionError(f'the Tab key does not reach {name}')

    await tab_to('Sign up')
    await press('Enter')
    await expect(tab.page.get_by_role('heading', name='Sign up')).to_be_visible()
    await tab_to('First name (optional)')
    await press('Enter')
    await expect(tab.page.get_by_label('Email address')).to_be_focused()
    await tab.page.keyboard.type(a_new_address())
    await tab_to('Password')
    await tab.page.keyboard.type('iloveyou')
    await press('Enter')
    await expect(tab.see('That password is among the most common ones.')).to_be_visible()
    await expect(password).to_be_focused()
    await press('Tab')
    await expect(tab.button('Show the password')).to_be_focused()
    await press('Enter')
    await press('Shift+Tab')
    await press('End')
    await tab.page.keyboard.type(' and much else')
    await press('Enter')
    await expect(tab.button()).to_be_visible()
    await tab_to('Sign out')
    await press('Enter')

    await tab.signed_out()
    forgive_refusals(tab)


NASTY = '<img src=x onerror="document.title=1"><b>&amp;{{ 7777*7777 }}</b>${7777*7777}`\'"</script>'
COMPUTED = '60481729'  # a shorter number may be in an id, an address or a time


async def test_markup_in_names_is_shown_as_text(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up(first_name=NASTY[:100], last_name='{{constructor}}')

    tab = await laptop.tab()
    for path in ('/', '/account', '/sign-in', '/sign-in/choose'):
        await tab.follow(path)

        await expect(tab.see(NASTY[:40]).first).to_be_attached()
        assert await tab.page.locator('img[src=x]').count() == 0
        assert await tab.page.title() != '1'
        assert COMPUTED not in await tab.text()
