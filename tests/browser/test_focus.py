"""The focus: what is drawn anew, or hidden for a moment, gives it back; it is never lost."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.rules import PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, focus

pytestmark = either_store

# Several controls that read the same, with what takes the focus beside them; and fewer or other ones in their place.
DRAW = """(names) => {
    const list = document.getElementById('drawn') ?? document.createElement('section');
    list.id = 'drawn';
    list.innerHTML = '<h2 tabindex="-1" data-takes-focus>Drawn</h2>'
        + names.map((name) => `<div><button id="${name}">Sign it out</button></div>`).join('');
    document.getElementById('ls-content').append(list);
}"""


async def ann_and_bob(laptop: Device) -> tuple[str, str]:
    return await laptop.sign_up(first_name='Ann'), await laptop.sign_up(first_name='Bob')


async def test_a_switch_in_another_tab_leaves_the_focus_on_what_reads_the_same_or_on_the_content_where_nothing_does(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    ann, bob = await ann_and_bob(laptop)
    shared_server.sql('UPDATE user SET is_admin = (1 = 1) WHERE id = (SELECT user_id FROM session WHERE id = ?)', bob)
    tab = await laptop.tab('/account')
    await tab.shows(bob)
    field, save = tab.page.get_by_label('Last name'), tab.button('Save')

    for control, other in ((save, ann), (field, bob)):
        before = await control.element_handle()
        await focus(control)

        await laptop.api('POST', f'/client/sessions/{other}/touch')

        await tab.shows(other)
        await tab.page.wait_for_function('(control) => !control.isConnected', arg=before)
        await expect(control).to_be_focused()
    await tab.page.keyboard.type('Example')
    await expect(field).to_have_value('Example')

    await tab.follow('/admin')
    await focus(tab.page.get_by_role('searchbox'))
    await laptop.api('POST', f'/client/sessions/{ann}/touch')
    await expect(tab.see('There is no page here')).to_be_visible()
    await expect(tab.page.locator('#ls-content')).to_be_focused()


async def test_who_chooses_an_account_with_a_keyboard_does_not_lose_the_focus(device: MakeDevice) -> None:
    laptop = await device()
    await ann_and_bob(laptop)
    tab = await laptop.tab('/sign-in/choose?redirect_url=/examples')
    await focus(tab.page.get_by_role('main').get_by_role('button', name=re.compile('Ann')))

    await tab.page.keyboard.press('Enter')

    await expect(tab.page).to_have_url(f'{tab.url}/examples')
    await expect(tab.page.locator('.ls-person')).to_have_text('Ann')
    await expect(tab.page.get_by_role('heading', name='Examples', level=1)).to_be_focused()


async def test_a_form_that_was_sent_and_a_moment_hidden_leave_the_focus_in_its_field(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/account/security')
    field = tab.page.get_by_label('New password')

    await tab.page.get_by_label('Current password').fill(PASSWORD)
    await field.fill('quite a long one of my own')
    await tab.page.keyboard.press('Enter')
    await expect(tab.see('Your password was changed.')).to_be_visible()
    await expect(field).to_be_focused()  # whether the form is drawn anew or not

    with shared_server.standing_still():
        await expect(field).to_be_hidden()
        await expect(tab.page.locator('#ls-away')).to_be_focused()
    await expect(field).to_be_visible()
    await expect(field).to_be_focused()
    tab.forgive_the_network()


async def test_of_several_that_read_the_same_it_goes_to_the_same_one_and_to_none_that_may_be_another_or_was_left(
        device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/examples')
    await tab.page.evaluate(DRAW, ['a', 'b', 'c'])
    await focus(tab.page.locator('#b'))

    await tab.page.evaluate(DRAW, ['d', 'e', 'f'])
    await expect(tab.page.locator('#e')).to_be_focused()
    await tab.page.evaluate(DRAW, ['g', 'h'])
    await expect(tab.page.get_by_role('heading', name='Drawn')).to_be_focused()
    await tab.page.evaluate(DRAW, ['i', 'j', 'k'])
    await expect(tab.page.locator('#j')).to_be_focused()

    header = await tab.page.locator('header').bounding_box()
    assert header
    for x, y in ((5, 300), (header['width'] / 2, header['y'] + 3)):  # who has pointed elsewhere is not taken back
        await focus(tab.page.get_by_role('button', name='Sign it out').nth(1))
        await tab.page.mouse.click(x, y)
        await tab.page.evaluate(DRAW, ['l', 'm', 'n'])
        await tab.page.evaluate('new Promise(requestAnimationFrame)')
        assert not await tab.page.evaluate("document.activeElement.matches('#drawn *')")
