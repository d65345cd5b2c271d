"""A flood of guesses ends at nginx, for each address."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import httpx

from tests.http import patient_client

from .nginx import Nginx
from .upstream import upstream

TESTED_FROM = 'set_real_ip_from 127.0.0.0/8; real_ip_header X-Test-Address;'
"""The addresses of visitors are what a test says."""

GUESS = '/v1/client/sign_ins'


async def test_a_flood_of_guesses_is_turned_away_in_the_shape_of_the_api_and_others_are_not(
        nginx: Callable[..., Nginx], trust: ssl.SSLContext) -> None:
    async with upstream() as process:
        front = await nginx(process.port, process.port, around=TESTED_FROM).start()
        async with patient_client(base_url=front.url, verify=trust) as visitor:
            async def ask(address: str, method: str = 'POST', path: str = GUESS) -> httpx.Response:
                return await visitor.request(method, path, headers={'x-test-address': address})

            async def flood(address: Callable[[int], str]) -> tuple[int, httpx.Response]:
                """Ask until it is refused; returns how often it was not."""
                let_through = 0
                while let_through < 2000:  # several at once: one after the other may be slow enough to be no flood
                    answers = await asyncio.gather(*(ask(address(let_through + number)) for number in range(20)))
                    refused = [answer for answer in answers if answer.status_code != 200]
                    let_through += len(answers) - len(refused)
                    if refused:
                        return let_through, refused[0]
                raise AssertionError('nothing was refused')

            let_through, refused = await flood(lambda _: '192.0.2.1')
            others = [await ask('192.0.2.1', 'GET', '/'), await ask('192.0.2.1', 'GET', '/v1/client'),
                      await ask('192.0.2.1', 'POST', '/v1/client/sessions/sess_1/touch'), await ask('192.0.2.2')]
            of_network, _ = await flood(lambda number: f'2001:db8::{number + 1:x}')
            others.append(await ask('2001:db8:0:1::1'))

    assert let_through >= 60
    assert of_network >= 60
    assert [answer.status_code for answer in others] == [200] * 5
    assert refused.status_code == 429
    assert refused.json()['errors'][0]['code'] == 'too_many_requests'
    assert refused.headers['retry-after'] == '5'
    assert refused.headers['content-type'] == 'application/json'
    assert refused.headers['x-content-type-options'] == 'nosniff'
    assert refused.headers['cache-control'] == 'no-store'
