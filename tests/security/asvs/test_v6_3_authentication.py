"""V6.3 General authentication security."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from auth.errors import AuthError
from tests.auth.conftest import Api, sign_up
from tests.rules import PASSWORD, Rules
from tests.running import either_store


async def test_v6_3_2_a_new_store_has_no_account(rules: Rules) -> None:
    assert rules.sql('SELECT count(*) FROM user') == [(0,)]


async def test_v6_3_1_guesses_are_turned_away_for_one_account_and_for_one_address(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
    guesses = [{'identifier': 'ann@example.com', 'password': f'guess {number}'} for number in range(20)]
    async with api.browser() as eve:
        answers = [await eve.post('/v1/client/sign_ins', data=guess) for guess in guesses]
        correct = await eve.post('/v1/client/sign_ins', data={'identifier': 'ann@example.com', 'password': PASSWORD})

    assert answers[0].status_code == 422
    assert {answer.status_code for answer in (*answers[10:], correct)} == {429}
    assert int(correct.headers['retry-after']) > 0
    api.rules.clock.forward(hours=1)
    assert await api.rules.sign_in()


@either_store
async def test_v6_3_4_only_the_documented_ways_sign_anybody_in(api: Api) -> None:
    async with api.browser() as browser:
        await sign_up(browser)
        await browser.delete('/v1/client')

    tried = ['/v1/client/sessions', '/v1/client/tabs', '/v1/me', '/v1/client/tokens', '/v1/tickets',
             '/v1/client/sign_in_tokens', '/v1/client/handshake', '/v1/dev_browser', '/v1/oauth_callback']
    form = {'identifier': 'ann@example.com', 'email_address': 'ann@example.com', 'strategy': 'ticket',
            'ticket': 'x', 'token': 'x', 'password': PASSWORD}
    for path in tried:
        async with api.browser() as stranger:
            for method in ('GET', 'POST', 'PUT'):
                await stranger.request(method, path, **({} if method == 'GET' else {'data': form}))
            assert (await stranger.get('/v1/client')).json()['response'] is None


async def test_v6_3_8_nobody_learns_whether_an_address_has_an_account(
        rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    await rules.sign_up('ann@example.com')
    hashed: list[str] = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, 'verify',
                        lambda self, hash_, password: hashed.append(password) or verify(self, hash_, password))
    answers: list[tuple[str, str | None, int]] = []

    for address in ('ann@example.com', 'nobody@example.com', 'no address'):
        before = len(hashed)
        with pytest.raises(AuthError) as refused:
            await rules.sign_in(address, password='a wrong password')
        answers.append((str(refused.value), refused.value.param, len(hashed) - before))

    assert len(set(answers)) == 1
