"""Somebody guesses passwords: the owner comes in and is told what to do, and administrators see it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.rules import PASSWORD
from tests.running import either_store

from .devices import Device, MakeDevice, StartServer, a_new_address

pytestmark = either_store


async def guess(thief: Device, address: str, times: int) -> list[int]:
    return [(await thief.api('POST', '/client/sign_ins', identifier=address, password='wrong horse')).status
            for _ in range(times)]


async def test_administrators_see_it_live_and_the_owner_comes_in_where_they_have_been_before(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(speed=5, alert_after_wrong_passwords='11')
    boss, ann, thief = await device(server), await device(server), await device(server)
    address, hers = a_new_address(), a_new_address()
    await boss.sign_up(address)
    server.sql('UPDATE user SET is_admin = 1')
    await ann.sign_up(hers)
    await ann.api('DELETE', '/client/sessions')
    tab = await boss.tab('/admin')
    notice = tab.page.locator('.ls-notice')
    await expect(tab.page.get_by_text(hers).first).to_be_visible()
    await expect(notice).to_have_count(0)

    answers = await guess(thief, hers, 12)

    assert answers == [422] * 10 + [429] * 2
    await expect(tab.page.get_by_role('status').filter(has_text='Somebody is guessing passwords.')).to_be_visible()
    await expect(notice).to_contain_text('10 wrong passwords, 2 more refused by a limit')
    await expect(notice).to_contain_text(hers)

    visitor = await thief.tab('/sign-in')
    await visitor.page.get_by_label('Email address').fill(hers)
    await visitor.page.get_by_label('Password', exact=True).fill(PASSWORD)
    await visitor.page.get_by_role('button', name='Sign in', exact=True).click()
    await expect(visitor.page.get_by_role('alert')).to_contain_text('Too many attempts. Nothing was changed. Wait')
    await expect(visitor.page.get_by_label('Email address')).to_have_value(hers)

    visitor.complaints.clear()  # the browser logs every answer of 4xx
    assert (await ann.sign_in(hers)).startswith('sess_')
