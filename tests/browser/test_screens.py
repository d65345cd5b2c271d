"""What every page has in common: it can be used by anybody, and it gives nothing away."""

from __future__ import annotations

from playwright.async_api import WebSocket, expect

from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, Tab, a_new_address, focus

pytestmark = either_store


async def background(tab: Tab) -> int:
    """How light the page is, from 0 to 255."""
    return await tab.page.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")


async def test_the_colours_follow_the_system_until_the_switch_says_otherwise(device: MakeDevice) -> None:
    laptop = await device()
    tab, other = await laptop.tab(None), await laptop.tab('/sign-in')
    await tab.page.emulate_media(color_scheme='dark')
    await tab.open()
    assert await background(tab) < 60

    switch = tab.page.get_by_role('button', name='Theme: system (change)')
    await switch.click()
    await expect(tab.page.get_by_role('button', name='Theme: light (change)')).to_be_visible()

    assert await background(tab) > 200
    await expect(other.page.get_by_role('button', name='Theme: light (change)')).to_be_visible()
    await tab.page.reload()
    await tab.live()
    assert await background(tab) > 200


async def test_a_visitor_who_does_not_sign_in_leaves_no_cookie_and_no_row(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    before = shared_server.sql('SELECT count(*) FROM client')

    tab = await laptop.tab()
    await tab.follow('/examples/android')
    await tab.open('/sign-in')

    assert await laptop.context.cookies() == []
    assert shared_server.sql('SELECT count(*) FROM client') == before


async def test_the_secret_of_the_cookie_is_in_no_page_no_frame_no_answer_and_no_line_of_the_log(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await laptop.sign_up()
    secret = (await laptop.cookie() or '').partition('.')[2]
    assert len(secret) == 43
    tab = await laptop.tab(None)
    seen: list[str] = []

    def record(socket: WebSocket) -> None:
        seen.append(socket.url)
        socket.on('framesent', lambda payload: seen.append(str(payload)))
        socket.on('framereceived', lambda payload: seen.append(str(payload)))

    tab.page.on('websocket', record)
    for go, path in ((tab.open, '/account'), (tab.follow, '/sign-in'), (tab.follow, '/examples/ios'), (tab.open, '/')):
        await go(path)
        seen.append(await tab.page.content())
    seen.append(await (await laptop.api('GET', '/client')).text())
    await tab.button().click()
    await tab.signed_out()

    assert [text for text in seen if 'Active Session' in text]  # it was recorded
    assert not [text for text in seen if secret in text]
    assert secret not in shared_server.log


async def test_a_tab_that_is_opened_or_duplicated_is_live_on_its_own_and_leaves_the_first_one_alone(
        device: MakeDevice) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    first = await laptop.tab()
    await first.shows(session_id)

    async with laptop.context.expect_page() as opened:
        await first.page.get_by_role('link', name='Open another tab').click()
    another = Tab(await opened.value, first.url)
    async with laptop.context.expect_page() as opened:  # with an opener, the new tab gets a copy of the tab's storage
        await first.page.evaluate("window.open('/account')")
    copy = Tab(await opened.value, first.url)
    for tab in (another, copy):
        await tab.live()
        await tab.shows(session_id)
    await copy.follow('/')
    await first.follow('/account')
    for tab in (first, copy):  # the server has shown each its page
        await tab.shows(session_id)
    await another.button().click()

    for tab in (first, another, copy):
        await tab.signed_out()


async def test_a_person_with_a_keyboard_alone_signs_in_and_skips_to_the_content(device: MakeDevice) -> None:
    phone, laptop = await device(), await device()
    address = a_new_address()
    await phone.sign_up(address)
    tab = await laptop.tab('/sign-in')
    press = tab.page.keyboard.press
    await expect(tab.page.get_by_label('Email address')).to_be_focused()  # the page begins there

    await focus(tab.page.get_by_role('link', name='Live Sessions'))
    await press('Shift+Tab')
    await expect(tab.page.get_by_role('link', name='Skip to the content')).to_be_focused()
    await press('Enter')
    await expect(tab.page.locator('#ls-content')).to_be_focused()
    await press('Tab')
    await expect(tab.page.get_by_label('Email address')).to_be_focused()
    outline = await tab.page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
    await tab.page.keyboard.type(address)
    await press('Tab')
    await tab.page.keyboard.type(PASSWORD)
    await press('Tab')
    await expect(tab.button('Show the password')).to_be_focused()
    await press('Tab')
    await press('Space')
    await expect(tab.page.get_by_role('checkbox', name='Keep me signed in')).to_be_checked()
    await press('Tab')
    await expect(tab.button('Sign in')).to_be_focused()
    await press('Enter')

    await expect(tab.button()).to_be_visible()
    assert outline == 'solid'


async def test_what_changes_by_itself_is_announced(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    public, private = await laptop.tab(), await laptop.tab('/account')
    await expect(public.page.get_by_role('status').filter(has_text=session_id)).to_be_visible()

    shared_server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)

    for tab in (public, private):
        await expect(tab.page.get_by_role('status').filter(has_text='You are signed out').first).to_be_visible()


async def test_an_address_that_looks_like_code_is_shown_as_text(device: MakeDevice) -> None:
    laptop, address = await device(), "{{7777*7777}}o'brien&amp`${7777*7777}`@example.com"
    dialogs: list[str] = []
    await laptop.sign_up(address)
    tab = await laptop.tab(None)
    tab.page.on('dialog', lambda dialog: dialogs.append(dialog.message))

    await tab.open()
    for path in ('/account', '/sign-in', '/sign-in/choose'):
        await tab.follow(path)
        await expect(tab.page.get_by_text(address).first).to_be_attached()
        assert '60481729' not in await tab.page.locator('#ls-content').inner_text()
    assert dialogs == []
