"""What matters most asks for the password in a dialog, and goes on where it was."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.rules import PASSWORD
from tests.running import either_store
from tests.security.visitors import Somebody, until
from tests.server import Server

from .accessibility import out_of_place
from .devices import Device, MakeDevice, Tab, a_new_address, focus
from .test_accessibility import faults_in_all_colours
from .test_admin import administrator, found, rows
from .test_confirmations import sign_in_elsewhere, sign_up_elsewhere

pytestmark = either_store


def asked(tab: Tab) -> Locator:
    """The dialog that asks for the password: one of those that static/live/dialogs.js opens and leaves, see also
    test_confirmations.py."""
    return tab.page.locator('dialog[data-asks][data-password][open]')


async def answer(tab: Tab, password: str = PASSWORD) -> None:
    """Give the password by the keyboard."""
    await expect(asked(tab).get_by_label('Your password')).to_be_focused()
    await tab.page.keyboard.type(password)
    await tab.page.keyboard.press('Enter')


def pass_the_window(server: Server, *session_ids: str) -> None:
    """Let the password of these sessions, or of all, have been given long ago."""
    for session_id in session_ids:
        server.sql("UPDATE session SET authenticated_at = '2020-01-01 00:00:00+00' WHERE id = ?", session_id)


def status(server: Server, session_id: str) -> str:
    return server.sql('SELECT status FROM session WHERE id = ?', session_id)[0][0]


async def test_a_stolen_device_is_signed_out_in_one_dialog_and_the_page_stays_as_it_was(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, address = await device(), a_new_address()
    here, there = await laptop.sign_up(address), await sign_in_elsewhere(shared_server, address)
    pass_the_window(shared_server, here)
    tab = await laptop.tab('/account/security')
    await expect(tab.page.locator('.ls-devices .ls-row')).to_have_count(2)
    await tab.page.get_by_label('New password').fill('what was typed before')
    await tab.page.evaluate("window.same = document.querySelector('.ls-devices')")
    cookie = await laptop.cookie()

    await tab.page.get_by_role('button', name='Sign out of all other devices').click()
    await expect(asked(tab)).to_have_accessible_name('Sign out of 1 other device?')
    await answer(tab)

    await expect(tab.see('Signed out of 1 other device.')).to_be_visible()
    await expect(tab.page.get_by_role('dialog')).to_have_count(0)
    assert (status(shared_server, here), status(shared_server, there)) == ('active', 'revoked')
    assert await tab.page.evaluate("window.same === document.querySelector('.ls-devices')")
    await expect(tab.page.get_by_label('New password')).to_have_value('what was typed before')
    assert await laptop.cookie() != cookie
    client = (await (await laptop.api('GET', '/client')).json())['response']
    assert client['last_active_session_id'] == here


# What an author guards


async def paying_tab(device: MakeDevice, server: Server, path: str = '/paying') -> tuple[Device, Tab, str]:
    """A tab of somebody whose password was given long ago."""
    laptop = await device(server)
    session_id = await laptop.sign_up()
    pass_the_window(server, session_id)
    return laptop, await laptop.tab(path), session_id


def acts(server: Server) -> list[str]:
    """What was done."""
    file = server.folder / 'acts'
    return file.read_text().split('\n')[:-1] if file.exists() else []


async def test_a_handler_a_button_and_a_form_go_on_where_they_were_and_no_password_is_in_any_frame(
        device: MakeDevice, paying: Server) -> None:
    laptop = await device(paying)
    session_id = await laptop.sign_up()
    pass_the_window(paying, session_id)
    tab = await laptop.tab(None)
    frames: list[str | bytes] = []

    def note(frame: str | bytes) -> None:
        frames.append(frame)

    tab.page.on('websocket', lambda socket: socket.on('framesent', note))
    await tab.open('/paying')

    await focus(tab.button('Pay 10'))
    await tab.page.keyboard.press('Enter')
    field = asked(tab).get_by_label('Your password')
    await answer(tab, 'a wrong guess')
    await expect(field).to_have_accessible_description('That is not your password. Nothing was changed. Try again.')
    await expect(field).to_be_focused()
    await tab.page.keyboard.press('Escape')  # which drops the act
    await expect(tab.page.get_by_role('dialog')).to_have_count(0)
    await expect(tab.button('Pay 10')).to_be_focused()

    await tab.button('Pay 20').click()
    await expect(asked(tab)).to_have_accessible_name('Enter your password')
    assert acts(paying) == []
    await answer(tab)
    await expect(tab.see('Paid 20')).to_be_visible()
    await expect(tab.page.locator('.nicegui-row').get_by_text('Receipt for 20')).to_be_visible()
    await tab.button('Pay 10').click()
    await expect(tab.see('Paid 10')).to_be_visible()  # it is not asked for again
    assert acts(paying) == ['paid 20', 'paid 10']

    pass_the_window(paying, session_id)
    await tab.button('Refuse').click()
    await expect(asked(tab)).to_have_accessible_description(re.compile('Refuse'))
    await answer(tab)
    await expect(tab.page.get_by_role('alert').filter(has_text='Nothing was paid. There is no money left.')
                 ).to_be_visible()  # beside the button that asked
    await expect(tab.page.get_by_role('dialog')).to_have_count(0)

    pass_the_window(paying, session_id)
    await tab.page.get_by_label('Purpose').fill('rent')
    await tab.button('Pay 30').click()
    await answer(tab)
    await expect(tab.see('Paid 30')).to_be_visible()
    assert acts(paying)[2:] == ['refused', "paid 30 for ['rent']"]
    assert frames
    assert not any(PASSWORD in str(frame) for frame in frames)
    tab.complaints.clear()  # the browser tells of the 422 and the 403


async def test_a_page_asks_first_then_shows_itself_and_asks_again_at_an_event_after_the_window(
        device: MakeDevice, paying: Server) -> None:
    _, tab, session_id = await paying_tab(device, paying, '/salaries?year=1999')
    await expect(tab.see('Salaries of')).to_have_count(0)
    await expect(tab.page.get_by_role('heading', name='Enter your password')).to_be_visible()
    await tab.page.evaluate('window.same = true')

    await tab.page.get_by_label('Your password').fill(PASSWORD)
    await tab.button('Go on').click()
    await expect(tab.see('Salaries of 1999')).to_be_visible()
    await tab.button('Raise').click()
    await until(lambda: acts(paying))
    pass_the_window(paying, session_id)
    paying.sql("UPDATE user SET first_name = 'Ann' WHERE id = (SELECT user_id FROM session WHERE id = ?)", session_id)
    await expect(tab.button('Account panel: Ann')).to_be_visible()  # so the server has heard of both
    await tab.button('Raise').click()

    await expect(tab.page.get_by_role('heading', name='Enter your password')).to_be_visible()
    await expect(tab.see('Salaries of')).to_have_count(0)
    assert acts(paying) == ['raised']
    assert await tab.page.evaluate('window.same')


async def test_a_password_in_one_tab_throws_no_other_one_out_and_drops_what_that_has_asked_for(
        device: MakeDevice, paying: Server) -> None:
    laptop, left, _ = await paying_tab(device, paying)
    right = await laptop.tab('/paying')
    await left.button('Pay 10').click()
    await right.button('Pay 20').click()
    await expect(asked(right)).to_be_visible()

    await answer(left)

    await expect(left.see('Paid 10')).to_be_visible()
    await expect(right.page.get_by_role('dialog')).to_have_count(0)
    await right.button('Pay 20').click()
    await expect(right.see('Paid 20')).to_be_visible()
    assert acts(paying) == ['paid 10', 'paid 20']


async def test_an_end_and_a_switch_of_account_leave_the_dialog_and_drop_the_act(
        device: MakeDevice, paying: Server) -> None:
    laptop, tab, ann = await paying_tab(device, paying)
    anns = await tab.button('Pay 10').element_handle()
    bob = await laptop.sign_up()
    pass_the_window(paying, bob)
    await tab.page.wait_for_function('(button) => !button.isConnected', arg=anns)
    await tab.button('Pay 10').click()
    await expect(asked(tab)).to_be_visible()
    bobs = await tab.page.locator('button', has_text='Pay 10').element_handle()

    await laptop.api('POST', f'/client/sessions/{ann}/touch')
    await expect(tab.page.get_by_role('dialog')).to_have_count(0)
    await tab.page.wait_for_function('(button) => !button.isConnected', arg=bobs)
    await tab.button('Pay 20').click()
    await expect(asked(tab)).to_be_visible()
    paying.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann)
    await tab.signed_out()

    await expect(tab.page.get_by_role('dialog')).to_have_count(0)
    assert acts(paying) == []


async def test_an_administrator_acts_on_a_row_after_the_password(device: MakeDevice, shared_server: Server) -> None:
    boss, address = await administrator(device, shared_server), await sign_up_elsewhere(shared_server)
    tab = await boss.tab('/admin/sessions')
    shared_server.sql("UPDATE session SET authenticated_at = '2020-01-01 00:00:00+00' WHERE user_id IN "
                      '(SELECT id FROM user WHERE is_admin)')
    await found(tab, address)
    await rows(tab).get_by_role('button').click()

    await answer(tab)

    await expect(rows(tab)).to_have_count(0)
    assert shared_server.sql('SELECT status FROM session JOIN user ON user.id = user_id WHERE email_address = ?',
                             address) == [('revoked',)]


async def test_an_endpoint_answers_like_the_frontend_api(paying: Server) -> None:
    ann, nobody = await Somebody.at(paying).sign_up(), Somebody.at(paying)

    async def ask(who: Somebody, method: str, path: str, **headers: str) -> tuple[int, str]:
        answer = await who.web.request(method, f'/payments/{path}', headers=headers)
        errors = answer.json()['errors'] if answer.is_error else [{'code': ''}]
        return answer.status_code, errors[0]['code']

    assert await ask(ann, 'GET', 'list') == (200, '')
    assert await ask(ann, 'POST', '30') == (200, '')
    assert await ask(ann, 'POST', '30', Origin='https://evil.example') == (403, 'origin_invalid')
    paying.sql("UPDATE session SET authenticated_at = '2020-01-01 00:00:00+00'")
    assert await ask(ann, 'GET', 'list') == (403, 'session_reverification_required')
    assert await ask(ann, 'POST', '30') == (403, 'session_reverification_required')
    assert await ask(nobody, 'POST', '30') == (401, 'authentication_invalid')
    assert acts(paying) == ['paid 30 for None']
    for one in (ann, nobody):
        await one.close()


async def faults_in_every_look(tab: Tab) -> list[str]:
    return [*await out_of_place(tab), *await faults_in_all_colours(tab)]


async def test_the_dialog_and_the_page_that_asks_hold_in_every_look(device: MakeDevice, paying: Server) -> None:
    _, tab, _ = await paying_tab(device, paying)
    await tab.button('Pay 10').click()
    await answer(tab, 'a wrong guess')
    await expect(asked(tab).locator('.ls-error:not(:empty)')).to_be_visible()
    faults = await faults_in_every_look(tab)
    await tab.page.keyboard.press('Escape')
    await tab.follow('/salaries')
    await expect(tab.page.get_by_role('heading', name='Enter your password')).to_be_visible()
    faults += await faults_in_every_look(tab)

    assert not faults, '\n'.join(faults)
    tab.complaints.clear()  # the browser tells of the 422
