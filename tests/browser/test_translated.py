"""Pages that a translator, or another extension, has rewritten: every text follows, and what is private goes."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.patience import PATIENCE_SECONDS
from tests.running import either_store
from tests.server import Server

from .devices import SIGNED_OUT, MakeDevice, Tab, a_new_address

pytestmark = either_store

# As browsers' translators do: every text becomes an element, and so does what comes later.
TRANSLATE = '''(how) => {
    window.translations = 0;
    const isDone = (node) => node.parentElement?.closest('font, script, style, title, textarea');
    const ways = {
        replace(text) { text.replaceWith(wrapped(wrapped(text.nodeValue))); },
        wrap(text) { const outer = wrapped(''); text.replaceWith(outer); outer.append(text); },
        rewrite(text) { text.nodeValue = `${text.nodeValue.trim()}\u200b`; },
        'add beside'(text) {
            const twin = document.createElement('span');
            twin.append(wrapped(text.nodeValue));
            text.after(twin);
        },
    };
    const wrapped = (content) => { const font = document.createElement('font'); font.append(content); return font; };
    const known = new Map();
    function translate(within) {
        const walk = document.createTreeWalker(within, NodeFilter.SHOW_TEXT), texts = [];
        while (walk.nextNode()) texts.push(walk.currentNode);
        for (const text of within.nodeType === Node.TEXT_NODE ? [within] : texts) {
            if (!text.isConnected || !text.nodeValue.trim() || isDone(text)) continue;
            if (known.get(text) === text.nodeValue) continue;
            window.translations += 1;
            ways[how](text);
            known.set(text, text.nodeValue);
        }
    }
    translate(document.body);
    new MutationObserver((changes) => {
        for (const { type, target, addedNodes } of changes) {
            for (const node of type === 'characterData' ? [target] : addedNodes) translate(node);
        }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}'''
TRANSLATED = '''(text) => [...document.querySelectorAll('.nicegui-row > *')]
    .find((one) => one.innerText.includes(text)).innerHTML'''
WAYS = ['replace', 'wrap', 'rewrite', 'add beside']
PAGES = {'/': '{ann}', '/account': '{anns}', '/account/security': 'Active devices', '/plain': '{ann}',
         '/demo/pane': 'Signed in as Ann'}
"""What each page shows while Ann is here."""

SEEN = {'replace': [*PAGES], 'wrap': ['/', '/account', '/plain'], 'add beside': ['/account', '/plain', '/demo/pane'],
        'rewrite': ['/account', '/account/security', '/plain']}
"""Which pages are translated in which way: all of them as most do, and each in another way, too."""

WITH_PANEL = ('replace', 'wrap')


async def translate(tab: Tab, how: str) -> None:
    """Begin to translate the page."""
    await tab.page.evaluate(TRANSLATE, how)


async def read(tab: Tab) -> str:
    """Everything that is in the page, visible or not; what a translator has left of it."""
    return (await tab.text()).replace('\u200b', '')


async def shows(tab: Tab, text: str) -> None:
    """Wait until a text is on the screen."""
    await tab.page.wait_for_function("(text) => document.body.innerText.replaceAll('\u200b', '').includes(text)",
                                     arg=text)


async def holds_nothing_of(tab: Tab, *texts: str) -> None:
    """Wait until a page holds none of these texts."""
    for _ in range(20 * PATIENCE_SECONDS):
        left = [text for text in texts if text in await read(tab)]
        if not left:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(left)


async def are_quiet(*tabs: Tab) -> None:
    """Make sure that nobody translates these pages in a circle."""
    before = [await tab.page.evaluate('window.translations') for tab in tabs]
    await asyncio.sleep(0.3)
    after = [await tab.page.evaluate('window.translations') for tab in tabs]
    assert max(now - then for now, then in zip(after, before, strict=True)) < 50


@pytest.mark.parametrize('how', WAYS)
async def test_a_translated_page_follows_an_end_a_sign_in_a_switch_and_a_name(
        device: MakeDevice, overlaid: Server, how: str) -> None:
    laptop = await device(overlaid)
    anns, bobs = a_new_address(), a_new_address()
    ann = await laptop.sign_up(anns, first_name='Ann')
    tabs = {path: await laptop.tab(path) for path in SEEN[how]}
    everywhere = [*tabs.values()]
    if how in WITH_PANEL:
        panel = await laptop.tab()
        await panel.button('Account panel: Ann').click()
        everywhere.append(panel)
    for tab in everywhere:
        await translate(tab, how)
    if how in WITH_PANEL:
        await shows(everywhere[-1], anns)

    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann)
    for tab in everywhere:
        await holds_nothing_of(tab, ann, anns)
        await shows(tab, SIGNED_OUT)
    await are_quiet(*everywhere)
    overlaid.sql("UPDATE session SET status = 'active' WHERE id = ?", ann)
    for path, tab in tabs.items():
        await shows(tab, PAGES[path].format(ann=ann, anns=anns))
    await are_quiet(*tabs.values())
    bob = await laptop.sign_up(bobs, first_name='Bob')
    for tab in tabs.values():
        await shows(tab, 'Bob')
        await holds_nothing_of(tab, ann, anns, 'Ann')
    assert (await laptop.api('POST', f'/client/sessions/{ann}/touch')).ok
    for path, tab in tabs.items():
        await shows(tab, 'Ann' if path != '/demo/pane' else 'Signed in as Ann')
        await holds_nothing_of(tab, bob, bobs, 'Bob')
    assert (await laptop.api('PATCH', '/me', first_name='Annabel')).ok

    for tab in tabs.values():
        await shows(tab, 'Annabel')
    await are_quiet(*tabs.values())


async def test_a_translated_page_is_hidden_when_the_server_is_lost(device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    address = a_new_address()
    session_id = await laptop.sign_up(address)
    tabs = [await laptop.tab(path) for path in ('/account', '/plain', '/account', '/plain')]
    for tab, how in zip(tabs, WAYS, strict=True):
        await translate(tab, how)

    with overlaid.standing_still():
        for tab in tabs:
            await expect(tab.page.locator('html')).to_have_class(re.compile('away'))
            seen = await tab.page.evaluate('document.body.innerText')
            assert [text for text in (session_id, address, 'Sign out') if text in seen] == []

    for tab in tabs:
        await shows(tab, session_id)
        tab.forgive_the_network()


async def test_what_comes_and_goes_beside_a_translated_text(device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    await laptop.sign_up()
    tab = await laptop.tab(None)

    for how in WAYS:
        await tab.open('/plain')
        await translate(tab, how)
        before = await tab.page.evaluate(TRANSLATED, 'Before')
        for count in range(1, 4):
            add = tab.page.get_by_role('button').filter(has_text=re.compile('^Add'))
            await add.evaluate('(button) => button.click()')
            await expect(tab.page.locator('.nicegui-row > *')).to_have_count(1 + 2 * count)
        await shows(tab, 'Lasts')

        texts = await tab.page.evaluate(
            "[...document.querySelectorAll('.nicegui-row > *')].map((one) => one.innerText)")
        for text, expected in zip(texts, ['Added'] * 3 + ['Before'] + ['Added last'] * 3, strict=True):
            assert text.replace('\u200b', '').startswith(expected), how
        assert await tab.page.evaluate(TRANSLATED, 'Before') == before, how  # nothing has happened to this one
        await are_quiet(tab)
