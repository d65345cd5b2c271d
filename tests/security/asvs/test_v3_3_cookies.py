"""V3.3 Cookie setup."""

from __future__ import annotations

import re

import pytest

from auth.web.cookies import cookie_name
from tests.auth.conftest import Api, sign_up
from tests.running import either_store

pytestmark = either_store

HTTPS = 'https://localhost'


@pytest.fixture
async def written(api: Api) -> list[str]:
    """Every cookie that is written over https, from the first sign-up to the end of the client.

    Those that Clerk's libraries read hold the moment of the last change, and no secret (auth/web/api/client_uat.py).
    """
    async with api.browser(HTTPS) as browser:
        answers = [await sign_up(browser),
                   await sign_up(browser, 'bob@example.com'),
                   await browser.delete('/v1/client')]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list('set-cookie')
               if not re.match(r'__client_uat(_[\w-]{8})?=\d{1,12};', cookie)]
    assert len(cookies) >= 3
    return cookies


def attributes(cookie: str) -> set[str]:
    return {part.strip().lower() for part in cookie.split(';')[1:]}


async def test_v3_3_1_the_cookie_is_secure(written: list[str]) -> None:
    assert all('secure' in attributes(cookie) for cookie in written)


async def test_v3_3_2_the_cookie_is_not_sent_with_posts_of_other_sites(written: list[str]) -> None:
    assert all('samesite=lax' in attributes(cookie) for cookie in written)


async def test_v3_3_3_the_name_of_the_cookie_keeps_other_hosts_from_writing_it(written: list[str]) -> None:
    for cookie in written:
        assert cookie.startswith('__Host-')
        assert 'path=/' in attributes(cookie)
        assert not any(attribute.startswith('domain') for attribute in attributes(cookie))


async def test_v3_3_4_scripts_can_read_the_cookie_neither_in_the_browser_nor_in_an_answer(
        api: Api, written: list[str]) -> None:
    assert all('httponly' in attributes(cookie) for cookie in written)
    async with api.browser(HTTPS) as browser:
        answers = [await sign_up(browser, 'cid@example.com'), await browser.get('/v1/client'),
                   await browser.get('/v1/me/sessions/active')]
        secret = browser.cookies[cookie_name(secure=True)].partition('.')[2]

    assert secret
    assert all(secret not in answer.text for answer in answers)


async def test_v3_3_5_name_and_value_of_the_cookie_are_short(written: list[str]) -> None:
    assert max(len(cookie.partition(';')[0]) for cookie in written) <= 4096
