"""The fields of the forms: what is told beside them and when it goes, and how they help to fill them in."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from tests.running import either_store

from .devices import MakeDevice, Tab, a_new_address, focus

pytestmark = either_store

REFUSED = 'status of 4'  # how Chromium reports an answer of 4xx


def email(tab: Tab) -> Locator:
    return tab.page.get_by_label('Email address')


def password(tab: Tab) -> Locator:
    return tab.page.get_by_label('Password', exact=True)


def forgive_refusals(tab: Tab) -> None:
    tab.complaints[:] = [complaint for complaint in tab.complaints if REFUSED not in complaint]


async def told(field: Locator, words: str | re.Pattern[str]) -> None:
    """What is wrong is told where a screen reader looks for it."""
    await expect(field).to_have_attribute('aria-invalid', 'true')
    await expect(field).to_have_accessible_description(words if isinstance(words, re.Pattern) else re.compile(words))


async def mended(field: Locator) -> None:
    await expect(field).not_to_have_attribute('aria-invalid', 'true')


EMPTY = {
    '/sign-in': ('Sign in', {'Email address': 'Enter your email address.', 'Password': 'Enter your password.'}),
    '/account/security': ('Change password', {'Current password': 'Enter your password.',
                                              'New password': 'Enter a password.'}),
}


async def test_all_empty_fields_are_named_at_once_and_each_until_it_is_filled_in(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/sign-in')

    for path, (button, missing) in EMPTY.items():
        await tab.follow(path)
        first, second = (tab.page.get_by_label(name, exact=True) for name in missing)
        of_first, of_second = missing.values()

        await tab.page.get_by_role('main').get_by_role('button', name=button, exact=True).click()
        await told(first, of_first)
        await told(second, of_second)
        await expect(first).to_be_focused()
        if 'Email address' in missing:
            await first.press_sequentially('  ')  # spaces are no address
            await told(first, of_first)
        await first.press('a')
        await mended(first)
        await told(second, of_second)
        await second.press('a')

        await expect(tab.see(of_second)).to_have_count(0)
        if path != '/sign-in':  # a new password is judged from its first letter on
            await told(second, 'must have 8 characters')
        await first.fill('')  # or the address would go along
    forgive_refusals(tab)


async def test_a_new_password_is_judged_while_it_is_typed_and_only_a_better_one_takes_that_back(
        device: MakeDevice) -> None:
    tab = await (await device()).tab('/sign-up')
    address = a_new_address()
    await email(tab).fill(address)

    await password(tab).press_sequentially('short')
    await told(password(tab), 'must have 8 characters')
    await password(tab).press('x')
    await told(password(tab), 'must have 8 characters')
    await password(tab).press_sequentially('yz more')
    await mended(password(tab))
    await password(tab).fill(address)
    await told(password(tab), 'The password is your email address.')
    await email(tab).fill('horatio@stonewall.org')
    await mended(password(tab))

    await expect(password(tab)).to_have_accessible_description(re.compile('^8 to 256 characters'))
    await password(tab).fill('x' * 300)  # one of any length can be pasted
    await expect(password(tab)).to_have_value('x' * 300)
    await told(password(tab), 'may have 256 characters at most')
    forgive_refusals(tab)


async def test_a_name_that_is_too_long_is_told_of_and_not_cut_off_and_beside_the_button_that_one_was_saved(
        device: MakeDevice) -> None:
    laptop = await device()
    await laptop.sign_up()
    tab = await laptop.tab('/account')
    saved = tab.page.locator('form').get_by_role('status').filter(has_text='Saved.')
    name = tab.page.get_by_label('First name')

    await name.fill('🦊' * 101)
    await told(name, 'Names may have 100 characters at most.')
    for short_enough in ('u\u0308' * 100, ' ' + '🦊' * 100 + ' ', '🦊' * 100):
        await name.fill(short_enough)
        await mended(name)
    for typed in ('🦊' * 100, 'Bea'):
        await name.fill(typed)
        await expect(saved).to_be_hidden()  # until something else is typed
        await tab.button('Save').click()
        await expect(saved).to_be_visible()
        await expect(name).to_have_value(typed)
        button, words = await tab.button('Save').bounding_box(), await saved.bounding_box()
        assert button
        assert words
        assert button['y'] < words['y'] + words['height'] / 2 < button['y'] + button['height']
    await name.fill('x' * 101)
    await tab.button('Save').click()

    await told(name, 'Names may have 100 characters')
    await expect(saved).to_be_hidden()
    forgive_refusals(tab)


async def test_a_password_is_shown_and_hidden_also_when_it_is_sent_and_caps_lock_is_hinted_at_in_it_and_nowhere_else(
        device: MakeDevice) -> None:
    laptop = await device()
    tab = await laptop.tab('/sign-in')
    await password(tab).fill('secret of mine')
    await password(tab).press('End')

    await tab.button('Show the password').click()
    await expect(password(tab)).to_have_attribute('type', 'text')
    await expect(password(tab)).to_be_focused()  # who points at the button goes on typing
    await tab.page.keyboard.type('!')
    await expect(password(tab)).to_have_value('secret of mine!')
    for name, value in (('spellcheck', 'false'), ('autocapitalize', 'none'), ('autocomplete', 'current-password')):
        await expect(password(tab)).to_have_attribute(name, value)
    await focus(tab.button('Hide the password'))
    await tab.page.keyboard.press('Enter')
    await expect(password(tab)).to_have_attribute('type', 'password')
    await tab.page.keyboard.press('Space')
    await expect(password(tab)).to_have_attribute('type', 'text')
    types = await tab.page.evaluate("""() => new Promise((done) => {
        const real = window.fetch;
        window.fetch = (...given) => { done(document.getElementById('password').type); return real(...given); };
        document.querySelector('form [type=submit]').click();
    })""")

    assert types == 'password'
    await expect(tab.button('Show the password')).to_be_visible()
    await told(email(tab), 'Enter your email address.')

    press = """([field, on]) => {
        const node = document.getElementById(field);
        node.focus();
        node.dispatchEvent(new KeyboardEvent('keydown', {key: 'A', modifierCapsLock: on, bubbles: true}));
    }"""

    await tab.page.evaluate(press, ['password', True])
    await expect(tab.see('Caps Lock is on.')).to_be_visible()
    await expect(password(tab)).to_have_accessible_description(re.compile('Caps Lock is on.'))
    await tab.page.evaluate(press, ['password', False])
    await expect(tab.see('Caps Lock is on.')).to_have_count(0)
    await tab.page.evaluate(press, ['password', True])
    await tab.page.evaluate(press, ['identifier', True])
    await expect(tab.see('Caps Lock is on.')).to_have_count(0)
    await tab.page.evaluate("document.getElementById('password').dispatchEvent(new Event('keydown', {bubbles: true}))")
    forgive_refusals(tab)


NO_STORAGE = """window.storageThrows = true;
for (const name of ['getItem', 'setItem']) {
    const real = Storage.prototype[name];
    Storage.prototype[name] = function (...given) {
        if (window.storageThrows) throw new Error('no');
        return real.apply(this, given);
    };
}"""


async def test_an_address_goes_along_from_signing_in_to_signing_up_and_back_and_nowhere_else(
        device: MakeDevice) -> None:
    laptop = await device()
    await laptop.context.add_init_script(NO_STORAGE)
    tab = await laptop.tab('/sign-in')
    asked: list[str] = []
    tab.page.on('request', lambda request: asked.append(request.url))
    address = a_new_address()
    main = tab.page.get_by_role('main')

    await expect(email(tab)).to_be_focused()  # the first empty field
    await tab.page.keyboard.type(address)
    await password(tab).fill('typed already')
    await main.get_by_role('link', name='Sign up').click()
    await expect(tab.page.get_by_role('heading', name='Sign up')).to_be_visible()
    await expect(email(tab)).to_have_value(address)
    await expect(password(tab)).to_have_value('')
    await tab.page.evaluate('window.storageThrows = false')
    await email(tab).fill(f'x{address}')
    await main.get_by_role('link', name='Sign in').click()
    await expect(tab.page.get_by_role('heading', name='Sign in')).to_be_visible()
    await expect(email(tab)).to_have_value(f'x{address}')
    await tab.back('/sign-in')
    await expect(tab.page.get_by_role('heading', name='Sign up')).to_be_visible()
    await expect(email(tab)).to_have_value(f'x{address}')
    await tab.page.get_by_role('link', name='Home', exact=True).click()
    await expect(tab.page.get_by_role('heading', level=1)).to_contain_text('session')
    await tab.page.get_by_role('navigation').get_by_role('link', name='Sign in').or_(
        tab.page.locator('header').get_by_role('link', name='Sign in')).first.click()
    await expect(tab.page.get_by_role('heading', name='Sign in')).to_be_visible()

    await expect(email(tab)).to_have_value('')
    assert 'example.com' not in ''.join([*asked, tab.page.url])
    tab.complaints[:] = [complaint for complaint in tab.complaints if 'no' not in complaint]


async def test_on_a_phone_no_keyboard_opens_by_itself(device: MakeDevice) -> None:
    phone = await device(has_touch=True, is_mobile=True, viewport={'width': 360, 'height': 740})
    tab = await phone.tab('/sign-in')

    await expect(tab.button('Sign in')).to_be_visible()
    assert await tab.page.evaluate('document.activeElement === document.body')


async def test_who_has_put_the_focus_somewhere_keeps_it(device: MakeDevice) -> None:
    laptop = await device()
    await laptop.context.add_init_script("""document.addEventListener('DOMContentLoaded', () => {
        document.body.insertAdjacentHTML('beforeend', '<input id="early" data-public>');
        document.getElementById('early').focus();
    });""")
    tab = await laptop.tab('/sign-in')

    await expect(tab.button('Sign in')).to_be_visible()
    await expect(tab.page.locator('#early')).to_be_focused()


ATTRIBUTES = {
    '/sign-in': {'Email address': {'autocomplete': 'username webauthn', 'enterkeyhint': 'next', 'inputmode': 'email',
                                   'maxlength': '1016'},
                 'Password': {'autocomplete': 'current-password', 'enterkeyhint': 'go'}},
    '/sign-up': {'Email address': {'autocomplete': 'username', 'enterkeyhint': 'next'},
                 'Password': {'autocomplete': 'new-password', 'enterkeyhint': 'go', 'minlength': '8',
                              'passwordrules': 'minlength: 8; maxlength: 256;'},
                 'First name': {'autocomplete': 'given-name', 'maxlength': '400'}},
}


async def test_fields_say_what_they_are_for_and_what_a_browser_fills_in_can_be_read(device: MakeDevice) -> None:
    tab = await (await device()).tab('/sign-in')

    for path, fields in ATTRIBUTES.items():
        await tab.follow(path)
        for field, attributes in fields.items():
            found = await tab.page.get_by_label(field).evaluate(
                '(field) => Object.fromEntries([...field.attributes].map(({name, value}) => [name, value]))')
            assert attributes.items() <= found.items(), f'{path} {field}'
    rule = await tab.page.evaluate("""() => {
        const rulesIn = (place) => [...place.cssRules ?? []].flatMap((rule) => [rule, ...rulesIn(rule)]);
        const rules = [...document.styleSheets].flatMap(rulesIn);
        return rules.find((rule) => rule.selectorText?.includes(':autofill')).style.cssText;
    }""")

    assert '-webkit-text-fill-color: var(--ls-text)' in rule
    assert 'box-shadow: inset 0 0 0 100vmax var(--ls-tint)' in rule or 'var(--ls-tint)' in rule
    for theme in ('light', 'dark'):
        await tab.page.emulate_media(color_scheme=theme)
        colours = await tab.page.evaluate("""() => ['--ls-text', '--ls-tint'].map((name) => {
            const probe = document.body.appendChild(document.createElement('i'));
            probe.style.color = `var(${name})`;
            const colour = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number);
            probe.remove();
            return colour;
        })""")
        assert contrast(*colours) >= 4.5, theme


def contrast(one: list[float], other: list[float]) -> float:
    """The contrast of two colours (WCAG 2.2)."""
    def luminance(colour: list[float]) -> float:
        parts = [part / 255 for part in colour[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
