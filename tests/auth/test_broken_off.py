"""A request whose body is broken off does nothing: half of a form may be a whole one, with a shorter password."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from auth.requests.asgi import Message, Receive, Scope, Send
from auth.web.bodies import BrokenOff, read_body
from tests.rules import NEW_PASSWORD, PASSWORD

from .conftest import Api, sign_up

SIGN_UP = '/v1/client/sign_ups'
AT_THE_SITE = {'origin': 'http://localhost', 'content-type': 'application/x-www-form-urlencoded'}


def broken_off(app: Any, after: bytes) -> Any:
    """An app whose visitors leave when so much of a body has come."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        body: bytes = (await receive())['body']
        assert after in body
        left: list[Message] = [{'type': 'http.request', 'body': body[:body.index(after) + len(after)],
                                'more_body': True}, {'type': 'http.disconnect'}]

        async def receiving() -> Message:
            return left.pop(0) if len(left) > 1 else left[0]

        await app(scope, receiving, send)

    return asked


def breaking(api: Api, after: str, like: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser like another one, whose requests are broken off."""
    browser = replace(api, app=broken_off(api.app, after.encode())).browser(**AT_THE_SITE)
    browser.cookies = like.cookies
    return browser


@pytest.mark.parametrize('after', [f'password={PASSWORD}', f'password={PASSWORD}&first_name=A', 'email_address=', ''])
async def test_half_of_a_sign_up_makes_no_account(api: Api, after: str) -> None:
    form = f'email_address=ann@example.com&password={PASSWORD}&first_name=Ann'
    async with api.browser(**AT_THE_SITE) as browser, breaking(api, after, browser) as half:
        answer = await half.post(SIGN_UP, content=form)
        made = api.rules.sql('SELECT count(*) FROM user')
        whole = await browser.post(SIGN_UP, content=form)

    assert answer.status_code == 400
    assert answer.json()['errors'][0]['code'] == 'request_body_invalid'
    assert made == [(0,)]
    assert whole.json()['client']['sessions'][0]['user']['first_name'] == 'Ann'


async def test_half_of_a_new_password_is_none(api: Api) -> None:
    form = f'current_password={PASSWORD}&new_password={NEW_PASSWORD}&sign_out_of_other_sessions=true'
    async with api.browser(**AT_THE_SITE) as browser:
        await sign_up(browser)
        for after in (f'new_password={NEW_PASSWORD}', f'new_password={NEW_PASSWORD[:-2]}'):
            async with breaking(api, after, browser) as half:
                assert (await half.post('/v1/me/change_password', content=form)).status_code == 400
        again = await browser.post('/v1/client/sign_ins', data={'identifier': 'ann@example.com', 'password': PASSWORD})

    assert again.status_code == 200


@pytest.mark.parametrize('body', [b'', b'40', b'42["x"]\x1e42["y', b'{}'])
async def test_whoever_reads_a_body_is_told_that_its_end_did_not_come(body: bytes) -> None:
    come: list[Message] = [{'type': 'http.disconnect'}, {'type': 'http.request', 'body': body, 'more_body': True}]

    async def receive() -> Message:
        return come.pop()

    with pytest.raises(BrokenOff):
        await read_body({'headers': [(b'content-length', b'100')]}, receive, 1000)
