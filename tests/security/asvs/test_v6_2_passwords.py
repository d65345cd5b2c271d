"""V6.2 Password security."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.async_api import expect

from auth import Settings
from auth.errors import PasswordTooCommon
from auth.rules.profile import change_password
from tests.auth import test_breaches as of_breaches
from tests.auth.conftest import Api, sign_up
from tests.browser.devices import MakeDevice
from tests.rules import LAPTOP, NEW_PASSWORD, PASSWORD, Rules
from tests.running import either_store

pytestmark = either_store

Service = of_breaches.Service
service = of_breaches.service


async def signs_up_with(api: Api, password: str) -> httpx.Response:
    async with api.browser() as browser:
        return await sign_up(browser, password=password)


async def change(browser: httpx.AsyncClient, current: str, new: str) -> httpx.Response:
    return await browser.post('/v1/me/change_password', data={'current_password': current, 'new_password': new})


async def test_v6_2_1_a_password_has_at_least_eight_characters(api: Api) -> None:
    short = await signs_up_with(api, 'q7Gm!x2')

    assert short.json()['errors'][0]['code'] == 'form_password_length_too_short'
    assert (await signs_up_with(api, 'q7Gm!x2ß')).status_code == 200


async def test_v6_2_2_people_change_their_password(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)

        assert (await change(browser, PASSWORD, NEW_PASSWORD)).status_code == 200

    assert await api.rules.sign_in(password=NEW_PASSWORD)


@pytest.mark.parametrize('current', ['', 'not my password', PASSWORD.upper()])
async def test_v6_2_3_a_change_asks_for_the_current_password(api: Api, current: str) -> None:
    async with api.browser() as browser:
        await sign_up(browser)

        assert (await change(browser, current, NEW_PASSWORD)).status_code == 422

    assert await api.rules.sign_in(password=PASSWORD)


@pytest.mark.parametrize('common', ['password', 'iloveyou', '12345678', 'baseball', 'Superman', ' trustno1 '])
async def test_v6_2_4_common_passwords_are_refused_at_sign_up_and_at_a_change(api: Api, common: str) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        changed = await change(browser, PASSWORD, common)

    assert changed.json()['errors'][0]['code'] == 'form_password_pwned'
    async with api.browser() as browser:
        refused = await sign_up(browser, 'bob@example.com', password=common)
    assert refused.json()['errors'][0]['code'] == 'form_password_pwned'


@pytest.mark.parametrize('password', ['kiosk lantern vapour quiet', '730214985516482037', 'ÄÖÜ-ßßß-ñandú-çe',
                                      '🐙🧭🪁🌶️🛶🎈🦉🧦🪴🚲🧀🪗', 'x9$kQ!mW2#vR', '\t tab and blank \t'])
async def test_v6_2_5_any_characters_make_a_password(api: Api, password: str) -> None:
    assert (await signs_up_with(api, password)).status_code == 200
    assert await api.rules.sign_in(password=password)


async def test_v6_2_6_and_7_fields_of_passwords_are_masked_and_open_to_paste_and_password_managers(
        device: MakeDevice) -> None:
    tab = await (await device()).tab(None)
    field = tab.page.get_by_label('Password', exact=True)

    for path, autocomplete in (('/sign-in', 'current-password'), ('/sign-up', 'new-password')):
        await tab.open(path)
        await expect(field).to_have_attribute('type', 'password')
        await expect(field).to_have_attribute('autocomplete', autocomplete)
        assert await field.evaluate('''(field) => field.dispatchEvent(
            new ClipboardEvent('paste', {bubbles: true, cancelable: true}))'''), f'a paste is prevented on {path}'


@pytest.mark.parametrize('other', [PASSWORD[:-1], PASSWORD.upper(), PASSWORD.title(), f' {PASSWORD}', f'{PASSWORD}x'])
async def test_v6_2_8_a_password_is_compared_whole_and_as_it_was_typed(api: Api, other: str) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        refused = await browser.post('/v1/client/sign_ins', data={'identifier': 'ann@example.com', 'password': other})

    assert refused.json()['errors'][0]['code'] == 'form_password_incorrect'


async def test_v6_2_9_a_password_may_have_64_characters_and_more(api: Api) -> None:
    long = ' '.join(['lantern', 'kiosk', 'vapour', 'quiet', 'otter'] * 6)
    assert len(long) > 64

    assert (await signs_up_with(api, long)).status_code == 200
    assert await api.rules.sign_in(password=long)


async def test_v6_2_10_a_password_does_not_grow_old(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
    api.rules.clock.forward(days=3650)

    assert await api.rules.sign_in()
    assert not [name for name in Settings.model_fields if 'password' in name and 'age' in name.split('_')]


@pytest.mark.parametrize('password', ['annlovelace', 'Ann Lovelace 1', 'lovelaceann', 'example.com', 'livesessions',
                                      'Live Sessions 1'])
async def test_v6_2_11_nobody_takes_their_own_names_or_that_of_the_site(api: Api, password: str) -> None:
    async with api.browser() as browser:
        refused = await sign_up(browser, password=password, first_name='Ann', last_name='Lovelace')

    assert refused.json()['errors'][0]['meta']['param_name'] == 'password'
    assert refused.json()['errors'][0]['code'] == 'form_password_not_strong_enough'


async def test_v6_2_12_breached_passwords_are_refused_and_never_told_to_the_service(
        rules_with: Callable[..., Rules], service: Service) -> None:
    rules = rules_with(breached_passwords_url=service.url)
    ann = await rules.sign_up()

    with pytest.raises(PasswordTooCommon):
        await change_password(rules.auth, await rules.here(ann.token), current_password=PASSWORD,
                              new_password=NEW_PASSWORD, sign_out_others=False, request_info=LAPTOP)

    assert service.asked
    for request in service.asked:
        assert len(request.split(' ')[1].removeprefix('/range/')) == 5
        assert NEW_PASSWORD not in request
