"""What hangs beside the page, such as dialogs and notes: hidden when the server is lost, gone with the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from playwright.async_api import expect

from tests.relay import relay_to
from tests.running import either_store
from tests.server import Server

from .devices import PATIENCE_SECONDS, Device, MakeDevice, Tab

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
SECRETS = ('in a dialog', 'in a menu', 'in a tooltip', 'in a note', 'in a notification', 'that insists', 'in a frame')
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


async def store_is_heard_again(laptop: Device) -> None:
    """Wait for that after taking the store away: what the next test opens must not be built while it is unknown."""
    tab = await laptop.tab()
    await tab.page.wait_for_selector('[data-here~=signed_in]', state='attached')
    tab.forgive_the_network()


@pytest.mark.parametrize('path', ['/private', '/public'])
async def test_when_the_server_is_lost_only_what_is_marked_public_stays(
        device: MakeDevice, overlaid: Server, path: str) -> None:
    async with relay_to(overlaid.port) as network:
        laptop = await device(url=f'http://localhost:{network.port}')
        await laptop.sign_up()
        tab = await laptop.tab(path)
        await reads_all(tab, SECRETS)
        await draw(tab)

        network.cut()  # the server goes on and hears its store, so it draws nothing anew
        await expect(tab.page.get_by_text('Connection lost. This page is hidden until it is back.')).to_be_visible()
        read = await tab.page.evaluate(READ)
        network.mend()  # at once: a second later the socket is given up, and the page is loaded anew

        assert [text for text in read if 'SECRET' in text] == []
        assert {'Loading · Live Sessions', 'Public note', 'Home'} <= set(read)
        await reads_all(tab, SECRETS + DRAWN)
        await laptop.context.close()  # before the network goes
        tab.forgive_the_network()


@pytest.mark.parametrize('path', ['/private', '/public'])
@pytest.mark.parametrize('how', ['end', 'switch', 'loading'])
async def test_with_the_session_leaves_what_hangs_beside_the_page(
        device: MakeDevice, overlaid: Server, path: str, how: str) -> None:
    laptop = await device(overlaid)
    other = await laptop.sign_up()
    session_id = await laptop.sign_up()
    tab = await laptop.tab(path)
    await reads_all(tab, SECRETS)
    await draw(tab)
    was = await tab.page.evaluate("document.querySelector('[data-here]').dataset.here")

    if how == 'end':
        overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
        left = 'signed_out'
    elif how == 'switch':
        assert (await laptop.api('POST', f'/client/sessions/{other}/touch')).ok
        left = 'signed_in'
    else:
        left = 'loading'
    if how == 'loading':
        with overlaid.database.away():
            await tab.page.wait_for_selector('[data-here~=loading]', state='attached')
            read = await secrets_on(tab)
        await store_is_heard_again(laptop)
    else:
        await tab.page.wait_for_function('''([was, left]) => {
            const {here} = document.querySelector('[data-here]').dataset;
            return here !== was && here.includes(left);
        }''', arg=[was, left])
        read = await secrets_on(tab)

    if path == '/private' and how == 'switch':  # it was built anew
        read = [text for text in read if any(what in text for what in DRAWN)]
    elif path == '/public':  # whatever its author puts into it is public
        read = [text for text in read if not any(what in text for what in ('in the title', 'insists', 'in a frame'))]
    assert read == []
    tab.forgive_the_network()
    tab.complaints.clear()


@pytest.fixture
def go_on(overlaid: Server) -> Iterator[Callable[[], None]]:
    """Lets the handlers of the slow page go on."""
    told = overlaid.folder / 'go-on'
    yield told.touch
    told.unlink(missing_ok=True)


@pytest.mark.parametrize('name', ['Tell', 'Tell later'])
async def test_what_a_handler_tells_after_the_end_is_not_shown(
        device: MakeDevice, overlaid: Server, go_on: Callable[[], None], name: str) -> None:
    laptop = await device(overlaid)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/slow')

    await tab.button(name).click()
    await expect(tab.see('It has begun')).to_be_visible()
    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()
    go_on()

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
    note = tab.page.locator('.q-notification[data-public]')

    with overlaid.database.away():
        while not await note.count():  # the store may still be read for a moment
            await tab.button('Nothing').click()
            await asyncio.sleep(0.1)
        await tab.page.evaluate("document.querySelector('[data-here]').dataset.here = 'loading'")
        await expect(note.first).to_be_visible()
    await store_is_heard_again(laptop)
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
