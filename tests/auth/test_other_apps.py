"""Apps at other origins: with ``ALLOWED_ORIGINS`` they use the Frontend API, without it only our own pages do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from auth.requests.hosts import Hosts
from auth.requests.origins import parse_origin
from auth.web.api.other_apps import OtherApps
from tests.auth.conftest import Api, served_api, sign_in, sign_up
from tests.auth.keys import keep_key, verified
from tests.rules import PASSWORD, Rules
from tests.running import either_store

pytestmark = either_store

APP = 'http://localhost:3000'
SECOND = 'https://app.example.com'
SAME_SITE = {'origin': APP, 'sec-fetch-site': 'same-site'}
PROXIED = {'origin': APP, 'sec-fetch-site': 'same-origin', 'x-forwarded-host': 'localhost:3000',
           'clerk-proxy-url': f'{APP}/__clerk'}
READING = {'sec-fetch-site': 'same-origin'}
"""Browsers name no origin when a page reads from where it came from itself."""
ANOTHER_SITE = {'origin': SECOND, 'sec-fetch-site': 'cross-site'}

NOT_ALLOWED = [
    {'origin': 'http://localhost:3001', 'sec-fetch-site': 'same-site'},
    {'origin': 'https://localhost:3000', 'sec-fetch-site': 'cross-site'},
    {'origin': 'http://localhost:3000.evil.example', 'sec-fetch-site': 'cross-site'},
    {'origin': 'http://app.localhost:3000', 'sec-fetch-site': 'same-site'},
    {'origin': 'null', 'sec-fetch-site': 'cross-site'}, {'origin': 'https://evil.example'},
    {'origin': 'http://localhost:3000 https://evil.example'}, {'origin': ''}, {'origin': '*'},
    {'sec-fetch-site': 'same-site'}, {'sec-fetch-site': 'cross-site'},
    {'origin': 'https://evil.example', 'clerk-proxy-url': f'{APP}/__clerk', 'x-forwarded-host': 'localhost:3000'},
]
"""What browsers say of pages that are no app's that is allowed."""


@pytest.fixture
async def with_apps(rules_with: Callable[..., Rules]) -> AsyncIterator[Api]:
    """The Frontend API of a site that allows two apps."""
    async with served_api(rules_with(allowed_origins=f'{APP},{SECOND}')) as api:
        yield api


def told_to_browsers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith('access-control-')}


# ------------------------------------------------------------ without the setting


async def test_without_the_setting_no_app_may_change_or_read_anything(api: Api) -> None:
    for headers in (SAME_SITE, PROXIED, ANOTHER_SITE):
        async with api.browser(**headers) as app:
            up, here = await sign_up(app), await app.get('/v1/client')
            asked = await app.options('/v1/client', headers={'access-control-request-method': 'PUT'})

        assert (up.status_code, up.json()['errors'][0]['code']) == (403, 'origin_invalid')
        assert told_to_browsers(up) == told_to_browsers(here) == told_to_browsers(asked) == {}
        assert 'vary' not in here.headers
        assert asked.status_code == 405


# ------------------------------------------------------------ with it


@pytest.mark.parametrize('headers', [SAME_SITE, PROXIED, {'origin': APP}, {'origin': 'HTTP://LOCALHOST:3000'}],
                         ids=['same site', 'behind its proxy', 'an old browser', 'in capitals'])
async def test_an_app_that_is_allowed_goes_the_whole_way(with_apps: Api, headers: dict[str, str]) -> None:
    async with with_apps.browser(**headers) as app:
        answers = [await sign_up(app), await app.get('/v1/client'), await app.get('/v1/environment'),
                   await app.post('/v1/client/sessions?_method=DELETE'), await sign_in(app),
                   await app.get('/v1/client/nothing'), await app.get('/v1/client/sessions')]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 404, 405]
    for answer in answers:  # errors too, or the app could tell nobody what is wrong
        assert told_to_browsers(answer) == {
            'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true',
            'access-control-expose-headers': 'authorization, retry-after'}
        assert answer.headers['vary'] == 'Origin'


@pytest.mark.parametrize('headers', NOT_ALLOWED, ids=str)
async def test_nobody_else_may_change_or_read_anything(with_apps: Api, headers: dict[str, str]) -> None:
    async with with_apps.browser() as ours:
        await sign_up(ours)
    async with with_apps.browser(**headers) as app:
        answers = [await sign_in(app), await app.post('/v1/client/sessions?_method=DELETE'),
                   await app.post('/v1/me?_method=PATCH', data={'first_name': 'x'})]
        here = await app.get('/v1/client')
        asked = await app.options('/v1/client', headers={'access-control-request-method': 'PUT'})

    assert {(one.status_code, one.json()['errors'][0]['code']) for one in answers} == {(403, 'origin_invalid')}
    for answer in (*answers, here, asked):
        assert told_to_browsers(answer) == {}
        assert answer.headers['vary'] == 'Origin'
        assert 'set-cookie' not in answer.headers


@pytest.mark.parametrize('method', ['GET', 'HEAD', 'OPTIONS'])
@pytest.mark.parametrize('settings', [{}, {'allowed_origins': SECOND}], ids=['none allowed', 'another allowed'])
async def test_the_log_tells_which_app_may_not_read_and_how_it_may(
        rules_with: Callable[..., Rules], caplog: pytest.LogCaptureFixture, settings: dict[str, str], method: str
        ) -> None:
    async with served_api(rules_with(**settings)) as api:
        async with api.browser(**{'origin': 'http://localhost', 'sec-fetch-site': 'same-origin'}) as ours:
            await ours.request(method, '/v1/client')
        async with api.browser(**ANOTHER_SITE if settings else {}) as may:
            await may.request(method, '/v1/client')
        assert caplog.messages == []
        async with api.browser(**SAME_SITE) as app:
            for _ in range(3):
                await app.request(method, '/v1/client', headers={'access-control-request-method': 'PUT'})

    line, = caplog.messages
    assert line.startswith(f"refused a request of a page of '{APP}'")
    assert f'set ALLOWED_ORIGINS={APP}' in line


async def test_our_own_pages_go_on_as_before(with_apps: Api) -> None:
    async with with_apps.browser(**{'origin': 'http://localhost', 'sec-fetch-site': 'same-origin'}) as ours:
        up = await sign_up(ours)

    assert up.status_code == 200
    assert told_to_browsers(up) == {}


@pytest.mark.parametrize('headers', [
    ANOTHER_SITE, {'origin': SECOND}, {'origin': SECOND, 'sec-fetch-site': 'none'},
    {'origin': APP, 'sec-fetch-site': ''},
], ids=str)
async def test_a_sign_in_from_another_site_says_why_it_cannot_work(with_apps: Api, headers: dict[str, str]) -> None:
    async with with_apps.browser() as ours:
        await sign_up(ours)
    async with with_apps.browser(**headers) as app:
        refused, here = await sign_in(app), await app.get('/v1/client')

    error, = refused.json()['errors']
    assert (refused.status_code, error['code']) == (403, 'another_site')
    assert 'put both below one domain, or let the app pass requests on' in error['message']
    assert refused.headers['access-control-allow-origin'] == headers['origin']  # so that the app can show it
    assert 'set-cookie' not in refused.headers
    assert here.json()['response'] is None
    assert with_apps.rules.sql('SELECT count(*) FROM session') == [(1,)]


async def test_a_preflight_is_granted_to_an_app_and_names_what_it_may_send(with_apps: Api) -> None:
    asking = {'access-control-request-method': 'DELETE', 'access-control-request-headers': 'content-type'}
    async with with_apps.browser(**SAME_SITE) as app:
        granted = await app.options('/v1/client/sessions', headers=asking)
        deleted = await app.delete('/v1/client/sessions')
        no_preflight = await app.options('/v1/client/sessions')

    assert granted.status_code == 200
    assert told_to_browsers(granted) == {
        'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE', 'access-control-max-age': '600',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-expose-headers': 'authorization, retry-after'}
    assert deleted.status_code == 200
    assert no_preflight.status_code == 405


async def test_an_app_gets_nothing_but_the_frontend_api(with_apps: Api) -> None:
    async with with_apps.browser(**SAME_SITE) as app:
        keys, page = await app.get('/.well-known/jwks.json'), await app.get('/nowhere')

    assert told_to_browsers(keys) == told_to_browsers(page) == {}


# ------------------------------------------------------------ for whom a token is


@pytest.mark.parametrize(('headers', 'azp'), [
    (SAME_SITE, APP), (PROXIED, APP), ({'origin': 'http://localhost'}, 'http://localhost'), ({}, 'http://localhost'),
    (READING | {'referer': f'{APP}/a?b=c'}, APP), (READING | {'referer': 'http://localhost/account'}, 'http://localhost'),
    (READING | {'referer': 'https://evil.example/'}, 'http://localhost'),
    (READING | {'referer': f'{APP}\\@evil.example/'}, 'http://localhost'),
    ({'origin': 'http://localhost', 'referer': f'{APP}/'}, 'http://localhost'),
])
async def test_a_token_is_for_the_app_whose_page_has_asked(with_apps: Api, headers: dict[str, str], azp: str) -> None:
    await keep_key(with_apps.rules)
    async with with_apps.browser(**headers) as app:
        session_id = (await sign_up(app)).json()['response']['created_session_id']
        token = (await app.post(f'/v1/client/sessions/{session_id}/tokens')).json()['jwt']
        keys = (await app.get('/.well-known/jwks.json')).json()

    assert verified(token, keys)['azp'] == azp


async def test_a_program_that_names_no_origin_has_one_for_the_only_app(rules_with: Callable[..., Rules]) -> None:
    async with served_api(rules_with(allowed_origins=SECOND)) as api, api.browser() as program:
        await keep_key(api.rules)
        session_id = (await sign_up(program)).json()['response']['created_session_id']
        token = (await program.post(f'/v1/client/sessions/{session_id}/tokens')).json()['jwt']
        keys = (await program.get('/.well-known/jwks.json')).json()

    assert verified(token, keys)['azp'] == SECOND


@pytest.mark.parametrize(('page', 'azp'), [('http://localhost/examples', 'http://localhost'), (f'{APP}/', APP)])
async def test_what_a_page_reads_is_for_that_page_where_there_is_one_app_too(
        rules_with: Callable[..., Rules], page: str, azp: str) -> None:
    async with served_api(rules_with(allowed_origins=APP)) as api, api.browser(**READING, referer=page) as browser:
        await keep_key(api.rules)
        await sign_up(browser)
        client = (await browser.get('/v1/client', params={'_clerk_js_version': '6.40.0'})).json()['response']
        keys = (await browser.get('/.well-known/jwks.json')).json()

    assert verified(client['sessions'][0]['last_active_token']['jwt'], keys)['azp'] == azp


# ------------------------------------------------------------ where a browser does not say what is one site


@pytest.mark.parametrize(('app', 'site', 'works'), [
    ('http://nas:3000', 'http://nas:8080', True), ('http://10.0.0.5:3000', 'http://10.0.0.5:8080', True),
    ('https://app.example.com', 'https://auth.example.com', True),
    ('https://example.com', 'https://a.b.example.com', True), ('http://10.0.0.5:3000', 'http://10.0.1.5:8080', False),
    ('http://app.example.com', 'https://auth.example.com', False), ('http://192.168.0.5', 'http://8.8.0.5', False),
    ('https://app.example.com', 'https://example.org', False), ('http://app', 'http://auth', False),
])
def test_names_tell_it_where_the_browser_does_not(app: str, site: str, works: bool) -> None:
    origin, own = parse_origin(app), parse_origin(site)
    assert origin is not None
    scope: dict[str, Any] = {'type': 'http', 'scheme': 'http', 'headers': [(b'host', b'x'), (b'origin', app.encode())]}
    apps = OtherApps(Hosts(origin=own), {origin})

    assert apps.may_change(scope) is works
    passed_on = {**scope, 'headers': [*scope['headers'], (b'clerk-proxy-url', f'{app}/__clerk'.encode())]}
    assert apps.may_change(passed_on)
    said = {**scope, 'headers': [*scope['headers'], (b'sec-fetch-site', b'same-site')]}
    assert apps.may_change(said)


async def test_an_app_of_an_allowed_origin_does_not_become_one_of_the_sites_names(with_apps: Api) -> None:
    async with with_apps.browser('http://evil.example', **SAME_SITE) as elsewhere:
        answer = await elsewhere.post('/v1/client/sign_ins', data={'identifier': 'a@example.com', 'password': PASSWORD})

    assert answer.status_code == 421
