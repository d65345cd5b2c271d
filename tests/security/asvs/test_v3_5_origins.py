"""V3.5 Browser origin separation."""

from __future__ import annotations

import re

import httpx
import pytest

from auth.web.cookies import cookie_name
from tests.auth.conftest import Api, sign_up
from tests.programs import ROOT
from tests.running import either_store

from .conftest import sign_up_over_https

pytestmark = either_store

CHANGES = [('POST', '/v1/client/sign_ups'), ('POST', '/v1/client/sign_ins'), ('DELETE', '/v1/client'),
           ('DELETE', '/v1/client/sessions'), ('PATCH', '/v1/me'), ('POST', '/v1/me/change_password'),
           ('DELETE', '/v1/me'), ('POST', '/v1/me/sessions/revoke_others'), ('POST', '/v1/client/tabs')]
ELSEWHERE = [{'origin': 'https://evil.example'}, {'origin': 'null'}, {'origin': 'http://localhost.evil.example'},
             {'origin': 'http://localhost:8081'}, {'sec-fetch-site': 'cross-site'}, {'sec-fetch-site': 'same-site'}]


@pytest.mark.parametrize('foreign', ELSEWHERE, ids=str)
async def test_v3_5_1_nothing_is_changed_for_a_page_of_another_origin(api: Api, foreign: dict[str, str]) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        before = api.rules.everything()

        answers = [await browser.request(method, path, data={'email_address': 'eve@example.com'}, headers=foreign)
                   for method, path in CHANGES]

    assert [answer.status_code for answer in answers] == [403] * len(CHANGES)
    assert api.rules.everything() == before


@pytest.mark.parametrize('content_type', ['text/plain', 'application/json', 'multipart/form-data; boundary=x', ''])
async def test_v3_5_2_a_request_that_needs_no_preflight_is_asked_for_its_origin_all_the_same(
        api: Api, content_type: str) -> None:
    headers = {'origin': 'https://evil.example'} | ({'content-type': content_type} if content_type else {})
    async with api.browser() as browser:
        await sign_up(browser)

        answer = await browser.post('/v1/me/sessions/revoke_others', content='{}', headers=headers)
        preflight = await browser.options('/v1/me/sessions/revoke_others', headers={
            **headers, 'access-control-request-method': 'POST'})

    assert answer.status_code == 403
    assert not [name for name in preflight.headers if name.startswith('access-control-allow')]


@pytest.mark.parametrize('method', ['GET', 'HEAD', 'OPTIONS'])
async def test_v3_5_3_no_safe_method_changes_anything(api: Api, method: str) -> None:
    async with api.browser() as browser:
        session_id = (await sign_up(browser)).json()['response']['created_session_id']
        before = api.rules.everything()

        for path in [path for _, path in CHANGES] + [f'/v1/client/sessions/{session_id}/remove',
                                                     f'/v1/me/sessions/{session_id}/revoke']:
            await browser.request(method, path)
            await browser.request(method, f'{path}?_method=DELETE')

    assert api.rules.everything() == before


async def test_v3_5_4_a_site_takes_no_cookie_of_another_one_on_its_host(api: Api) -> None:
    other = 'client_' + 'f' * 27 + '.' + 'A' * 43
    async with api.browser(cookie=f'{cookie_name("staging", secure=False)}={other}') as browser:
        answer = await browser.get('/v1/client')

    assert answer.json()['response'] is None


async def test_v3_5_5_no_script_takes_messages_of_other_windows() -> None:
    scripts = [*(ROOT / 'static').rglob('*.js')]
    assert len(scripts) > 20

    listening = {script.name for script in scripts
                 if re.search(r'onmessage|[\'"]message[\'"]', script.read_text(encoding='utf-8'))}

    assert listening == {'other-tabs.js'}  # by a BroadcastChannel, which pages of the same origin alone can use
    assert 'new BroadcastChannel' in (ROOT / 'static' / 'live' / 'other-tabs.js').read_text(encoding='utf-8')


async def test_v3_5_6_no_answer_can_be_called_as_a_function(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        answers = [await browser.get(f'/v1/client?{name}=stolen') for name in ('callback', 'jsonp', '_callback', 'j')]

    assert all('stolen' not in answer.text for answer in answers)
    assert all(answer.headers['content-type'] == 'application/json' for answer in answers)


async def test_v3_5_7_a_script_is_the_same_for_everybody(visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get('/')).text
    scripts = [path for path in re.findall(r'"([^"\s]+\.js)"', page) if path.startswith('/')][:60]
    assert scripts
    before = [(await visitor.get(path)).content for path in scripts]
    await sign_up_over_https(visitor, 'script@example.com')
    assert 'Active Session' in (await visitor.get('/account')).text

    after = [(await visitor.get(path)).content for path in scripts]

    assert after == before


async def test_v3_5_8_what_is_somebodys_is_not_loaded_by_other_sites(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        answer = await browser.get('/v1/client', headers={'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors'})

    refused = answer.status_code == 403
    assert refused or answer.headers.get('cross-origin-resource-policy') == 'same-origin'
