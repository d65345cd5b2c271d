"""What was typed and is not sent: it outlives a lost connection, a restart and a redraw, and no session."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from playwright.async_api import expect

from tests.apps import DRAFTED
from tests.ports import give_back, known_port
from tests.relay import relay_to
from tests.rules import NEW_PASSWORD, PASSWORD
from tests.running import either_store
from tests.server import Server

from .devices import MakeDevice, StartServer, Tab, a_new_address, focus
from .test_admin import administrator, found, rows
from .test_confirmations import sign_up_elsewhere

pytestmark = either_store

STORED = "sessionStorage.getItem('live-sessions.drafts')"

# What was stored when a page was loaded anew, before any script of the page has run.
NOTE_STORED = f'window.stored_then = {STORED}'

IS_AT = '(top) => Math.abs(scrollY - top) < 3'

HOLDS_TYPED = '[...document.querySelectorAll("input, textarea")].some((field) => field.value === "Typed")'


async def is_loaded_anew(tab: Tab) -> None:
    """Wait until a page that was marked is another one, and live."""
    await tab.page.wait_for_function('!window.marked && window.did_handshake === true')


async def mark(tab: Tab) -> None:
    await tab.page.evaluate('window.marked = true')


async def type_into(tab: Tab, texts: dict[str, str]) -> None:
    """Type into the fields that these selectors find, all at once."""
    await tab.page.evaluate('''(texts) => {
        for (const [selector, text] of Object.entries(texts)) {
            for (const field of document.querySelectorAll(selector)) {
                field.focus();
                field.select();
                document.execCommand('insertText', false, text);
                if (field.value !== text) throw new Error(`${selector} holds ${field.value}`);
            }
        }
    }''', texts)


async def test_a_half_filled_form_survives_a_restart_of_the_server_but_for_the_password(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(speed=5)
    laptop = await device(server)
    tab, address = await laptop.tab('/sign-up'), a_new_address()
    await tab.page.context.add_init_script(NOTE_STORED)
    name = tab.page.get_by_label('First name')
    await tab.fill(address)
    await name.fill('Ann')
    await focus(name)
    await name.evaluate('(field) => field.setSelectionRange(1, 2)')
    await mark(tab)

    server.kill()
    await asyncio.sleep(1)
    await server.start()

    await is_loaded_anew(tab)
    await expect(name).to_have_value('Ann')
    await expect(tab.page.get_by_label('Email address')).to_have_value(address)
    await expect(tab.page.get_by_label('Password')).to_have_value('')
    await expect(name).to_be_focused()
    await tab.page.wait_for_function('() => { const field = document.activeElement; '
                                     'return field.selectionStart === 1 && field.selectionEnd === 2; }')
    assert PASSWORD not in await tab.page.evaluate('window.stored_then')
    assert await tab.page.evaluate(STORED) is None
    tab.forgive_the_network()


async def shows_what_was_typed(tab: Tab) -> None:
    """Wait until the form of the account is there as it was left."""
    await expect(tab.page.locator('html')).not_to_have_class(re.compile('away'))
    await expect(tab.page.get_by_label('First name')).to_have_value('Anna')
    await expect(tab.page.get_by_label('First name')).to_be_visible()
    await expect(tab.page.get_by_label('First name')).to_be_focused()


async def test_a_half_filled_form_survives_a_network_that_is_lost_for_a_moment(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    await laptop.sign_up()
    tab = await laptop.tab('/account')
    await tab.page.get_by_label('First name').fill('Anna')

    await laptop.context.set_offline(True)
    await tab.page.evaluate('window.socket.io.engine.close()')
    await asyncio.sleep(1.5)
    await laptop.context.set_offline(False)

    await tab.live()
    await shows_what_was_typed(tab)
    tab.forgive_the_network()


async def test_a_half_filled_form_survives_ten_silent_seconds_after_which_the_page_is_loaded_anew(
        device: MakeDevice, fast_server: Server) -> None:
    port = known_port()
    async with relay_to(fast_server.port, port) as network:
        laptop = await device(url=f'http://localhost:{port}')
        await laptop.sign_up()
        tab = await laptop.tab('/account')
        await tab.page.get_by_label('First name').fill('Anna')
        await mark(tab)

        network.cut()
        await asyncio.sleep(10)
        network.mend()

        await is_loaded_anew(tab)
        await shows_what_was_typed(tab)
        await laptop.context.close()
        tab.forgive_the_network()
    give_back(port)


async def test_a_password_that_is_changed_beside_a_tab_leaves_what_was_typed_and_the_caret_but_no_password(
        device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/account')
    field, password = tab.page.get_by_label('First name'), tab.page.get_by_label('Password')
    confirmation = tab.page.get_by_label('Type “delete my account”')
    before = await field.element_handle()
    await tab.see('Delete account').click()
    await confirmation.fill('delete my account')
    await password.fill(PASSWORD)
    await tab.page.get_by_label('Last name').fill('')
    await field.fill('Anna Maria')
    await field.evaluate('(field) => field.setSelectionRange(4, 4)')

    # By the API: another tab would tell this one, which may be granted all again before there is anything to hide.
    answer = await laptop.api('POST', '/me/change_password', current_password=PASSWORD, new_password=NEW_PASSWORD)

    assert answer.ok
    await tab.page.wait_for_function('(field) => !field.isConnected', arg=before)
    await expect(field).to_have_value('Anna Maria')
    await expect(field).to_be_focused()
    await tab.page.keyboard.type('-')
    await expect(field).to_have_value('Anna- Maria')
    await expect(tab.see('Delete account')).to_be_visible()
    await expect(password).to_have_value('')
    await expect(confirmation).to_have_value('')


async def test_what_was_typed_wins_over_a_change_from_elsewhere_until_it_is_saved(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up(first_name='Ann', last_name='Example')
    tab = await laptop.tab('/account')
    first, last = tab.page.get_by_label('First name'), tab.page.get_by_label('Last name')
    await first.fill('Anna')

    assert (await laptop.api('PATCH', '/me', first_name='Bea', last_name='Sample')).ok

    await expect(last).to_have_value('Sample')
    await expect(first).to_have_value('Anna')
    await tab.button('Save').click()
    await expect(tab.see('Saved.')).to_be_visible()
    await expect(first).to_have_value('Anna')
    assert (await laptop.api('PATCH', '/me', first_name='Cleo')).ok
    await expect(first).to_have_value('Cleo')


async def test_what_ann_typed_is_not_shown_to_bob_nor_after_her_end(device: MakeDevice, drafted: Server) -> None:
    laptop = await device(drafted)
    ann = await laptop.sign_up(first_name='Ann')
    bob = await laptop.sign_up(first_name='Bob')
    private, public = await laptop.tab('/typed'), await laptop.tab('/typed-public')
    for whose, next_one in ((bob, ann), (ann, None)):
        for tab in (private, public):
            await expect(tab.page.locator('[name=city]')).to_be_visible()
            await type_into(tab, dict.fromkeys(('[name=city]', '[name=secret-word]', '[aria-label=Nickname]'), 'Typed'))
            await mark(tab)
        if next_one:
            await laptop.api('POST', f'/client/sessions/{next_one}/touch')
            await expect(private.page.locator('.ls-person')).to_have_text('Ann')
        else:
            drafted.sql("UPDATE session SET status = 'revoked' WHERE id IN (?, ?)", whose, bob)
            await private.signed_out()
        await expect(public.page.locator('[name=city]')).to_have_value('')
        for tab in (private, public):
            await tab.page.wait_for_function(f'!{HOLDS_TYPED}')
        for tab in (private, public) if next_one else (public,):  # the private one has nothing left
            await tab.page.reload()
            await is_loaded_anew(tab)
            await expect(tab.page.locator('[name=city]')).to_be_visible()
            assert not await tab.page.evaluate(HOLDS_TYPED)


async def test_what_was_typed_before_an_outage_is_not_there_for_who_signs_in_after_it(
        device: MakeDevice, own_server: StartServer) -> None:
    server = await own_server(DRAFTED, speed=5)
    laptop = await device(server)
    ann = await laptop.sign_up()
    tab = await laptop.tab('/typed-public')
    await tab.page.locator('[name=city]').fill('Typed')
    await mark(tab)

    server.kill()
    server.sql("UPDATE session SET status = 'revoked' WHERE id = ?", ann)
    await server.start()

    await is_loaded_anew(tab)
    await expect(tab.page.locator('[name=city]')).to_have_value('')
    await laptop.sign_up()
    await tab.page.reload()
    await tab.live()
    await expect(tab.page.locator('[name=city]')).to_have_value('')
    assert await tab.page.evaluate(STORED) is None
    tab.forgive_the_network()


async def test_the_fields_of_an_author_are_kept_unless_they_hold_a_secret_or_say_otherwise(
        device: MakeDevice, drafted: Server) -> None:
    laptop = await device(drafted)
    await laptop.sign_up()
    tab = await laptop.tab('/typed')
    await tab.page.context.add_init_script(NOTE_STORED)
    page = tab.page
    kept = {'[name=city]': 'Graz', '[id=street]': 'Main St', '[aria-label=Remarks]': 'None', '[name=letter]': 'Dear',
            '[name=words]': 'words', '[aria-label=Nickname]': 'Annie', '[aria-label=Story]': 'Once'}
    not_kept = [*(f'[name={name}]' for name in ('code', 'card', 'pin', 'confirmation', 'off', 'opted-out', 'twice',
                                                'secret-word')), '[aria-label="Own words"]', '[aria-label="Left out"]']
    await page.locator('[aria-label="Own words"]').fill('secret of ann')
    await page.locator('.q-field .q-icon').click()  # shows it
    await expect(page.locator('[aria-label="Own words"]')).to_have_attribute('type', 'text')
    await type_into(tab, dict.fromkeys(not_kept, 'secret of ann') | kept)
    await page.locator('[name=agreed]').check()
    await page.locator('[value=large]').check()
    await page.locator('[name=country]').select_option('it')
    await mark(tab)

    await page.evaluate('location.reload()')
    await is_loaded_anew(tab)

    for selector, value in kept.items():
        await expect(page.locator(selector)).to_have_value(value)
    assert await page.locator(', '.join(not_kept)).evaluate_all('(found) => found.map(({value}) => value)') == [''] * 11
    await expect(page.locator('[name=agreed]')).to_be_checked()
    await expect(page.locator('[value=large]')).to_be_checked()
    await expect(page.locator('[name=country]')).to_have_value('it')
    await expect(page.locator('#heard')).to_have_text('Heard Annie')  # the server hears of it
    stored = await page.evaluate('window.stored_then')
    assert 'Graz' in stored
    assert 'secret of ann' not in stored


async def test_a_part_that_its_author_draws_anew_keeps_what_was_typed_and_nothing_that_was_dealt_with(
        device: MakeDevice, drafted: Server) -> None:
    laptop = await device(drafted)
    await laptop.sign_up()
    tab = await laptop.tab('/redrawn')
    first, second = tab.page.get_by_label('First'), tab.page.get_by_label('Second')
    thing, another = tab.page.get_by_label('Thing', exact=True), tab.page.get_by_label('Another thing')
    before = await first.element_handle()
    await second.fill('Typed, too')
    await first.fill('Typed')

    (drafted.folder / 'redraw').touch()
    await tab.page.wait_for_function('(field) => !field.isConnected', arg=before)
    (drafted.folder / 'redraw').unlink()
    await expect(first).to_have_value('Typed')
    await expect(second).to_have_value('Typed, too')

    await another.fill('Milk')
    await another.press('Enter')
    await expect(tab.see('Things: Milk')).to_be_visible()
    await expect(another).to_have_value('')
    await thing.fill('Bread')
    await tab.button('Add').click()
    await expect(tab.see('Things: Milk, Bread')).to_be_visible()
    await expect(thing).to_have_value('')
    await mark(tab)
    await tab.page.evaluate('location.reload()')
    await is_loaded_anew(tab)
    await expect(first).to_have_value('Typed')
    for field in (thing, another):
        await expect(field).to_have_value('')


async def test_the_page_stays_scrolled_where_it_was(device: MakeDevice, drafted: Server) -> None:
    laptop = await device(drafted)
    await laptop.sign_up()
    tab = await laptop.tab('/typed')
    await tab.page.mouse.wheel(0, 1500)
    await tab.page.wait_for_function('scrollY > 1000 && history.state?.scroll === Math.round(scrollY)')  # settled
    top = await tab.page.evaluate('scrollY')
    before = await tab.page.locator('[name=city]').element_handle()

    answer = await laptop.api('POST', '/me/change_password', current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert answer.ok
    await tab.page.wait_for_function('(field) => !field.isConnected', arg=before)
    await tab.page.wait_for_function(IS_AT, arg=top)

    await mark(tab)
    await tab.page.evaluate('location.reload()')
    await is_loaded_anew(tab)
    await tab.page.wait_for_function(IS_AT, arg=top)


async def test_a_store_that_is_away_takes_nothing_of_what_was_typed_nor_does_a_page_that_cannot_be_built_yet(
        device: MakeDevice, fast_server: Server) -> None:
    laptop = await device(fast_server)
    await laptop.sign_up()
    tab = await laptop.tab('/account')
    field = tab.page.get_by_label('First name')
    await field.fill('Anna')

    with fast_server.database.away():
        await expect(tab.page.get_by_role('main').get_by_text('Loading…')).to_be_visible()
    await expect(field).to_have_value('Anna')

    with fast_server.database.away():
        while (await laptop.context.request.get(f'{laptop.url}/account', max_retries=1)).status != 503:
            await asyncio.sleep(0.05)
        await tab.page.evaluate('window.socket.disconnect(); location.reload()')
        await expect(tab.see('The server cannot reach its data right now.')).to_be_visible()
    await expect(field).to_have_value('Anna')
    tab.complaints.clear()


async def test_search_words_of_administration_survive_with_what_they_find(
        device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    address = await sign_up_elsewhere(shared_server)
    tab = await laptop.tab('/admin')
    await found(tab, address)
    await mark(tab)

    await tab.page.evaluate('location.reload()')

    await is_loaded_anew(tab)
    await expect(tab.page.get_by_role('searchbox')).to_have_value(address)
    await expect(rows(tab)).to_have_count(1)
    await expect(rows(tab)).to_contain_text(address)


async def test_what_was_sent_or_left_is_not_kept(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/account')
    first, last = tab.page.get_by_label('First name'), tab.page.get_by_label('Last name')
    await tab.page.context.add_init_script(NOTE_STORED)

    async def kept() -> Any:
        await mark(tab)
        await tab.page.evaluate('location.reload()')
        await is_loaded_anew(tab)
        return json.loads(await tab.page.evaluate('window.stored_then'))['drafts']

    await first.fill('Anna')
    await tab.button('Save').click()
    await expect(tab.see('Saved.')).to_be_visible()
    await last.fill('Sample')
    assert [value for _, value in await kept()] == ['Sample']
    await expect(last).to_have_value('Sample')
    await tab.page.get_by_role('link', name='Examples').click()
    await expect(tab.page.get_by_role('heading', name='Examples')).to_be_visible()
    await expect(tab.page).to_have_url(f'{tab.url}/examples')
    assert await kept() == []
    await tab.page.get_by_role('link', name='Account', exact=True).click()
    await expect(first).to_have_value('Anna')
    await expect(last).to_have_value('')
