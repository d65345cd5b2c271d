"""The example with the guide's own files: clerk-js and NiceGUI in one page, each follows the other."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from pages.examples import snippets
from pages.examples.running import PATH
from tests.browser.devices import Tab
from tests.conformance.conftest import NewBrowser
from tests.http import patient_client
from tests.running import either_store
from tests.server import Server

pytestmark = either_store


def says(tab: Tab) -> Locator:
    """What clerk-js says, below the frame in which it runs."""
    return tab.page.locator('[data-clerk-says]')


async def test_the_guides_app_and_our_page_follow_each_other(new_browser: NewBrowser) -> None:
    laptop = await new_browser()
    session = await laptop.sign_up()
    tab = await laptop.tab('/examples/javascript')
    app = tab.page.frame_locator('iframe')
    await expect(says(tab)).to_contain_text(session)
    await tab.shows(session)

    await app.get_by_role('button', name='Sign out').click()  # clerk.signOut()
    await tab.signed_out()
    await expect(says(tab)).to_have_text('clerk-js: nobody is signed in')

    another = await laptop.sign_up()
    await tab.shows(another)
    await expect(says(tab)).to_contain_text(another)

    await tab.page.locator('figure #sign-out').click()  # our own
    await expect(says(tab)).to_have_text('clerk-js: nobody is signed in')
    await tab.signed_out()
    tab.complaints[:] = [one for one in tab.complaints if '401' not in one]


async def test_the_files_are_those_of_the_guide_but_for_the_key(clerk_server: Server) -> None:
    async with patient_client(base_url=clerk_server.url) as visitor:
        index, main = await visitor.get(PATH), await visitor.get(f'{PATH}main.js')
        elsewhere = await visitor.get('/')

    lines = re.sub(r' *<script type="importmap" nonce="[\w-]+">.*</script>\n', '', index.text)
    assert lines == snippets.INDEX_HTML.code
    assert re.sub(r"'pk_live_\w+=*'", snippets.KEY, main.text) == snippets.MAIN_JS.code
    assert 'worker-src blob:' in index.headers['content-security-policy']
    assert 'unsafe' not in index.headers['content-security-policy']
    assert 'blob:' not in elsewhere.headers['content-security-policy']
