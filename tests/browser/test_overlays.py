"""What hangs beside the page, such as dialogs and notes: hidden when the server is lost, gone with the session."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.async_api import expect

from tests.patience import PATIENCE_SECONDS
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
CARD_IS_SHOWN = 'document.getElementById("ls-away").checkVisibility({visibilityProperty: true})'
LOST = 'Connection lost. This page is hidden until it is back.'
READ_WHEN_LOST = f'() => {CARD_IS_SHOWN} && ({READ})()'
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
    missing: dict[str, list[str]] = {}
    for _ in range(20 * PATIENCE_SECONDS):
        read = await secrets_on(tab)
        missing = {what: read for what in wanted if not any(what in text for text in read)}
        if not missing:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(missing)


async def draw(tab: Tab) -> None:
    """Let the author draw past Vue."""
    await tab.button('Draw').evaluate('(button) => button.click()')
    await reads_all(tab, (*DRAWN, 'in the title'))


async def store_is_heard_again(tab: Tab) -> None:
    """Wait for that after taking the store away: what is opened next must not be built while it is unknown."""
    await tab.page.wait_for_selector('[data-here~=signed_in]', state='attached')


async def test_when_the_server_is_lost_only_what_is_marked_public_stays(device: MakeDevice, overlaid: Server) -> None:
    laptop = await device(overlaid)
    await laptop.sign_up()
    tab = await laptop.tab('/public')  # neither its content nor that of a private page is marked: all is hidden alike
    await reads_all(tab, SECRETS)
    await draw(tab)
    await tab.page.evaluate('window.isKept = true')

    await laptop.context.set_offline(True)  # the server goes on and hears its store, so it draws nothing anew
    await tab.page.evaluate('window.socket.io.engine.close()')
    read = await tab.value_once(READ_WHEN_LOST)
    await laptop.context.set_offline(False)

    assert [text for text in read if 'SECRET' in text] == []
    assert {LOST, 'Loading · Live Sessions', 'Public note', 'Home'} <= set(read)
    await tab.hears_again()
    is_kept = await tab.page.evaluate('window.isKept')  # on a busy machine it may have been loaded anew
    await reads_all(tab, SECRETS + (DRAWN if is_kept else ()))
    tab.forgive_the_network()


@pytest.mark.parametrize(('path', 'changes'), [
    ('/public', ('loading', 'switch', 'end')), ('/private', ('loading', 'end')), ('/whole', ('end',))])
async def test_with_the_session_leaves_what_hangs_beside_the_page(
        device: MakeDevice, overlaid: Server, path: str, changes: tuple[str, ...]) -> None:
    """The script does the same at each change. A public page stays, so all is left to it; of a private one, the server
    takes most away, and draws it anew."""
    laptop = await device(overlaid)
    other, active = await laptop.sign_up(), await laptop.sign_up()
    tab, read = await laptop.tab(path), {}
    # Whatever its author puts into a public page is public.
    its_own = ('in the title', 'insists', 'in a frame', *AROUND) if path != '/private' else ('in the title',)

    async def left(was: str, now: str) -> list[str]:
        """Wait until somebody else is here; returns what can be read then and should have gone with it at once."""
        await tab.page.wait_for_function('''([was, now]) => {
            const {here} = document.querySelector('[data-here]').dataset;
            return here !== was && here.includes(now);
        }''', arg=[was, now])
        found = [text for text in await secrets_on(tab) if not any(what in text for what in its_own)]
        if path == '/private':
            await expect(tab.page).not_to_have_title(re.compile('SECRET'))  # it comes in a message of its own
        return found

    for change in changes:
        if read and path != '/private':
            await tab.open(path)
        await reads_all(tab, SECRETS)
        await draw(tab)
        was = await tab.page.evaluate("document.querySelector('[data-here]').dataset.here")
        if change == 'loading':
            with overlaid.database.away():
                read[change] = await left(was, 'loading')
            await store_is_heard_again(tab)
        elif change == 'switch':
            assert (await laptop.api('POST', f'/client/sessions/{other}/touch')).ok
            read[change], active = await left(was, 'signed_in'), other
        else:
            overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", active)
            read[change] = await left(was, 'signed_out')

    assert read == {change: [] for change in changes}
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
def may_go_on(overlaid: Server) -> Iterator[Callable[[bool], None]]:
    """Lets the handlers of the slow page go on, or wait."""
    told = overlaid.folder / 'go-on'
    yield lambda may: told.touch() if may else told.unlink(missing_ok=True)
    told.unlink(missing_ok=True)


async def test_what_a_handler_tells_is_shown_while_the_session_lives_and_not_after_its_end(
        device: MakeDevice, overlaid: Server, may_go_on: Callable[[bool], None]) -> None:
    laptop = await device(overlaid)
    session_id = await laptop.sign_up()
    tab = await laptop.tab('/slow')
    may_go_on(True)
    await tab.button('Tell').click()
    await reads_all(tab, ('told late', 'noted late'))
    may_go_on(False)

    for name, number in (('Tell', 2), ('Tell later', 3)):
        await tab.button(name).click()
        await expect(tab.see(f'Begun: {number}')).to_be_visible()
    overlaid.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
    await tab.signed_out()
    may_go_on(True)

    for number in (2, 3):
        await expect(tab.see(f'Goodbye {number}')).to_be_visible()  # it is told after the others, and marked public
    assert await secrets_on(tab) == []


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
    tab = await laptop.tab('/choice')
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
