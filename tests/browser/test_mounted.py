"""A site that does not begin at ``/``: whatever a browser asks for, it asks for it below where the site was put."""

from __future__ import annotations

from playwright.async_api import expect

from tests.apps import ALONE
from tests.running import either_store

from .devices import MakeDevice, StartServer, a_new_address


@either_store
async def test_people_sign_up_and_out_of_a_site_that_is_mounted_below_a_path_of_a_proxy(
        device: MakeDevice, own_server: StartServer) -> None:
    base = '/tools/gui'
    server = await own_server(ALONE, base=base, served_by='mounted', root_path='/tools')
    laptop = await device(server, new=True)
    asked: list[str] = []
    laptop.context.on('request', lambda request: asked.append(request.url))
    left = await laptop.tab(f'{base}/sign-up?redirect_url=/notes')
    await left.fill(a_new_address())
    await left.button('Sign up').click()
    await expect(left.page).to_have_url(f'{server.url}{base}/notes')
    right = await laptop.tab(f'{base}/account/security')  # a page with acts and links of every kind
    await expect(right.page.get_by_role('heading', level=1)).to_be_visible()
    await right.page.get_by_role('link', name='Profile').click()
    await expect(right.page).to_have_url(f'{server.url}{base}/account')
    await left.page.get_by_role('button', name='Account panel').click()
    await expect(left.page.get_by_role('link', name='Manage account')).to_have_attribute('href', f'{base}/account')

    await left.button('Sign out').click()

    await right.signed_out()
    await expect(right.page.get_by_role('main').get_by_role('link', name='Sign in')).to_have_attribute(
        'href', f'{base}/sign-in?redirect_url=%2Faccount')
    beside = [url for url in asked if url.startswith(server.url) and not url.startswith(f'{server.url}{base}/')]
    assert beside == []
