"""The button, and the five examples."""

from __future__ import annotations

from playwright.async_api import Request, expect

from tests.programs import ROOT
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, Tab, a_new_address

EXAMPLES = {'nextjs': '/', 'expo': '/', 'ios': '/examples/ios', 'android': '/examples/android'}
"""Each of them but the one in JavaScript, and where it goes when it has signed out."""


def ends(server: Server, session_id: str) -> int:
    """How often the audit log says that a session was signed out."""
    return server.sql("SELECT count(*) FROM audit_event WHERE action = 'signed_out' AND session_id = ?",
                      session_id)[0][0]


async def test_somebody_signs_up_signs_out_and_comes_back(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(ROOT / 'main.py')
    laptop, phone = await device(server), await device(server)
    address = a_new_address()
    tab, other = await laptop.tab('/sign-up'), await laptop.tab()

    await tab.fill(address)
    await tab.button('Sign up').click()
    await expect(tab.page).to_have_url(f'{tab.url}/')
    await expect(other.button()).to_be_visible()
    await other.page.evaluate('window.not_reloaded = true')
    on_phone = await phone.sign_in(address)
    elsewhere = await phone.tab('/account')
    await elsewhere.shows(on_phone)
    await tab.button().click()
    await tab.signed_out()
    await other.signed_out()
    await elsewhere.shows(on_phone)
    await elsewhere.button().click()
    await elsewhere.signed_out()
    await tab.open('/account')
    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    await expect(tab.see(address).first).to_be_visible()
    await expect(other.button()).to_be_visible()
    await expect(other.page.locator('.ls-person')).to_have_text(address)
    assert await other.page.evaluate('window.not_reloaded')
    await elsewhere.signed_out()
    assert [action for action, in server.sql('SELECT action FROM audit_event ORDER BY at, id')] == [
        'signed_up', 'signed_in', 'signed_in', 'signed_out', 'signed_out', 'signed_in']
    assert 'Traceback' not in server.log


@either_store
async def test_a_double_click_is_one_end_one_event_and_one_redirect(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/account')
    moves: list[str] = []
    tab.page.on('framenavigated', lambda frame: moves.append(frame.url))

    await tab.page.evaluate('''() => {
        const button = [...document.querySelectorAll('button')].find((one) => one.textContent.includes('Sign out'));
        button.click();
        button.click();
    }''')

    await tab.signed_out()
    await expect(tab.page).to_have_url(f'{tab.url}/')
    assert moves == [f'{tab.url}/']
    assert ends(shared_server, session_id) == 1


async def test_while_the_store_is_locked_the_person_stays_signed_in_is_told_so_and_can_retry(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/examples/nextjs')

    await tab.note_when_seen('.ls-sign-out [aria-busy="true"]')
    with shared_server.database.locked():
        await tab.button().click()
        await tab.has_seen('.ls-sign-out [aria-busy="true"]')
        await expect(tab.page.get_by_role('alert').filter(has_text='You are still signed in.')).to_be_visible()
        await tab.shows(session_id)
    await tab.button().click()

    await tab.signed_out()
    assert ends(shared_server, session_id) == 1


@either_store
async def test_each_example_shows_its_own_source_and_signs_out_in_every_tab(device: MakeDevice) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    example, other = await laptop.tab(), await laptop.tab()
    for name, path in EXAMPLES.items():
        await other.shows(session_id)
        await example.follow(f'/examples/{name}')
        await shows_its_source(example, name)
        if name == 'expo':
            phone = await example.page.locator('.ls-phone').bounding_box()
            assert phone
            assert phone['height'] > phone['width'] > 200

        await example.button().click()

        await other.signed_out()
        await expect(example.page.get_by_role('main').get_by_text('You are signed out').first).to_be_visible()
        await expect(example.page).to_have_url(example.url + path)
        session_id = await laptop.sign_up()  # for the next one


async def shows_its_source(tab: Tab, name: str) -> None:
    await expect(tab.see(f'pages/examples/{name}.py')).to_be_visible()
    await expect(tab.page.get_by_role('region', name='Source')).to_contain_text('def page() -> None:')


@either_store
async def test_the_javascript_example_is_a_plain_button_that_refreshes_the_page_and_says_how_to_get_clerk_js(
        device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab, other = await laptop.tab('/examples/javascript'), await laptop.tab()
    await shows_its_source(tab, 'javascript')
    await expect(tab.page.get_by_role('figure').get_by_text('uv run python -m auth clients fetch')).to_be_visible()
    asked: list[Request] = []
    tab.page.on('request', lambda request: asked.append(request))  # noqa: PLW0108

    async with tab.page.expect_navigation():
        await tab.page.locator('button#sign-out').click()
    await tab.live()

    await other.signed_out()
    await tab.signed_out()
    await expect(tab.page).to_have_url(f'{tab.url}/examples/javascript')
    await expect(tab.page.locator('button#sign-out')).to_be_hidden()
    await expect(tab.page.locator('iframe')).to_have_count(0)
    assert next((request.method, request.url) for request in asked if '/v1/' in request.url) == (
        'DELETE', f'{tab.url}/v1/client/sessions')


@either_store
async def test_an_example_shows_an_error_and_stays_signed_in(device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/examples')

    with shared_server.database.locked():
        for name in ('ios', 'android'):
            await tab.follow(f'/examples/{name}')
            await tab.button().click()
            await expect(tab.page.get_by_role('alert').filter(has_text='You are still signed in.')).to_be_visible()
    assert ends(shared_server, session_id) == 0
