"""A browser that keeps no cookies: whoever signs in there is told so, and no session stays behind."""

from __future__ import annotations

from playwright.async_api import Route, expect

from tests.http import patient_client
from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, a_new_address

pytestmark = either_store

TOLD = 'Your browser did not keep the cookie that keeps you signed in, so you are not signed in.'
NO_LOCKS = "navigator.locks.request = async () => { throw new DOMException('It was denied.', 'SecurityError') }"
"""Where cookies are blocked, Chromium gives no locks, either."""


async def block_cookies(device: Device) -> None:
    """Let the browser get no cookie, as where a person, a policy or an extension blocks them."""

    async def without_cookies(route: Route) -> None:
        request = route.request
        async with patient_client() as elsewhere:  # a browser's own answers would be kept before they are seen here
            answer = await elsewhere.request(request.method, request.url, content=request.post_data_buffer,
                                             headers=await request.all_headers())
        await route.fulfill(status=answer.status_code, body=answer.content, headers={
            name: value for name, value in answer.headers.items() if name != 'set-cookie'})

    await device.context.route('**/v1/**', without_cookies)
    await device.context.add_init_script(NO_LOCKS)


def sessions_of(server: Server, address: str) -> list[str]:
    return [status for status, in server.sql('SELECT status FROM session JOIN user AS person ON person.id = user_id '
                                             'WHERE person.email_address = ?', address)]


async def test_whoever_signs_in_is_told_what_to_do_and_no_session_stays_behind(
        device: MakeDevice, shared_server: Server) -> None:
    phone, laptop = await device(), await device()
    address = a_new_address()
    await phone.sign_up(address)
    await block_cookies(laptop)
    tab = await laptop.tab('/sign-in?redirect_url=/account')

    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.page.locator('form [data-error=""]')).to_contain_text(TOLD)
    await expect(tab.page.locator('form [data-error=""]')).to_contain_text('Allow cookies for this site')
    assert '/sign-in' in tab.page.url
    assert await laptop.cookie() is None
    assert sorted(sessions_of(shared_server, address)) == ['active', 'removed']
    await tab.has_complained('status of 4')


async def test_whoever_signs_up_is_told_and_signs_in_when_cookies_are_allowed(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await device()
    address = a_new_address()
    await block_cookies(laptop)
    tab = await laptop.tab('/sign-up')

    await tab.fill(address)
    await tab.button('Sign up').click()
    await expect(tab.see(TOLD)).to_be_visible()
    assert sessions_of(shared_server, address) == ['removed']
    await laptop.context.unroute_all()
    await tab.open('/sign-in?redirect_url=/account')
    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    assert sorted(sessions_of(shared_server, address)) == ['active', 'removed']
    tab.complaints.clear()


async def test_a_browser_that_keeps_cookies_asks_once_and_only_at_its_first_sign_in(device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-up')
    asked: list[str] = []
    tab.page.on('request', lambda request: asked.append(request.url) if '/confirm' in request.url else None)

    await tab.fill(a_new_address())
    await tab.button('Sign up').click()
    await expect(tab.button()).to_be_visible()
    await tab.open('/sign-up')
    await tab.fill(a_new_address())
    await tab.button('Sign up').click()
    await expect(tab.page).to_have_url(f'{tab.url}/')

    assert len(asked) == 1
