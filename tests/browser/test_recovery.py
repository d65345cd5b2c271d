"""What is mailed, from the form that asks for it to the page that its link opens: stories, as people live them."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store


@pytest.fixture
async def posting(own_server: StartServer) -> Server:
    """A server that writes its mails into a folder."""
    return await own_server(mail_outbox='outbox')


async def newest_mail(server: Server, subject: str) -> str:
    """Wait for a mail with this subject; returns its text."""
    folder = Path(server.folder) / 'outbox'
    while True:
        for file in sorted(folder.glob('mail_*.eml'), reverse=True):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail['Subject'].startswith(subject):
                body = mail.get_body(('plain',))
                assert body is not None
                file.unlink()  # so that the next one is another one
                return body.get_content()
        await asyncio.sleep(0.05)


async def link_in(server: Server, subject: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r'http://[^/\s]+(/\S+)', await newest_mail(server, subject))
    assert found is not None
    return found[1]


async def code_in(server: Server, subject: str) -> str:
    """The code in a mail."""
    found = re.search(r'\b(\d{6})\b', (await newest_mail(server, subject)).replace(' ', ''))
    assert found is not None
    return found[1]


async def a_person(server: Server, device: MakeDevice) -> str:
    """Somebody with an account; returns the address."""
    address = a_new_address()
    phone = await device(server)
    begun = await (await phone.api('POST', '/client/sign_ups', email_address=address, password=PASSWORD)).json()
    code = await code_in(server, 'Your code to sign up')
    done = await phone.api('POST', f'/client/sign_ups/{begun["response"]["id"]}/attempt_verification', code=code)
    assert done.ok
    return address


async def test_who_has_forgotten_a_password_chooses_a_new_one_and_every_device_is_signed_out(
        device: MakeDevice, posting: Server) -> None:
    address = await a_person(posting, device)
    phone, laptop, scanner = await device(posting), await device(posting), await device(posting)
    await phone.sign_in(address)
    there = await phone.tab('/account')

    tab = await laptop.tab('/sign-in')
    await tab.page.get_by_label('Email address').fill(address)
    await tab.page.get_by_role('link', name='Forgot password?').click()
    await expect(tab.page.get_by_label('Email address')).to_have_value(address)  # goes along
    await tab.button('Send the link').click()
    await expect(tab.see('If there is an account with this address')).to_be_visible()
    path = await link_in(posting, 'Choose a new password')

    scanning = await scanner.tab(path)  # opens the links in mails, and uses nothing up
    await expect(scanning.page.get_by_label('New password')).to_be_visible()
    frames: list[str] = []
    reading = await laptop.tab(None)
    reading.page.on('websocket', lambda socket: socket.on('framesent', lambda sent: frames.append(str(sent))))
    await reading.open(path)
    code = path.partition('code=')[2]
    await expect(reading.page).not_to_have_url(re.compile('code='))
    await reading.page.get_by_label('New password').fill('short')
    await reading.button('Change password').click()
    await expect(reading.page.get_by_label('New password')).to_have_attribute('aria-invalid', 'true')
    await reading.page.reload()  # the link is kept for this tab
    await reading.live()
    await reading.page.get_by_label('New password').fill(NEW_PASSWORD)
    await reading.page.keyboard.press('Enter')

    await expect(reading.see('Your password was changed, and every device was signed out.')).to_be_visible()
    await expect(there.see('A new password was chosen with a link that was mailed to you.')).to_be_visible()
    await reading.fill(address, NEW_PASSWORD)
    await reading.button('Sign in').click()
    await expect(reading.page.get_by_role('button', name='Account panel: ')).to_be_visible()
    assert not [frame for frame in frames if code in frame or NEW_PASSWORD in frame]
    assert code not in posting.log

    await scanning.page.get_by_label('New password').fill('a password of the scanner')
    await scanning.page.keyboard.press('Enter')
    await expect(scanning.see('This link does not work any more')).to_be_visible()
    for one in (reading, scanning):
        one.complaints.clear()  # of what was refused


async def test_somebody_signs_up_with_a_code_and_a_reload_forgets_nothing(device: MakeDevice, posting: Server) -> None:
    laptop = await device(posting)
    tab, other = await laptop.tab('/sign-up?redirect_url=/account'), await laptop.tab()
    address = a_new_address()
    await tab.fill(address)
    await tab.button('Sign up').click()

    await expect(tab.page.get_by_role('heading', name='Confirm your email address')).to_be_visible()
    await expect(tab.see(address)).to_be_visible()
    await tab.live()
    await tab.page.reload()
    await tab.live()
    await expect(tab.see(address)).to_be_visible()
    code = await code_in(posting, 'Your code to sign up')
    await tab.page.get_by_label('Code').fill('no code')
    await tab.button('Confirm').click()
    await expect(tab.see('That is not the code.')).to_be_visible()
    await expect(tab.page.get_by_label('Code')).to_be_focused()
    await tab.button('Send another code').click()  # a moment after the first: it is the first one still
    await expect(tab.see('Another mail is on its way.')).to_be_visible()
    await tab.page.get_by_label('Code').fill(f'{code[:3]} {code[3:]}')
    await tab.page.keyboard.press('Enter')

    await expect(tab.page.get_by_role('heading', name='Account')).to_be_visible()
    await expect(other.page.get_by_role('button', name='Account panel: ')).to_be_visible()
    tab.complaints.clear()


async def test_a_changed_address_is_seen_everywhere_and_is_taken_back_by_the_one_before(
        device: MakeDevice, posting: Server) -> None:
    old, new = await a_person(posting, device), a_new_address()
    thief, ann = await device(posting), await device(posting)
    await thief.sign_in(old)
    tab, other = await thief.tab('/account'), await thief.tab('/account')

    await tab.page.get_by_text('Change the email address').click()
    await tab.page.get_by_label('New email address').fill(new)
    await tab.button('Continue').click()
    await expect(tab.page.get_by_role('heading', name='Confirm your new email address')).to_be_visible()
    await tab.page.get_by_label('Code').fill(await code_in(posting, 'Your code to change the email address'))
    await tab.page.keyboard.press('Enter')
    await expect(other.page.locator('dd', has_text=new)).to_be_visible()

    undoing = await ann.tab(await link_in(posting, 'Your email address was changed'))
    await undoing.button('Undo the change').click()
    await expect(undoing.page.get_by_role('heading', name='Choose a new password')).to_be_visible()
    await expect(other.see('The change of your email address was undone.')).to_be_visible()
    await undoing.live()
    await undoing.page.get_by_label('New password').fill(NEW_PASSWORD)
    await undoing.page.keyboard.press('Enter')
    await expect(undoing.see('Your password was changed')).to_be_visible()
    await undoing.fill(old, NEW_PASSWORD)
    await undoing.button('Sign in').click()
    await expect(undoing.page.get_by_role('button', name='Account panel: ')).to_be_visible()


async def test_a_site_without_mail_says_whom_to_ask(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(forgot_password_help='Call Bob on extension <b>12</b>.')
    tab: Tab = await (await device(server)).tab('/sign-in')
    await tab.page.get_by_role('link', name='Forgot password?').click()
    await expect(tab.see('Call Bob on extension <b>12</b>.')).to_be_visible()
    await expect(tab.page.get_by_role('textbox')).to_have_count(0)
    await expect(tab.page).to_have_title('Forgot password? · Live Sessions')
