"""Where signing up takes an invitation: an administrator makes one, and whoever opens its link signs up."""

from __future__ import annotations

import re

from playwright.async_api import Page, WebSocket, expect

from auth.credentials.tokens import hash_secret
from tests.programs import CHEAP_PASSWORDS
from tests.running import either_store

from .devices import MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store

FIRST = 'inv_' + 'a' * 24


async def test_an_administrator_makes_a_link_that_lets_one_person_in_and_no_websocket_carries_it(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(sign_up='invited', **{CHEAP_PASSWORDS: 1})
    server.sql("INSERT INTO invitation VALUES (?, ?, '', 'command line', '', '2026-01-01', '2126-01-01')", FIRST,
               hash_secret('secret'))
    boss, phone = await device(server), await device(server)
    ann = a_new_address()
    await boss.sign_up(ann, ticket=f'{FIRST}.secret')
    server.sql('UPDATE user SET is_admin = 1')
    making = await boss.tab(None)
    frames: list[str] = []

    def record(socket: WebSocket) -> None:
        for event in ('framesent', 'framereceived'):
            socket.on(event, lambda payload: frames.append(str(payload)))

    making.page.on('websocket', record)
    await making.open('/admin/invitations')
    await expect(making.see('There is no invitation that works.')).to_be_visible()
    await making.page.get_by_label('Email address').fill('bob@example.com')
    await making.button('Invite').click()
    await expect(making.page).to_have_url(f'{server.url}/admin/invitations/made')
    shown = making.page.locator('#invitation-url')
    await expect(shown).to_have_text(re.compile(r'/sign-up#ticket=inv_\w{24}\.[\w-]{43}$'))
    link = await shown.inner_text()
    await expect(making.see('Its link was mailed to')).to_be_hidden()
    await making.page.get_by_role('link', name='All invitations').click()
    await expect(making.page.locator('.ls-row').filter(has_text='bob@example.com')).to_be_visible()
    assert link.rpartition('.')[2] not in ''.join(frames)

    tab = await phone.tab('/sign-in')
    await expect(tab.page.locator('a[href^="/sign-up"]')).to_have_count(0)
    await tab.follow('/sign-up')
    await expect(tab.see('To sign up here takes an invitation.')).to_be_visible()
    await tab.fill('bob@example.com')
    await tab.button('Sign up').click()
    await expect(tab.see('Open the link in it, or ask the administrator')).to_be_visible()
    tab.complaints[:] = [one for one in tab.complaints if 'status of 403' not in one]
    await signs_up(tab, tab.url + link[link.index('/sign-up'):], 'bob@example.com')

    await expect(making.see('There is no invitation that works.')).to_be_visible()
    assert server.sql('SELECT email_address FROM user ORDER BY created_at') == [(ann,), ('bob@example.com',)]


async def signs_up(tab: Tab, link: str, address: str) -> None:
    """Open a link in a tab that shows the form already, as somebody does who pastes it there."""
    page: Page = tab.page
    await page.goto(link)
    await expect(page).to_have_url(f'{tab.url}/sign-up')  # what it holds leaves the address at once
    await tab.live()
    await tab.fill(address)
    await tab.button('Sign up').click()
    await expect(page).to_have_url(f'{tab.url}/')
    await expect(tab.button()).to_be_visible()


async def test_where_it_is_closed_and_sends_no_mail_the_pages_say_whom_to_ask_and_no_link_leads_to_sign_up(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(sign_up='closed', forgot_password_help='Call Bob on extension <b>12</b>.')
    laptop = await device(server)

    tab = await laptop.tab('/')
    await expect(tab.see('Sign in with the account that you have here.')).to_be_visible()
    await expect(tab.page.locator('a[href^="/sign-up"]')).to_have_count(0)
    await tab.follow('/sign-up')

    await expect(tab.see('Ask its administrator for an account.')).to_be_visible()
    await expect(tab.page.locator('form')).to_have_count(0)
    refused = await laptop.api('POST', '/client/sign_ups', email_address='ann@example.com', password='any')
    assert (refused.status, (await refused.json())['errors'][0]['code']) == (403, 'sign_up_mode_restricted')

    await tab.follow('/sign-in')
    await tab.page.get_by_role('link', name='Forgot password?').click()
    await expect(tab.see('Call Bob on extension <b>12</b>.')).to_be_visible()
    await expect(tab.page.get_by_role('textbox')).to_have_count(0)
    await expect(tab.page).to_have_title('Forgot password? · Live Sessions')
