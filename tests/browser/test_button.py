"""Our buttons as others use them: with a veto, for one account, with content or a question of their own."""

from __future__ import annotations

from playwright.async_api import expect

from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice

pytestmark = either_store


def signed_out(server: Server) -> set[str]:
    """The sessions that were signed out by somebody."""
    return {session_id for session_id, in server.sql("SELECT session_id FROM audit_event WHERE action = 'signed_out'")}


async def test_a_handler_may_veto_now_or_later_and_else_the_person_goes_where_the_button_says(
        device: MakeDevice, buttons: Server) -> None:
    laptop = await device(buttons)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/buttons')

    for name in ('Vetoed', 'Vetoed later'):
        await tab.button(name).click()
        await tab.page.evaluate('new Promise((done) => window.socket.emit("handshake", {}, done))')  # answered after it
        await expect(tab.button(name)).to_be_enabled()
    await tab.shows(session_id)
    await expect(tab.page).to_have_url(f'{tab.url}/buttons')
    assert session_id not in signed_out(buttons)
    await tab.button('Not vetoed').click()

    await expect(tab.page).to_have_url(f'{tab.url}/examples')
    assert session_id in signed_out(buttons)


async def test_a_button_for_one_account_leaves_the_active_one_and_the_page_alone_and_that_for_the_active_one_does_not(
        device: MakeDevice, buttons: Server) -> None:
    laptop = await device(buttons)
    ann, cid, bob = [await laptop.sign_up(first_name=name) for name in ('Ann', 'Cid', 'Bob')]
    tab = await laptop.tab(f'/buttons?session_id={ann}')
    await tab.shows(bob)

    await tab.button('Only that one').click()
    while ann not in signed_out(buttons):
        await expect(tab.button('Only that one')).to_be_enabled()
    await tab.shows(bob)
    assert tab.page.url.startswith(f'{tab.url}/buttons')
    assert bob not in signed_out(buttons)
    await tab.follow(f'/buttons?session_id={bob}')
    await tab.button('Only that one').click()

    await expect(tab.page).to_have_url(f'{tab.url}/sign-in/choose')
    await expect(tab.page.get_by_role('listitem')).to_have_count(1)
    await expect(tab.page.get_by_role('listitem')).to_contain_text('Cid')
    assert cid not in signed_out(buttons)


async def test_a_button_for_a_session_that_is_not_here_signs_nobody_out_and_one_with_content_of_ones_own_does(
        device: MakeDevice, buttons: Server) -> None:
    laptop = await device(buttons)
    own = await laptop.sign_up()
    tab = await laptop.tab("/buttons?session_id='; DROP TABLE session; --")

    await tab.button('Only that one').click()
    await expect(tab.page.get_by_role('alert').filter(has_text='Nobody was signed out')).to_be_visible()
    await tab.shows(own)
    assert own not in signed_out(buttons)
    await tab.button('Leave now').click()  # in place of the label

    await expect(tab.page).to_have_url(f'{tab.url}/examples')
    assert own in signed_out(buttons)


async def test_an_author_asks_as_we_do(device: MakeDevice, buttons: Server) -> None:
    laptop = await device(buttons)
    await laptop.sign_up()
    tab = await laptop.tab('/buttons')

    for count in range(2):
        await tab.button('Throw away').click()
        await tab.confirm(f'Throw away {count} things?')
        await expect(tab.see(f'Thrown away: {count + 1}')).to_be_visible()
        await expect(tab.page.get_by_role('alertdialog')).to_have_count(0)
        await expect(tab.button('Throw away')).to_be_focused()
    await tab.button('Throw away').click()  # there is nothing to ask now
    await expect(tab.button('Throw away')).to_be_enabled()
    await expect(tab.page.get_by_role('alertdialog')).to_have_count(0)
    await expect(tab.see('Thrown away: 2')).to_be_visible()
