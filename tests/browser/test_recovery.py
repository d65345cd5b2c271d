"""What is mailed, from the form that asks for it to the page that its link opens: stories, as people live them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.apps import SERVE
from tests.ports import give_back, known_port
from tests.programs import CHEAP_PASSWORDS
from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, NewServer, a_new_address

pytestmark = either_store


@pytest.fixture(scope='module')
async def posting(tmp_path_factory: pytest.TempPathFactory, new_server: NewServer) -> AsyncIterator[Server]:
    """A server that writes its mails into a folder; each test has people and addresses of its own."""
    settings = {'mail_outbox': 'outbox', CHEAP_PASSWORDS: 1}
    server = new_server(tmp_path_factory.mktemp('posting'), settings, script=SERVE, port=known_port())
    yield await server.start()
    server.stop()
    give_back(server.port)


async def newest_mail(server: Server, address: str, subject: str) -> str:
    """Wait for a mail with this subject to this address; returns its text."""
    folder = Path(server.folder) / 'outbox'
    while True:
        for file in sorted(folder.glob('mail_*.eml'), reverse=True):
            mail = message_from_bytes(file.read_bytes(), policy=policy.default)
            if mail['To'] == address and mail['Subject'].startswith(subject):
                body = mail.get_body(('plain',))
                assert body is not None
                file.unlink()  # so that the next one is another one
                return body.get_content()
        await asyncio.sleep(0.05)


async def link_in(server: Server, address: str, subject: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r'http://[^/\s]+(/\S+)', await newest_mail(server, address, subject))
    assert found is not None
    return found[1]


async def code_in(server: Server, address: str, subject: str) -> str:
    """The code in a mail."""
    found = re.search(r'\b(\d{6})\b', (await newest_mail(server, address, subject)).replace(' ', ''))
    assert found is not None
    return found[1]


async def a_person(server: Server, device: MakeDevice) -> tuple[Device, str]:
    """Somebody with an account: the device on which they are signed in, and their address."""
    address = a_new_address()
    phone = await device(server)
    begun = await (await phone.api('POST', '/client/sign_ups', email_address=address, password=PASSWORD)).json()
    code = await code_in(server, address, 'Your code to sign up')
    done = await phone.api('POST', f'/client/sign_ups/{begun["response"]["id"]}/attempt_verification', code=code)
    assert done.ok
    return phone, address


async def test_who_has_forgotten_a_password_chooses_a_new_one_and_every_device_is_signed_out(
        device: MakeDevice, posting: Server) -> None:
    (phone, address), laptop = await a_person(posting, device), await device(posting)
    there = await phone.tab('/account')

    tab = await laptop.tab(None)
    frames: list[str] = []
    tab.page.on('websocket', lambda socket: socket.on('framesent', lambda sent: frames.append(str(sent))))
    await tab.open('/sign-in')
    await tab.page.get_by_label('Email address').fill(address)
    await tab.page.get_by_role('link', name='Forgot password?').click()
    await expect(tab.page.get_by_label('Email address')).to_have_value(address)  # goes along
    await tab.button('Send the link').click()
    await expect(tab.see('If there is an account with this address')).to_be_visible()
    path = await link_in(posting, address, 'Choose a new password')
    code = path.partition('code=')[2]

    await tab.open(path)
    await expect(tab.page).not_to_have_url(re.compile('code='))
    await tab.page.get_by_label('New password').fill('short')
    await tab.button('Change password').click()
    await expect(tab.page.get_by_label('New password')).to_have_attribute('aria-invalid', 'true')
    await tab.page.reload()  # the link is kept for this tab, and to open it, as scanners of mails do, uses nothing up
    await tab.live()
    await tab.page.get_by_label('New password').fill(NEW_PASSWORD)
    await tab.page.keyboard.press('Enter')

    await expect(tab.see('Your password was changed, and every device was signed out.')).to_be_visible()
    await expect(there.see('A new password was chosen with a link that was mailed to you.')).to_be_visible()
    await tab.fill(address, NEW_PASSWORD)
    await tab.button('Sign in').click()
    await expect(tab.page.get_by_role('button', name='Account panel: ')).to_be_visible()

    assert not [frame for frame in frames if code in frame or NEW_PASSWORD in frame]
    assert code not in posting.log
    tab.complaints.clear()  # of what was refused


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
    code = await code_in(posting, address, 'Your code to sign up')
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
    (thief, old), new, ann = await a_person(posting, device), a_new_address(), await device(posting)
    await ann.sign_in(old)
    stealing, undoing = await thief.tab('/account'), await ann.tab('/account')

    await stealing.page.get_by_text('Change the email address').click()
    await stealing.page.get_by_label('New email address').fill(new)
    await stealing.button('Continue').click()
    await expect(stealing.page.get_by_role('heading', name='Confirm your new email address')).to_be_visible()
    code = await code_in(posting, new, 'Your code to change the email address')
    await stealing.page.get_by_label('Code').fill(code)
    await stealing.page.keyboard.press('Enter')
    for tab in (undoing, stealing):
        await expect(tab.page.locator('dd', has_text=new)).to_be_visible()

    await undoing.open(await link_in(posting, old, 'Your email address was changed'))
    await undoing.button('Undo the change').click()
    await expect(undoing.page.get_by_role('heading', name='Choose a new password')).to_be_visible()
    await expect(stealing.see('The change of your email address was undone.')).to_be_visible()
    await undoing.live()
    await undoing.page.get_by_label('New password').fill(NEW_PASSWORD)
    await undoing.page.keyboard.press('Enter')
    await expect(undoing.see('Your password was changed')).to_be_visible()
    assert (await ann.api('POST', '/client/sign_ins', identifier=old, password=NEW_PASSWORD)).ok
