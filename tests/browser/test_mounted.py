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
    laptop = await device(server)
    asked: list[str] = []
    laptop.context.on('request', lambda request: asked.append(request.url))
    tab = await laptop.tab(f'{base}/sign-up?redirect_url=/notes')
    await tab.fill(a_new_address())
    await tab.button('Sign up').click()
    await expect(tab.page).to_have_url(f'{server.url}{base}/notes')
    await tab.live()
    await tab.page.get_by_role('button', name='Account panel').click()
    await tab.page.get_by_role('link', name='Manage account').click()
    await expect(tab.page).to_have_url(f'{server.url}{base}/account')
    await tab.page.get_by_role('link', name='Security').click()  # a page with acts and links of every kind
    await expect(tab.page).to_have_url(f'{server.url}{base}/account/security')
    await expect(tab.page.get_by_role('heading', level=1)).to_be_visible()
    server.sql("UPDATE user SET first_name = 'Ann'")  # heard of through the socket

    await tab.page.get_by_role('button', name='Account panel: Ann').click()
    await tab.page.get_by_role('dialog').get_by_role('button', name='Sign out', exact=True).click()

    await expect(tab.page).to_have_url(f'{server.url}{base}/')
    await tab.page.get_by_role('link', name='Account', exact=True).click()
    await tab.signed_out()
    await expect(tab.page.get_by_role('main').get_by_role('link', name='Sign in')).to_have_attribute(
        'href', f'{base}/sign-in?redirect_url=%2Faccount')
    beside = [url for url in asked if url.startswith(server.url) and not url.startswith(f'{server.url}{base}/')]
    assert beside == []
