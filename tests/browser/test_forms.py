"""The forms: what a person types, and what becomes of it."""

from __future__ import annotations

from playwright.async_api import WebSocket, expect

from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, a_new_address

pytestmark = either_store

REFUSED = 'status of 4'  # how Chromium reports an answer of 4xx


async def test_signing_up_lands_on_the_page_that_was_asked_for(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/account')
    address = a_new_address()
    await expect(tab.page).to_have_url(f'{tab.url}/sign-in?redirect_url=%2Faccount')

    await tab.page.get_by_role('main').get_by_role('link', name='Sign up').click()
    await tab.page.get_by_label('First name').fill('Ann')
    await tab.fill(address)
    await tab.button('Sign up').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    await expect(tab.see(address).first).to_be_visible()
    cookie, *others = sorted(await laptop.context.cookies(), key=lambda one: len(one['name']))
    assert (cookie['name'], cookie['httpOnly'], cookie['sameSite'], cookie['path'], cookie['domain']) == (
        '__client', True, 'Lax', '/', 'localhost')
    told = {one.partition('=')[0] for one in (await tab.page.evaluate('document.cookie')).split('; ')}
    assert told == {one['name'] for one in others}
    assert all(one['name'].startswith('__client_uat') and one['value'].isdecimal() for one in others)


async def test_signing_in_lands_on_the_page_that_was_asked_for(device: MakeDevice) -> None:
    phone, laptop = await device(), await device()
    address = a_new_address()
    await phone.sign_up(address)
    tab = await laptop.tab('/account')

    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    await expect(tab.see(address).first).to_be_visible()


async def test_a_wrong_password_is_told_at_its_field_and_the_rest_stays(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-in')
    address = a_new_address()

    await tab.fill(address, 'not the password')
    await tab.button('Sign in').click()

    await expect(tab.see('The email address or the password is incorrect. Try again.')).to_be_visible()
    await expect(tab.page.get_by_label('Password')).to_be_focused()
    await expect(tab.page.get_by_label('Password')).to_have_attribute('aria-invalid', 'true')
    await expect(tab.page.get_by_label('Email address')).to_have_value(address)
    assert await laptop.cookie() is None
    await tab.has_complained(REFUSED)


async def test_a_refused_password_says_what_to_change(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')

    for password, told in (('short', 'Passwords must have 8 characters or more.'),
                           ('iloveyou', 'That password is among the most common ones.'),
                           ('Summer2026', 'Choose several words that do not belong together.'),
                           ('x' * 257, 'Passwords may have 256 characters at most.')):
        await tab.fill(a_new_address(), password)
        async with tab.page.expect_console_message(lambda message: REFUSED in message.text):  # it may be told before
            await tab.button('Sign up').click()

        await expect(tab.see(told)).to_be_visible()
    tab.complaints[:] = [complaint for complaint in tab.complaints if REFUSED not in complaint]


async def test_no_password_passes_through_the_websocket(device: MakeDevice, shared_server: Server) -> None:
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

    assert frames
    assert not [frame for frame in frames if 'secret-of' in frame]
    assert 'secret-of' not in shared_server.log
    assert 'secret-of' not in repr([row for table in ('user', 'audit_event')
                                    for row in shared_server.sql(f'SELECT * FROM {table}')])


async def test_a_redirect_to_another_site_goes_home_instead(device: MakeDevice) -> None:
    phone, laptop = await device(), await device()
    address = a_new_address()
    await phone.sign_up(address)
    tab = await laptop.tab(None)

    for redirect_url in ('javascript:document.title=1', '/\\evil.example'):  # the others are in test_redirects.py
        await laptop.context.clear_cookies()
        await tab.open(f'/sign-in?redirect_url={redirect_url}')
        await tab.fill(address)
        await tab.button('Sign in').click()

        await expect(tab.page).to_have_url(f'{tab.url}/')
        await expect(tab.button()).to_be_visible()


async def test_a_form_left_open_becomes_signed_in_by_itself_and_submitting_it_is_no_error(device: MakeDevice) -> None:
    phone, laptop = await device(), await device()
    address = a_new_address()
    await phone.sign_up(address)
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


async def test_somebody_who_is_signed_in_is_offered_to_add_an_account(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann')

    tab = await laptop.tab('/sign-in')

    await expect(tab.page.get_by_role('heading', name='Add account')).to_be_visible()
    await expect(tab.see('You are signed in as Ann.')).to_be_visible()


async def test_in_single_session_mode_the_sign_in_page_sends_home(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(single_session_mode=True)
    laptop = await device(server)
    await laptop.sign_up('ann@example.com')

    tab = await laptop.tab('/sign-in')
    refused = await laptop.api('POST', '/client/sign_ins', identifier='ann@example.com', password=PASSWORD)

    await expect(tab.page).to_have_url(f'{tab.url}/')
    assert (await refused.json())['errors'][0]['code'] == 'session_exists'


async def test_a_person_with_a_keyboard_alone_signs_up_and_out(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/')
    press = tab.page.keyboard.press

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
    await tab_to('Email address')
    await tab.page.keyboard.type(a_new_address())
    await tab_to('Password')
    await tab.page.keyboard.type(PASSWORD)
    await press('Enter')
    await expect(tab.button()).to_be_visible()
    await tab_to('Sign out')
    await press('Enter')

    await tab.signed_out()


NASTY = '<img src=x onerror="document.title=1"><b>&amp;{{ 7777*7777 }}</b>${7777*7777}`\'"</script>'
COMPUTED = '60481729'  # a shorter number may be in an id, an address or a time


async def test_markup_in_names_and_user_agents_is_shown_as_text(device: MakeDevice) -> None:
    laptop = await device(user_agent=f'Mozilla/5.0 {NASTY}')
    await laptop.sign_up(first_name=NASTY[:100], last_name='{{constructor}}')

    tab = await laptop.tab()
    for path in ('/', '/account', '/sign-in', '/sign-in/choose'):
        await tab.follow(path)

        await expect(tab.see(NASTY[:40]).first).to_be_attached()
        assert await tab.page.locator('img[src=x]').count() == 0
        assert await tab.page.title() != '1'
        assert COMPUTED not in await tab.text()
