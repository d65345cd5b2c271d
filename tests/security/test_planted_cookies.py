"""A cookie that somebody else planted in a browser signs nobody in, and locks nobody out."""

from __future__ import annotations

import httpx
import pytest

from auth.credentials.tokens import new_secret
from auth.web.cookies import cookie_name
from models.types import new_id
from tests.auth.conftest import Api, sign_up
from tests.running import either_store

pytestmark = either_store

HTTPS, HTTP = 'https://localhost', 'http://localhost'


async def somebody(api: Api, address: str, at: str) -> str:
    """Somebody signed in on a browser of their own; returns the value of its cookie."""
    async with api.browser(at) as browser:
        await sign_up(browser, address)
        return browser.cookies[cookie_name(secure=at == HTTPS)]


async def who_is(api: Api, at: str, *cookies: str) -> str | None:
    """The address of whoever is signed in for the server, in a request with these ``Cookie`` headers."""
    async with api.browser(at) as browser:
        answer = await browser.get('/v1/client', headers=[('cookie', cookie.encode('latin-1')) for cookie in cookies])
    client = answer.json()['response']
    return client and client['sessions'][0]['user']['email_addresses'][0]['email_address']


NOT_ITS_NAME = [
    '\xa0__Host-client={}', '\x85__Host-client={}', '__Host-client\xa0={}', '__Host-client\x85={}',
    '\x0b__Host-client={}', '\x0c__Host-client={}', '\x1c__Host-client={}', '\x1f__Host-client={}',
    '\x00__Host-client={}', '\n__Host-client={}', '\r__Host-client={}', '\xef\xbb\xbf__Host-client={}',
    '=__Host-client={}', '==__Host-client={}', 'x=__Host-client={}', '__Host-client ={}', '__Host-client\t={}',
    '__host-client={}', '__HOST-CLIENT={}', '__Host-Client={}', '__client={}', 'x__Host-client={}',
    '__Host-client2={}', '__Host-client[]={}', '$__Host-client={}', ',__Host-client={}', 'a=b, __Host-client={}',
    'a="b; __Host-client={}"', '__Secure-client={}', 'Host-client={}', '__Host-client:{}', '__Host-client%3D{}',
    '%5F%5FHost-client={}', '__Host\xadclient={}', '__Host-client==  {}', '__Host-client= {}',
]


async def test_only_the_very_name_counts_that_a_browser_keeps_for_this_host(api: Api) -> None:
    attacker, victim = [await somebody(api, address, HTTPS) for address in ('eve@example.com', 'ann@example.com')]
    own = f'__Host-client={victim}'

    for form in NOT_ITS_NAME:
        planted = form.format(attacker)
        fresh = await who_is(api, HTTPS, planted)
        signed_in = [await who_is(api, HTTPS, *cookies) for cookies in
                     ((f'{planted}; {own}',), (f'{own}; {planted}',), (planted, own), (own, planted))]

        assert (fresh, signed_in) == (None, ['ann@example.com'] * 4), form


@pytest.mark.parametrize('at', [HTTPS, HTTP])
async def test_a_planted_cookie_that_is_wrong_locks_nobody_out(api: Api, at: str) -> None:
    value = await somebody(api, 'ann@example.com', at)
    name = cookie_name(secure=at == HTTPS)
    own, client_id = f'{name}={value}', value.partition('.')[0]

    for wrong in ('', '""', f'"{value}"', 'x', '.', f' {value}x', value[:-1], 'é' * 80, 'x' * 4000, '\xa0' + value,
                  f'{client_id}.{new_secret()}', f'{new_id("client")}.{new_secret()}', f'{client_id}.',
                  f'{value}.{value}', f'{value} {value}'):
        planted = f'{name}={wrong}'
        for cookies in ((f'{planted}; {own}',), (f'{own}; {planted}',), (planted, own), (own, planted)):
            assert await who_is(api, at, *cookies) == 'ann@example.com', (wrong, cookies)
        assert await who_is(api, at, planted) is None


async def test_the_same_cookie_twice_is_one(api: Api) -> None:
    own = f'__Host-client={await somebody(api, "ann@example.com", HTTPS)}'

    assert await who_is(api, HTTPS, f'{own};{own}\t;\t{own} ;', own) == 'ann@example.com'


async def test_of_two_that_are_right_the_last_one_counts_which_has_the_shorter_path(api: Api) -> None:
    attacker, victim = [await somebody(api, address, HTTP) for address in ('eve@example.com', 'ann@example.com')]

    assert await who_is(api, HTTP, f'__client={attacker}; __client={victim}') == 'ann@example.com'


@pytest.mark.parametrize('at', [HTTPS, HTTP])
async def test_very_many_cookies_lock_nobody_out(api: Api, at: str) -> None:
    name = cookie_name(secure=at == HTTPS)
    own = f'{name}={await somebody(api, "ann@example.com", at)}'
    for planted in ('; '.join(f'bomb{number}={"x" * 3000}' for number in range(100)), ';' * 100_000, 'x' * 100_000,
                    ' ' * 100_000, '; '.join(f'{name}={new_id("client")}.{new_secret()}' for _ in range(10_000))):
        assert await who_is(api, at, f'{planted}; {own}') == 'ann@example.com'
    assert await who_is(api, at, *[f'{name}={number}' for number in range(1000)], own) == 'ann@example.com'


async def test_however_many_are_sent_the_store_is_asked_for_a_few_only(
        api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    read = api.rules.auth.store.read
    monkeypatch.setattr(api.rules.auth.store, 'read', lambda *given: asked.append('read') or read(*given))

    await who_is(api, HTTP, '; '.join(f'__client={new_id("client")}.{new_secret()}' for _ in range(10_000)))

    assert 0 < len(asked) <= 10


async def test_a_planted_cookie_is_not_renewed_in_place_of_ones_own(api: Api) -> None:
    own = await somebody(api, 'ann@example.com', HTTPS)
    planted = f'{own.partition(".")[0]}.{new_secret()}'

    async with api.browser(HTTPS, cookie=f'__Host-client={planted}; __Host-client={own}') as browser:
        added = await sign_up(browser, 'bob@example.com')
        out = await browser.delete('/v1/client', headers={'cookie': f'__Host-client={planted}; ' + set_by(added)})

    assert set_by(added).startswith(f'__Host-client={own.partition(".")[0]}.')
    assert set_by(out) == '__Host-client='
    assert {api.rules.status(row[0]) for row in api.rules.sql('SELECT id FROM session')} == {'removed'}


def set_by(answer: httpx.Response) -> str:
    return answer.headers['set-cookie'].partition(';')[0]
