"""Where somebody is: the title, the header, the focus after a link, Back, a search that stands in the address."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.running import either_store
from tests.server import Server

from .devices import Device, MakeDevice, Tab, a_new_address, focus

pytestmark = either_store

PATHS = ('/', '/sign-in', '/sign-up', '/sign-up/verify', '/forgot-password', '/reset-password', '/undo-address-change',
         '/sign-in/choose', '/account', '/account/security', '/admin', '/admin/sessions', '/demo', '/examples',
         '/examples/nextjs', '/examples/javascript', '/examples/expo', '/examples/ios', '/examples/android')

# Counts what a screen reader would say by itself: where the focus goes, and what changes in a live region.
LISTEN = """() => {
    window.said = [];
    document.addEventListener('focusin', ({ target }) => said.push(target.textContent));
    new MutationObserver((changes) => {
        for (const { target } of changes) {
            const element = target.nodeType === 1 ? target : target.parentElement;
            const region = element?.closest('[role=status], [role=alert]');
            if (region?.textContent && region.ariaLive !== 'off') said.push(region.textContent);
        }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def heading(tab: Tab) -> Locator:
    return tab.page.get_by_role('heading', level=1)


def current(tab: Tab) -> Locator:
    return tab.page.locator('header [aria-current]')


async def administrator(device: MakeDevice, server: Server) -> Device:
    laptop, address = await device(), a_new_address()
    await laptop.sign_up(address, first_name='Ada')
    server.sql('UPDATE user SET is_admin = 1 WHERE email_address = ?', address)
    return laptop


async def test_each_page_has_a_title_of_its_own(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)

    titles: dict[str, str] = {}
    for path in PATHS:
        page = await (await laptop.context.request.get(laptop.url + path)).text()
        titles[path] = ' '.join(re.findall('<title>(.*?)</title>', page))

    assert len(set(titles.values())) == len(PATHS), titles
    assert titles.pop('/') == 'Live Sessions'
    assert all(re.fullmatch(r'.+ · Live Sessions', title) for title in titles.values()), titles


async def test_the_header_and_the_title_follow_within_the_app(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    await expect(current(tab)).to_have_text('Home')
    await tab.page.evaluate('window.sameDocument = true')

    await tab.page.get_by_role('link', name='Account', exact=True).click()
    await expect(tab.page).to_have_title('Account · Live Sessions')
    await expect(current(tab)).to_have_text('Account')
    await expect(current(tab)).to_have_attribute('aria-current', 'page')
    await tab.page.get_by_role('link', name='Security').click()
    await expect(tab.page).to_have_title('Security · Live Sessions')
    await expect(current(tab)).to_have_text('Account')
    await expect(current(tab)).to_have_attribute('aria-current', 'true')
    await tab.back('/account/security')
    await expect(tab.page).to_have_title('Account · Live Sessions')
    await expect(current(tab)).to_have_attribute('aria-current', 'page')

    assert await tab.page.evaluate('window.sameDocument')


async def test_after_a_link_the_heading_of_the_new_page_is_said_once(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab()
    await tab.page.evaluate(LISTEN)

    for name, there, path in (
            ('Examples', 'Examples', '/examples'), ('Next.js', 'Next.js', '/examples/nextjs'),
            ('← All examples', 'Examples', '/examples'), ('Account', 'Account', '/account'),
            ('Security', 'Account', '/account/security'), ('Home', 'When a', '/')):
        await goes_on(tab, name, there, path)
    await laptop.api('DELETE', '/client/sessions')
    await tab.signed_out()
    await expect(tab.see('You signed out in this browser.')).to_be_visible()  # said a moment later, before going on
    await goes_on(tab, 'Sign in', 'Sign in', '/sign-in')  # to a form


async def goes_on(tab: Tab, name: str, there: str, path: str) -> None:
    """Follow a link with the keyboard: what the heading of its page says, and nothing else, is said."""
    before = await heading(tab).element_handle()
    await focus(tab.page.get_by_role('link', name=name).first)
    await tab.page.evaluate('said = []')

    await tab.page.keyboard.press('Enter')
    await tab.page.wait_for_function('(heading) => !heading.isConnected', arg=before)
    await expect(tab.page).to_have_url(tab.url + path)
    await expect(heading(tab)).to_be_focused()
    await expect(heading(tab)).to_contain_text(there)
    await tab.page.wait_for_timeout(300)  # nothing else is said afterwards

    said = [words for words in await tab.page.evaluate('said') if words != '']
    assert len(said) == 1, (name, said)


async def test_a_link_that_opens_elsewhere_leaves_the_focus_where_it_is(device: MakeDevice) -> None:
    tab = await (await device()).tab('/account')
    link = tab.page.get_by_role('link', name='Examples').first

    async with tab.page.context.expect_page():
        await link.click(modifiers=['ControlOrMeta'])

    await expect(link).to_be_focused()


async def test_back_leads_to_where_the_person_was(device: MakeDevice) -> None:
    tab = await (await device()).tab(None)
    await tab.page.set_viewport_size({'width': 360, 'height': 400})
    await tab.open('/examples')
    await focus(tab.page.get_by_role('link', name='Android'))
    left_at = await tab.page.evaluate('scrollY')

    await tab.page.keyboard.press('Enter')
    await expect(tab.page.get_by_role('heading', name='Android', level=1)).to_be_focused()
    top = await tab.page.evaluate('scrollY')
    await tab.back('/examples/android')
    await expect(tab.page.get_by_role('heading', name='Examples', level=1)).to_be_focused()

    assert left_at > 100
    assert top == 0
    await tab.page.wait_for_function('(y) => Math.abs(scrollY - y) < 40', arg=left_at)
    await tab.page.reload()
    await tab.page.wait_for_function('(y) => Math.abs(scrollY - y) < 40', arg=left_at)


async def test_a_search_stands_in_the_address_and_survives_reload_back_and_sharing(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    word = a_new_address().partition('@')[0]
    await phone.sign_up(f'{word}.one@example.com', first_name='Müller')
    await phone.sign_up(f'{word}.two@example.com')
    tab = await laptop.tab('/admin')
    field, rows = tab.page.get_by_role('searchbox'), tab.page.locator('.ls-administration .ls-row')
    found = tab.page.get_by_role('status').filter(has_text=f'2 users found for “{word}”.')

    await field.press_sequentially(word)
    await expect(found).to_be_visible()
    await expect(tab.page).to_have_url(f'{tab.url}/admin?q={word}')
    await tab.page.reload()
    await expect(field).to_have_value(word)
    await expect(rows).to_have_count(2)
    await tab.page.get_by_role('link', name='Sessions', exact=True).click()
    await expect(field).to_have_value('')
    await tab.back('/admin/sessions')
    await expect(field).to_have_value(word)
    await expect(found).to_be_visible()
    await field.fill('')
    await expect(tab.page).to_have_url(f'{tab.url}/admin')
    await expect(found).to_be_hidden()

    await tab.open(f'/admin/sessions?q={word}.one')  # which was shared
    await expect(field).to_have_value(f'{word}.one')
    await expect(rows).to_have_count(1)


async def test_a_search_is_still_there_when_the_page_is_built_anew(device: MakeDevice, shared_server: Server) -> None:
    laptop = await administrator(device, shared_server)
    tab = await laptop.tab('/admin')
    field = tab.page.get_by_role('searchbox')
    await field.fill('ada & bob?')
    await expect(tab.page).to_have_url(f'{tab.url}/admin?q=ada+%26+bob%3F')
    before = await field.element_handle()

    await laptop.sign_up(address := a_new_address())
    shared_server.sql('UPDATE user SET is_admin = 1 WHERE email_address = ?', address)

    await tab.page.wait_for_function('(field) => !field.isConnected', arg=before)
    await expect(field).to_have_value('ada & bob?')


async def test_only_what_was_searched_for_is_announced_and_once_for_all_that_was_typed(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    word = a_new_address().partition('@')[0]
    await phone.sign_up(f'{word}@example.com')
    tab = await laptop.tab('/admin')
    await expect(tab.page.get_by_text(re.compile(r'^[\d,]+ users?\.$'))).to_be_visible()
    await tab.page.evaluate(LISTEN)

    # With no pause between the letters, however busy the machine is.
    await tab.page.get_by_role('searchbox').evaluate('''(field, word) => {
        for (const letter of word) {
            field.value += letter;
            field.dispatchEvent(new InputEvent('input', {bubbles: true}));
        }
    }''', word)
    await expect(tab.see(f'1 user found for “{word}”.')).to_be_visible()

    said = await tab.page.evaluate("said.filter((words) => words.includes('found'))")
    assert said == [f'1 user found for “{word}”.']


async def test_which_page_of_a_list_this_is_is_announced_to_whoever_turns_to_it(
        device: MakeDevice, shared_server: Server) -> None:
    laptop, phone = await administrator(device, shared_server), await device()
    word = a_new_address().partition('@')[0]
    for number in range(26):
        shared_server.sql(
            "INSERT INTO user (id, email_address, first_name, last_name, password_hash, password_changed_at, is_admin, "
            "disabled, created_at) SELECT ?, ?, '', '', '', created_at, false, false, created_at FROM user LIMIT 1",
            f'user_{word}{number:02}', f'{word}.{number:02}@example.com')
    await phone.sign_up()
    tab = await laptop.tab(f'/admin?q={word}.')
    where = tab.page.locator('.ls-pager [role=status]:not(:empty)')

    await expect(where).to_have_text('Page 1 of 2')
    await expect(where).to_have_attribute('aria-live', 'off')
    await tab.button('More').click()

    await expect(where).to_have_text('Page 2 of 2')
    await expect(where).to_have_attribute('aria-live', 'polite')


async def test_the_account_button_is_named_by_the_person(device: MakeDevice, shared_server: Server) -> None:
    laptop, address = await device(), a_new_address()
    await laptop.sign_up(address, first_name='Ann', last_name='Example')
    tab = await laptop.tab()

    await expect(tab.button('Account panel: Ann Example')).to_be_visible()
    shared_server.sql("UPDATE user SET first_name = '<b>A&amp;' WHERE email_address = ?", address)
    await expect(tab.button('Account panel: <b>A&amp; Example')).to_be_visible()


# The page is drawn before its address is shown; let() shows it.
HOLD_THE_ADDRESS = """() => {
    const { pushState } = history;
    history.pushState = (...given) => { window.let = () => pushState.apply(history, given); };
}"""


@pytest.mark.parametrize('way', ['a link', 'a button'])
async def test_whoever_types_before_the_address_is_shown_keeps_the_focus(device: MakeDevice, way: str) -> None:
    laptop = await device()
    await laptop.sign_up(address := a_new_address())
    if way == 'a link':
        await laptop.api('DELETE', '/client/sessions')
    tab = await laptop.tab('/sign-in/choose?redirect_url=/account' if way == 'a button' else '/')
    await tab.page.evaluate(HOLD_THE_ADDRESS)

    if way == 'a link':
        await tab.page.locator('header').get_by_role('link', name='Sign up').press('Enter')
        field = tab.page.get_by_label('Email address')
    else:
        await tab.page.get_by_role('main').get_by_role('button', name=address).press('Enter')
        field = tab.page.get_by_label('First name')
    await expect(field).to_be_editable()
    while not await field.evaluate('(field) => field === document.activeElement'):
        await tab.page.keyboard.press('Tab')
    await field.press('A')
    await tab.page.wait_for_function('() => Boolean(window.let)')
    await tab.page.evaluate('() => { window.let(); return new Promise(requestAnimationFrame); }')
    await expect(tab.page).to_have_url(re.compile('/sign-up$|/account$'))
    await tab.page.keyboard.type('nn')

    await expect(field).to_have_value('Ann')
    await expect(field).to_be_focused()
