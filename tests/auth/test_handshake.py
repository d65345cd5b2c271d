"""The handshake: servers that draw pages learn who is signed in, and nobody else learns anything by it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from auth.requests.hosts import Hosts
from auth.requests.origins import parse_origin
from auth.web.api.other_apps import OtherApps
from tests.auth.conftest import Api, served_api, sign_in, sign_up
from tests.auth.keys import keep_key, verified
from tests.rules import Rules
from tests.running import either_store

pytestmark = either_store

APP = 'https://app.example.com'
DEVELOPED = 'http://localhost:3000'
PAGE = f'{APP}/reports?year=2026&more=%C3%A4#top'
HANDSHAKE = '/v1/client/handshake'
SITE = 'https://auth.example.com'


@pytest.fixture
async def site(rules_with: Callable[..., Rules]) -> AsyncIterator[Api]:
    """The Frontend API of a site that allows two apps."""
    async with served_api(rules_with(public_url=SITE, allowed_origins=f'{APP},{DEVELOPED}')) as api:
        await keep_key(api.rules)
        yield api


async def shake_hands(browser: httpx.AsyncClient, url: str = PAGE, **more: str) -> httpx.Response:
    """Ask as @clerk/backend does."""
    asked = {'redirect_url': url, '__clerk_api_version': '2026-05-12', 'suffixed_cookies': 'true', 'format': 'nonce',
             '__clerk_hs_reason': 'session-token-but-no-client-uat'}
    return await browser.get(HANDSHAKE, params=asked | more)


async def directives(browser: httpx.AsyncClient, answer: httpx.Response) -> list[str]:
    """What the app is told, after it has looked whether we have signed it."""
    cookie = answer.headers['set-cookie']
    assert cookie.startswith('__clerk_handshake=')
    keys = (await browser.get('/.well-known/jwks.json')).json()
    return verified(cookie.partition('=')[2].partition(';')[0], keys)['handshake']


def value_of(directive: str) -> str:
    return directive.partition('=')[2].partition(';')[0]


async def test_a_server_is_told_who_is_signed_in_by_the_cookies_that_it_shall_set(site: Api) -> None:
    suffix, now = site.rules.auth.settings.cookie_suffix, int(site.rules.clock().timestamp())
    async with site.browser(SITE) as browser:
        up = (await sign_up(browser)).json()['response']
        answer = await shake_hands(browser)
        told = await directives(browser, answer)
        keys = (await browser.get('/.well-known/jwks.json')).json()

    assert (answer.status_code, answer.headers['location']) == (307, PAGE)
    assert [one.partition('=')[0] for one in told] == [
        '__session', f'__session_{suffix}', '__client_uat', f'__client_uat_{suffix}', '__clerk_handshake']
    assert value_of(told[0]) == value_of(told[1])
    claims = verified(value_of(told[0]), keys)
    assert (claims['sub'], claims['sid']) == (up['created_user_id'], up['created_session_id'])
    assert (claims['iss'], claims['azp']) == (SITE, APP)
    assert claims['iat'] == now >= int(value_of(told[2]))  # a token that is older is asked for again, for ever
    assert value_of(told[2]) == value_of(told[3]) == str(now)
    assert all(one.endswith('; Path=/; SameSite=Lax; Secure') for one in told[:-1])


async def test_the_cookie_takes_itself_away_or_a_sign_out_would_be_undone(site: Api) -> None:
    async with site.browser(SITE) as browser:
        for signed_in in (False, True):
            if signed_in:
                await sign_up(browser)
            answer = await shake_hands(browser)
            assert (await directives(browser, answer))[-1] == '__clerk_handshake=; Path=/; Max-Age=0'
            assert answer.headers['set-cookie'].endswith('; Path=/; Max-Age=10; HttpOnly; SameSite=Lax; Secure')


async def test_over_plain_http_no_cookie_is_secure_for_the_browser_would_drop_it(site: Api) -> None:
    async with site.browser(SITE) as browser:
        await sign_up(browser)
        answer = await shake_hands(browser, f'{DEVELOPED}/')
        told = await directives(browser, answer)

    assert 'Secure' not in answer.headers['set-cookie'] + ''.join(told)


async def test_nobody_signed_in_is_told_too(site: Api) -> None:
    suffix = site.rules.auth.settings.cookie_suffix
    gone = '; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; SameSite=Lax; Secure'
    zero = '; Path=/; SameSite=Lax; Secure'
    expected = [f'__session={gone}', f'__session_{suffix}={gone}', f'__client_uat=0{zero}',
                f'__client_uat_{suffix}=0{zero}', '__clerk_handshake=; Path=/; Max-Age=0']
    async with site.browser(SITE) as browser:
        never = await directives(browser, await shake_hands(browser))
        await sign_up(browser)
        await browser.delete('/v1/client/sessions')
        signed_out = await directives(browser, await shake_hands(browser))
        session_id = (await sign_in(browser)).json()['response']['created_session_id']
        site.rules.sql("UPDATE session SET status = 'revoked' WHERE id = ?", session_id)
        revoked = await directives(browser, await shake_hands(browser))
        forged = await directives(browser, await shake_hands(browser, __session='eyJhbGciOiJub25lIn0.e30.'))

    assert never == signed_out == revoked == forged == expected


async def test_of_several_accounts_it_is_the_active_one_and_none_is_chosen(site: Api) -> None:
    async with site.browser(SITE) as browser:
        await sign_up(browser)
        bob = (await sign_up(browser, 'bob@example.com')).json()['response']['created_session_id']
        keys = (await browser.get('/.well-known/jwks.json')).json()
        active = await directives(browser, await shake_hands(browser))
        await browser.post(f'/v1/client/sessions/{bob}/remove')
        left = await directives(browser, await shake_hands(browser))

    assert verified(value_of(active[0]), keys)['sid'] == bob
    assert value_of(left[0]) == ''


async def test_a_browser_whose_cookie_has_just_been_replaced_comes_again(site: Api) -> None:
    """Or the app would show a person signed out who has signed in in another tab at that moment."""
    async with site.browser(SITE) as browser:
        await sign_up(browser)
        old = browser.cookies['__Host-client']
        await sign_up(browser, 'bob@example.com')
        browser.cookies.set('__Host-client', old, domain='auth.example.com')
        answer = await browser.get(HANDSHAKE, params={'redirect_url': PAGE},
                                   headers={'cookie': f'__Host-client={old}'})

    assert (answer.status_code, answer.headers['location']) == (307, PAGE)
    assert 'set-cookie' not in answer.headers


async def test_it_changes_nothing(site: Api) -> None:
    async with site.browser(SITE) as browser:
        await sign_up(browser)
        site.rules.clock.forward(minutes=2)
        before = site.rules.everything()
        await shake_hands(browser)
        await browser.get('/v1/client/touch', params={'redirect_url': PAGE})

    assert site.rules.everything() == before


async def test_it_fits_into_a_cookie(rules_with: Callable[..., Rules]) -> None:
    """Browsers drop a cookie of more than 4,096 bytes."""
    app = f'https://{"a" * 40}.{"b" * 40}.example:65000'
    own = f'https://auth.{"b" * 40}.example:65000'
    async with served_api(rules_with(public_url=own, allowed_origins=app)) as api, api.browser(own) as browser:
        await keep_key(api.rules)
        await sign_up(browser, first_name='A' * 60, last_name='B' * 60)
        answer = await shake_hands(browser, f'{app}/')

    assert 2000 < len(answer.headers['set-cookie']) < 4096


# ------------------------------------------------------------ where it leads

ELSEWHERE = [
    'https://evil.example/', 'https://app.example.com.evil.example/', 'https://app.example.com@evil.example/',
    'https://app.example.com:443@evil.example', 'https://app.example.com:8443/', 'http://app.example.com/',
    'https://evil.example/https://app.example.com', 'https://evil.example#https://app.example.com',
    'https://evil.example\\@app.example.com/', 'https://app.example.com\\.evil.example', '//app.example.com/',
    '/reports', 'reports', 'javascript:alert(1)//https://app.example.com', 'https:/app.example.com',
    'https:app.example.com',
    ' https://app.example.com/', 'https://app.example.com /', 'https://app.example.com/\r\nset-cookie: x=y',
    'https://app.example.com\t.evil.example/', 'https://app.example.com/\x00', 'https://sub.app.example.com/',
    'https://*.example.com/', 'https://app。example.com/', 'https://app.example.com/ä', 'ftp://app.example.com/',
    'data:text/html,x', 'https://', 'null', 'https://[::1]/',
]


@pytest.mark.parametrize('url', ELSEWHERE)
def test_it_leads_to_no_other_site(url: str) -> None:
    apps = OtherApps(Hosts(origin=parse_origin(SITE)), {parse_origin(APP), parse_origin(DEVELOPED)} - {None})

    assert apps.target_of(url, {'headers': [], 'scheme': 'http'}) is None


async def test_who_is_refused_gets_no_cookie_and_reads_why(site: Api) -> None:
    async with site.browser(SITE) as browser:
        await sign_up(browser)
        refused = [await browser.get(path, params={'redirect_url': url}) for path in (HANDSHAKE, '/v1/client/touch')
                   for url in ('https://evil.example/', 'https://app.example.com@evil.example/')]
        nowhere = await browser.get(HANDSHAKE)
        doubled = await browser.get(f'{HANDSHAKE}?redirect_url={APP}&redirect_url=https://evil.example')

    for answer in refused:
        assert (answer.status_code, answer.json()['errors'][0]['code']) == (403, 'redirect_url_mismatch')
        assert 'location' not in answer.headers
        assert 'set-cookie' not in answer.headers
    assert (nowhere.status_code, nowhere.json()['errors'][0]['code']) == (422, 'form_param_missing')
    assert (doubled.status_code, doubled.headers['location']) == (307, APP)


@pytest.mark.parametrize('url', [APP, f'{APP}/', PAGE, f'{APP}?x=1', f'{APP}#x', f'{DEVELOPED}/a', 'HTTPS://APP.example.com/',
                                 f'{APP}:443/x', f'{SITE}/account', f"{APP}/a/%2F..;b=$&c='(*)!~,[x]:@"])
async def test_it_leads_to_the_site_itself_and_to_its_apps(site: Api, url: str) -> None:
    async with site.browser(SITE) as browser:
        answers = [await shake_hands(browser, url),
                   await browser.get('/v1/client/touch', params={'redirect_url': url})]

    assert [(one.status_code, one.headers['location']) for one in answers] == [(307, url)] * 2


async def test_without_apps_it_leads_to_the_site_alone(api: Api) -> None:
    await keep_key(api.rules)
    async with api.browser() as browser:
        own, other = await shake_hands(browser, 'http://localhost/'), await shake_hands(browser)

    assert (own.status_code, other.status_code) == (307, 403)
