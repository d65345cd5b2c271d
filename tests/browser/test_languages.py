"""What people read comes from the catalogue, wherever it is written, and is in their language."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.apps import BRACKETED
from tests.running import either_store

from .devices import MakeDevice, StartServer, Tab, a_new_address

pytestmark = either_store

ALIKE = ('/sign-in?redirect_url=/account', '/sign-up', '/sign-up/verify', '/forgot-password', '/reset-password',
         '/undo-address-change', '/examples')
"""Nothing but the header is otherwise to whoever is signed in."""

PUBLIC = ('/', '/sign-in', '/sign-in/choose', '/examples/nextjs', '/examples/javascript', '/examples/expo',
          '/examples/ios', '/examples/android', '/demo', '/demo/pane')
PRIVATE = ('/account', '/account/security', '/account/email-address', '/admin', '/admin/users/new', '/admin/sessions',
           '/admin/policy', '/admin/invitations', '/admin/invitations/made')

LOADED = ('/nowhere', '/demo/pane', '/account')
"""There is none, it stands alone, it sends strangers elsewhere: no link of the app leads there without loading."""

WRITTEN = """() => {
    const found = [];
    const isData = (node) => node.closest(
        'script, style, noscript, code, pre, [translate=no], local-time, .nicegui-error-popup');
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) if (!isData(walk.currentNode.parentElement)) {
        const { parentElement } = walk.currentNode;
        found.push((parentElement.closest('p:not(:has(p))') ?? walk.currentNode).textContent); // with links in it
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-title', 'data-loading',
                        'aria-description']) {
        for (const node of document.querySelectorAll(`[${name}]`)) {
            if (!isData(node)) found.push(node.getAttribute(name));
        }
    }
    return [document.title, ...found];
}"""

NAMES = re.compile(r'Live Sessions|@clerk/[\w-]+(?:@[\d.]+)?|clerk-(?:ios|android)|\.env(?:\.local)?|'
                   r'Next\.js|JavaScript|Expo|SwiftUI|Android|NiceGUI|Python|Clerk|sess_\w+|user_\w+|'
                   r'[\w/]+\.(?:py|js|tsx?|swift|kt|html)\b|[\w.+-]+@[\w.-]+')


async def not_from_the_catalogue(tab: Tab) -> set[str]:
    """What is written on a page that stands in no brackets, and is no name."""
    found: set[str] = set()
    for text in await tab.page.evaluate(WRITTEN):
        rest, before = text, ''
        while rest != before:  # the innermost brackets first
            rest, before = re.sub(r'\[[^\[\]]*\]', '', rest), rest
        if re.search(r'[^\W\d_]{2}', NAMES.sub('', rest)):
            found.add(text)
    return found


async def test_every_text_on_every_page_comes_from_the_catalogue(device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(BRACKETED)
    stranger, person = await device(server), await device(server)
    address = a_new_address()
    await person.sign_up(address)
    server.sql("UPDATE user SET is_admin = true WHERE email_address = ?", address)

    missed: dict[str, set[str]] = {}
    for laptop, paths in ((stranger, ALIKE + PUBLIC + ('/nowhere', '/account')), (person, PUBLIC + PRIVATE)):
        tab = await laptop.tab()
        for path in paths:
            if path in LOADED:
                await tab.page.goto(tab.url + path)
            else:
                await tab.follow(path)
            await expect(tab.page.locator('main, .ls-pane').get_by_text('[').first).to_be_visible()
            if path in PRIVATE and laptop is person:
                await expect(tab.page.locator('.ls-spinner:visible')).to_have_count(0)
            missed[path] = missed.get(path, set()) | await not_from_the_catalogue(tab)
        tab.complaints.clear()  # of the page that is not there

    assert {path: texts for path, texts in missed.items() if texts} == {}


async def test_an_error_of_a_form_and_an_end_that_is_pushed_are_told_in_the_language_of_each_tab(
        device: MakeDevice) -> None:
    german, english = await device(locale='de-DE'), await device()
    address = a_new_address()

    there = await german.tab('/sign-in')
    await there.page.get_by_label('E-Mail-Adresse').fill(address)
    await there.page.get_by_label('Passwort').first.fill('falsch, und zwar ganz')
    await there.button('Anmelden').click()
    await expect(there.see('Die E-Mail-Adresse oder das Passwort ist falsch.')).to_be_visible()
    there.forgive_the_network()
    there.complaints.clear()
    await german.sign_up(address)
    await english.sign_in(address)
    await there.open('/account')
    here = await english.tab('/account/security')
    await here.button('Sign out of all other devices (1)').click()
    await here.confirm('Sign out of 1 other device?')

    await expect(there.see('Sie sind abgemeldet').first).to_be_visible()
    await expect(here.see('Signed out of 1 other device.')).to_be_visible()
