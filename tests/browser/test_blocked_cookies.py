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


async def test_whoever_signs_up_or_in_is_told_what_to_do_and_nothing_stays_behind_until_cookies_are_allowed(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone, address = await device(), await device(), a_new_address()
    await block_cookies(laptop)
    tab = await laptop.tab('/sign-up')
    asked: list[str] = []
    tab.page.on('request', lambda request: asked.append(request.url) if '/confirm' in request.url else None)

    await tab.fill(address)
    await tab.button('Sign up').click()
    await expect(tab.see(TOLD)).to_be_visible()
    assert sessions_of(shared_server, address) == ['removed']
    await phone.sign_in(address)
    await tab.follow('/sign-in?redirect_url=/account')
    await tab.fill(address)
    await tab.button('Sign in').click()
    await expect(tab.page.locator('form [data-error=""]')).to_contain_text(TOLD)
    await expect(tab.page.locator('form [data-error=""]')).to_contain_text('Allow cookies for this site')
    assert '/sign-in' in tab.page.url
    assert await laptop.cookie() is None
    assert sorted(sessions_of(shared_server, address)) == ['active', 'removed', 'removed']
    await tab.has_complained('status of 4')
    await laptop.context.unroute_all()
    asked.clear()
    await tab.fill(address)
    await tab.button('Sign in').click()

    await expect(tab.page).to_have_url(f'{tab.url}/account')
    assert sorted(sessions_of(shared_server, address)) == ['active', 'active', 'removed', 'removed']
    assert len(asked) == 1
    tab.complaints.clear()


async def test_a_browser_that_has_kept_a_cookie_is_not_asked_for_it_again(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/sign-up')
    asked: list[str] = []
    tab.page.on('request', lambda request: asked.append(request.url) if '/confirm' in request.url else None)

    await tab.fill(a_new_address())
    await tab.button('Sign up').click()
    await expect(tab.page).to_have_url(f'{tab.url}/')

    assert asked == []
