"""The button, and the five examples."""

from __future__ import annotations

import pytest
from playwright.async_api import Request, expect

from tests.server import Server

from .conftest import MakeDevice

AT_AN_EXAMPLE = ['nextjs', 'javascript', 'expo', 'swiftui', 'android']


def ends(server: Server, session_id: str) -> int:
    """How often the audit log says that a session was signed out."""
    return server.sql("SELECT count(*) FROM audit_event WHERE action = 'signed_out' AND session_id = ?",
                      session_id)[0][0]


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
    tab, other = await laptop.tab(), await laptop.tab('/account')

    with shared_server.database.locked():
        await tab.button().click()
        await expect(tab.page.locator('.sign-out [aria-busy="true"]')).to_be_visible()
        await expect(tab.page.get_by_role('alert').filter(has_text='You are still signed in.')).to_be_visible()
        await tab.shows(session_id)
        await other.shows(session_id)
    await tab.button().click()

    await tab.signed_out()
    await other.signed_out()
    assert ends(shared_server, session_id) == 1


@pytest.mark.parametrize('name', AT_AN_EXAMPLE)
async def test_an_example_shows_its_own_source_and_signs_out_in_every_tab(device: MakeDevice, name: str) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    example, other = await laptop.tab(f'/examples/{name}'), await laptop.tab()
    await other.shows(session_id)
    await expect(example.see(f'pages/examples/{name}.py')).to_be_visible()
    await expect(example.page.get_by_role('region', name='Source')).to_contain_text('def page() -> None:')

    await example.button().click()

    await other.signed_out()
    await expect(example.page.get_by_role('main').get_by_text('You are signed out').first).to_be_visible()


@pytest.mark.parametrize(('name', 'path'), [('nextjs', '/'), ('expo', '/'), ('swiftui', '/examples/swiftui'),
                                            ('android', '/examples/android')])
async def test_where_an_example_goes_after_sign_out(device: MakeDevice, name: str, path: str) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab(f'/examples/{name}')

    await tab.button().click()

    await expect(tab.page.get_by_role('main').get_by_text('You are signed out').first).to_be_visible()
    await expect(tab.page).to_have_url(tab.url + path)


async def test_the_javascript_example_is_a_plain_button_that_refreshes_the_page(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/examples/javascript')
    await expect(tab.page.locator('button#sign-out')).to_be_visible()
    asked: list[Request] = []
    tab.page.on('request', lambda request: asked.append(request))  # noqa: PLW0108

    async with tab.page.expect_navigation():
        await tab.page.locator('button#sign-out').click()
    await tab.live()

    await expect(tab.page.locator('button#sign-out')).to_be_hidden()
    assert next((request.method, request.url) for request in asked if '/v1/' in request.url) == (
        'DELETE', f'{tab.url}/v1/client/sessions')


async def test_the_expo_example_has_the_size_of_a_phone(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/examples/expo')

    box = await tab.page.locator('.phone').bounding_box()

    assert box
    assert box['height'] > box['width'] > 200


@pytest.mark.parametrize('name', ['swiftui', 'android', 'nextjs'])
async def test_an_example_shows_an_error_and_stays_signed_in(
        device: MakeDevice, shared_server: Server, name: str) -> None:
    laptop = await device()
    session_id = await laptop.sign_up()
    tab = await laptop.tab(f'/examples/{name}')

    with shared_server.database.locked():
        await tab.button().click()

        await expect(tab.page.get_by_role('alert').filter(has_text='You are still signed in.')).to_be_visible()
    assert ends(shared_server, session_id) == 0
