"""What hangs beside the page, such as dialogs and notes: hidden when the server is lost, gone with the session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.async_api import expect

from tests.patience import PATIENCE_SECONDS
from tests.relay import relay_to
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, Tab

pytestmark = either_store

# Whatever can be read on the screen, also in the frames, wherever it hangs.
READ = '''() => {
    const read = [];
    const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode, within = node.parentElement;
        const range = document.createRange();
        range.selectNodeContents(node);
        const style = within && getComputedStyle(within);
        if (range.getClientRects().length && style.visibility === 'visible') read.push(node.textContent.trim());
    }
    for (const frame of document.querySelectorAll('iframe')) {
        if (getComputedStyle(frame).visibility === 'visible' && frame.checkVisibility()) {
            read.push(frame.contentDocument.body?.textContent);
        }
    }
    for (const host of document.querySelectorAll('body *')) {
        if (host.shadowRoot && host.checkVisibility({opacityProperty: true})) read.push(host.shadowRoot.textContent);
    }
    read.push(document.title);
    return read.filter((text) => text);
}'''
LOST = 'Connection lost. This page is hidden until it is back.'
READ_WHEN_LOST = f'() => {{ const read = ({READ})(); return read.includes("{LOST}") && read }}'
AROUND = ('in a header', 'in a footer', 'in a drawer', 'that sticks', 'of a fab')
SECRETS = ('in a dialog', 'in a menu', 'in a tooltip', 'in a note', 'in a notification', 'that insists', 'in a frame',
           'in a banner', 'in a context menu', 'date', 'in a proxy', *AROUND)
DRAWN = ('drawn into body', 'drawn into html', 'without an element', 'in a popover', 'in a dialog of a plugin',
         'while loading', 'in a shadow', 'that is styled', 'appended to what is public')


async def secrets_on(tab: Tab) -> list[str]:
    """What of the secret things can be read now."""
    return [text for text in await tab.page.evaluate(READ) if 'SECRET' in text]


async def reads_all(tab: Tab, wanted: tuple[str, ...]) -> None:
    """Wait until all of these can be read."""
    for what in wanted:
        for _ in range(20 * PATIENCE_SECONDS):
            if any(what in text for text in await secrets_on(tab)):
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError((what, await secrets_on(tab)))


async def draw(tab: Tab) -> None:
    """Let the author draw past Vue."""
    await tab.button('Draw').evaluate('(button) => button.click()')
    await reads_all(tab, (*DRAWN, 'in the title'))


async def store_is_heard_again(tab: Tab) -> None:
    """Wait for that after taking the store away: what is opened next must not be built while it is unknown."""
    await tab.page.wait_for_selector('[data-here~=signed_in]', state='attached')


async def test_when_the_server_is_lost_only_what_is_marked_public_stays(device: MakeDevice, overlaid: Server) -> None:
    async with relay_to(overlaid.port) as network:
        laptop = await device(url=f'http://localhost:{network.port}')
        await laptop.sign_up()
        tabs = [await laptop.tab(path) for path in ('/private', '/public')]
        for tab in tabs:
            await reads_all(tab, SECRETS)
            await draw(tab)
            await tab.page.evaluate('window.isKept = true')

        network.cut()  # the server goes on and hears its store, so it draws nothing anew
        read = await asyncio.gather(*[tab.value_once(READ_WHEN_LOST) for tab in tabs])
        network.mend()  # at once: a second later the socket is given up, and the page may be loaded anew

        for tab, texts in zip(tabs, read, strict=True):
            assert [text for text in texts if 'SECRET' in text] == [], tab.page.url
            assert {'Loading · Live Sessions', 'Public note', 'Home'} <= set(texts), tab.page.url
            await tab.hears_again()
            is_kept = await tab.page.evaluate('window.isKept')
            await reads_all(tab, SECRETS + (DRAWN if is_kept else ()))
        await laptop.context.close()  # before the network goes
        for tab in tabs:
            tab.forgive_the_network()


@pytest.mark.parametrize('path', ['/private', '/public', '/whole'])
async def test_with_the_session_leaves_what_hangs_beside_the_page(
        device: MakeDevice, overlaid: Server, path: str) -> None:
    laptop = await device(overlaid)
    other = await laptop.sign_up()
    await laptop.sign_up()
    tab = await laptop.tab(None)
    title = re.compile('SECRET in the title')
    # Whatever its author puts into a public page is public.
    its_own = ('in the title', 'insists', 'in a frame', *AROUND) if path != '/private' else ('in the title',)

    async def fill() -> str:
        await tab.open(path)
        await reads_all(tab, SECRETS)
        await draw(tab)
        return await tab.page.evaluate("document.querySelector('[data-here]').dataset.here")

    async def left(was: str, now: str) -> list[str]:
        """Wait until somebody else is here; returns what can be read then and should have gone with it at once."""
        await tab.page.wait_for_function('''([was, now]) => {
            const {here} = document.querySelector('[data-here]').dataset;
            return here !== was && here.includes(now);
        }''', arg=[was, now])
        return [text for text in await secrets_on(tab) if not any(what in text for what in its_own)]

    read: dict[str, list[str]] = {}
    was = await fill()
    with overlaid.database.away():
        read['loading'] = await left(was, 'loading')
        if path == '/private':
            await expect(tab.page).not_to_have_title(title)  # it comes in a message of its own
    await store_is_heard_again(tab)

    was = await fill()
    assert (await laptop.api('POST', f'/client/sessions/{other}/touch')).ok
    read['switch'] = await left(was, 'signed_in')
    if path == '/private':  # it was built anew
        read['switch'] = [text for text in read['switch'] if any(what in text for what in DRAWN)]

    was = await fill()
    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", other)
    read['end'] = await left(was, 'signed_out')
    if path == '/private':
        await expect(tab.page).not_to_have_title(title)

    assert read == {'loading': [], 'switch': [], 'end': []}
    tab.forgive_the_network()
    tab.complaints.clear()


async def test_what_a_field_offers_is_hidden_and_leaves(device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/choice')
    await tab.shows(session_id)
    await tab.page.get_by_label('Select').click()
    await reads_all(tab, ('in a select',))
    hide = "(hidden) => document.documentElement.classList.toggle('ls-away', hidden)"

    await tab.page.evaluate(hide, True)
    hidden = await secrets_on(tab)
    await tab.page.evaluate(hide, False)
    await reads_all(tab, ('in a select',))
    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()

    assert hidden == []
    assert await secrets_on(tab) == []


async def test_a_page_brings_a_header_a_footer_and_a_drawer_and_takes_them_along(
        device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    tab = await laptop.tab('/with-header')
    own = tab.page.get_by_text(re.compile('A (header|footer|drawer) of its own'))
    await expect(own).to_have_count(3)
    await expect(own.first).to_be_visible()

    await tab.follow('/choice')
    await expect(own).to_have_count(0)
    await tab.follow('/with-header')
    await expect(own).to_have_count(3)


@pytest.fixture
def go_on(overlaid: Server) -> Iterator[Callable[[], None]]:
    """Lets the handlers of the slow page go on."""
    told = overlaid.folder / 'go-on'
    yield told.touch
    told.unlink(missing_ok=True)


async def test_what_a_handler_tells_after_the_end_is_not_shown(
        device: MakeDevice, overlaid: Server, go_on: Callable[[], None]) -> None:
    laptop = await device(overlaid)
    session_id = await laptop.sign_up()
    tabs = [await laptop.tab('/slow'), await laptop.tab('/slow')]

    for tab, name in zip(tabs, ('Tell', 'Tell later'), strict=True):
        await tab.button(name).click()
        await expect(tab.see('It has begun')).to_be_visible()
    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    for tab in tabs:
        await tab.signed_out()
    go_on()

    for tab in tabs:
        await expect(tab.see('Goodbye')).to_be_visible()  # it is told after the others, and marked public
        assert await secrets_on(tab) == []


async def test_what_is_told_while_the_session_lives_is_shown(
        device: MakeDevice, overlaid: Server, go_on: Callable[[], None]) -> None:
    laptop = await device(overlaid)
    await laptop.sign_up()
    tab = await laptop.tab('/slow')

    await tab.button('Tell').click()
    go_on()

    await expect(tab.see('SECRET told late')).to_be_visible()
    await expect(tab.see('SECRET noted late')).to_be_visible()


async def test_that_the_store_is_away_is_told_also_when_the_page_falls_to_loading(
        device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    await laptop.sign_up()
    tab = await laptop.tab('/slow')
    told = """() => {
        const note = document.querySelector('.q-notification[data-public]');
        if (note) document.querySelector('[data-here]').dataset.here = 'loading';
        return note?.checkVisibility({visibilityProperty: true});
    }"""  # in one step: the note goes by itself after a while

    with overlaid.database.away():
        while not await tab.page.evaluate(told):  # the store may still be read for a moment
            await tab.button('Nothing').click()
            await asyncio.sleep(0.1)
    await tab.open('/slow')
    await store_is_heard_again(tab)
    tab.forgive_the_network()


async def test_a_dialog_that_left_with_the_session_can_be_opened_again(device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/public')
    await tab.shows(session_id)  # or it would not be there when the session ends
    ask = await tab.button('Ask').element_handle()
    assert ask
    await ask.evaluate('(button) => button.click()')
    await expect(tab.see('Nothing private')).to_be_visible()

    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()
    await expect(tab.see('Nothing private')).to_be_hidden()
    await ask.evaluate('(button) => button.click()')  # while the one of before may still be fading

    await expect(tab.see('Nothing private')).to_be_visible()
    await expect(tab.page.locator('[data-ended]')).to_have_count(0)
    tab.complaints.clear()
