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

# As browsers' translators do: every text becomes an element, and so does what comes later; each part in its own way.
TRANSLATE = '''(hows) => {
    window.translations = 0;
    const parts = [...document.querySelectorAll('.part')];
    const howOf = (text) => hows[parts.findIndex((part) => part.contains(text))] ?? hows[0];
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
            ways[howOf(text)](text);
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
PARTS = '''() => [...document.querySelectorAll('.part')].map((part) => {
    const beside = [...part.querySelectorAll('.nicegui-row > *')];
    return [beside.map((one) => one.innerText), beside.find((one) => one.innerText.includes('Before')).innerHTML];
})'''
WAYS = ['replace', 'wrap', 'rewrite', 'add beside']
PAGES = {'/': '{ann}', '/account': '{anns}', '/account/security': 'Active devices', '/plain': '{ann}',
         '/demo/pane': 'Signed in as Ann'}
"""What each page shows while Ann is here."""

SEEN = {'every way': [('/', how) for how in WAYS], 'every page': [(path, 'replace') for path in PAGES if path != '/']}
"""Pages, and how each is translated: ways differ in what becomes of a text, and pages in which texts they have."""

WITH_PANEL = [('/', 'replace'), ('/', 'wrap')]


async def translate(tab: Tab, *hows: str) -> None:
    """Begin to translate the page, or each part of it in another way."""
    await tab.page.evaluate(TRANSLATE, hows)


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


@pytest.mark.parametrize('seen', SEEN)
async def test_a_translated_page_follows_an_end_a_sign_in_a_switch_and_a_name_and_is_hidden_when_the_server_is_lost(
        device: MakeDevice, overlaid: Server, seen: str) -> None:
    laptop = await device(overlaid)
    anns, bobs = a_new_address(), a_new_address()
    ann = await laptop.sign_up(anns, first_name='Ann')
    tabs = [(path, await laptop.tab(path)) for path, _ in SEEN[seen]]
    everywhere = [tab for _, tab in tabs]
    for (path, how), tab in zip(SEEN[seen], everywhere, strict=True):
        if (path, how) in WITH_PANEL:
            await tab.button('Account panel: Ann').click()
        await translate(tab, how)
        if (path, how) in WITH_PANEL:
            await expect(tab.page.get_by_role('dialog', name='Account panel')).to_contain_text(anns)

    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann)
    for tab in everywhere:
        await holds_nothing_of(tab, ann, anns)
        await shows(tab, SIGNED_OUT)
    await are_quiet(*everywhere)
    overlaid.sql("UPDATE session SET status = 'active' WHERE id = ?", ann)
    for path, tab in tabs:
        await shows(tab, PAGES[path].format(ann=ann, anns=anns))
    await are_quiet(*everywhere)
    bob = await laptop.sign_up(bobs, first_name='Bob')
    for tab in everywhere:
        await shows(tab, 'Bob')
        await holds_nothing_of(tab, ann, anns, 'Ann')
    assert (await laptop.api('POST', f'/client/sessions/{ann}/touch')).ok
    for path, tab in tabs:
        await shows(tab, 'Ann' if path != '/demo/pane' else 'Signed in as Ann')
        await holds_nothing_of(tab, bob, bobs, 'Bob')
    assert (await laptop.api('PATCH', '/me', first_name='Annabel')).ok
    for tab in everywhere:
        await shows(tab, 'Annabel')
    await are_quiet(*everywhere)

    with overlaid.standing_still():
        for tab in everywhere:
            await hides(tab, ann, anns, 'Annabel', 'Sign out')
    for path, tab in tabs:
        await shows(tab, PAGES[path].format(ann=ann, anns=anns))
        tab.forgive_the_network()


async def hides(tab: Tab, *texts: str) -> None:
    """Wait until a page is hidden, with all that it holds."""
    await expect(tab.page.locator('html')).to_have_class(re.compile('away'))
    on_screen = await tab.page.evaluate('document.body.innerText')
    assert [text for text in texts if text in on_screen] == []


async def test_what_comes_and_goes_beside_a_translated_text(device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    await laptop.sign_up()
    tab = await laptop.tab('/plain')
    await translate(tab, *WAYS)
    before = await tab.page.evaluate(PARTS)

    for count in range(1, 4):
        add = tab.page.get_by_role('button').filter(has_text=re.compile('^Add'))
        await add.evaluate('(button) => button.click()')
        await expect(tab.page.locator('.nicegui-row > *')).to_have_count(len(WAYS) * (1 + 2 * count))
    await expect(tab.page.locator('.part').filter(has_text='Lasts')).to_have_count(len(WAYS))

    after = await tab.page.evaluate(PARTS)
    for how, (_, untouched), (texts, still) in zip(WAYS, before, after, strict=True):
        for text, expected in zip(texts, ['Added'] * 3 + ['Before'] + ['Added last'] * 3, strict=True):
            assert text.replace('\u200b', '').startswith(expected), how
        assert still == untouched, how  # nothing has happened to this one
    await are_quiet(tab)
