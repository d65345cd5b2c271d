"""How long does a sign-in take while two hundred attackers guess passwords, beside one that nobody disturbs?

Each attacker has an address of its own and guesses without end, at accounts of its own and at those of the people who
sign in. ``uv run benchmarks/guessing.py``
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import aiohttp

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.support import ROOT, Described, machine, percentile, serving, table

PASSWORD = 'correct horse battery'


@dataclass
class Person:
    """Somebody with an account, who signs in again and again."""

    address: str
    ip_address: str
    cookie: str = ''
    keeps_cookie: bool = True
    """Whether it is a browser that was signed in before, or a new one each time."""
    milliseconds: list[float] = field(default_factory=list)
    refused: int = 0

    async def sign_up(self, http: aiohttp.ClientSession, url: str) -> None:
        """Make the account."""
        fields = {'email_address': self.address, 'password': PASSWORD}
        async with http.post(f'{url}/v1/client/sign_ups', data=fields, headers=self._headers()) as answer:
            assert answer.status == 200, await answer.text()
            self.cookie = answer.headers['set-cookie'].partition(';')[0]

    async def sign_in(self, http: aiohttp.ClientSession, url: str) -> None:
        """Sign in, and note how long it took."""
        start = time.perf_counter()
        fields = {'identifier': self.address, 'password': PASSWORD}
        async with http.post(f'{url}/v1/client/sign_ins', data=fields, headers=self._headers()) as answer:
            await answer.read()
        if answer.status != 200:
            self.refused += 1
            return
        self.milliseconds.append((time.perf_counter() - start) * 1000)
        if self.keeps_cookie:
            self.cookie = answer.headers['set-cookie'].partition(';')[0]

    def _headers(self) -> dict[str, str]:
        return {'X-Forwarded-For': self.ip_address, **({'Cookie': self.cookie} if self.cookie else {})}


async def guess(http: aiohttp.ClientSession, url: str, number: int, addresses: Sequence[str], pause_seconds: float,
                answers: Counter[int]) -> None:
    """Guess without end: every second time at somebody's account, else at one that nobody has."""
    headers = {'X-Forwarded-For': f'198.18.{number // 250}.{number % 250}'}
    for count in range(sys.maxsize):
        address = random.choice(addresses) if count % 2 else f'nobody{number}@example.com'
        fields = {'identifier': address, 'password': f'guess number {count}'}
        with suppress(aiohttp.ClientError):
            async with http.post(f'{url}/v1/client/sign_ins', data=fields, headers=headers) as answer:
                await answer.read()
            answers[answer.status] += 1
        await asyncio.sleep(pause_seconds * random.uniform(0.5, 1.5))


async def measure(url: str, attackers: int, seconds: float, warm_up_seconds: float, pause_seconds: float
                  ) -> tuple[list[Person], list[Person], Counter[int]]:
    """Let people sign in while nobody guesses, then the same while attackers do; returns both, and what those got."""
    answers = Counter[int]()
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()))

        async def sign_up_two(network: str) -> list[Person]:
            people = [Person(f'{uuid4().hex}@example.com', f'{network}.{number}', keeps_cookie=number == 1)
                      for number in (1, 2)]
            for person in people:
                await person.sign_up(http, url)
                if not person.keeps_cookie:
                    person.cookie = ''
            return people

        async def sign_in_for(long: float, people: list[Person]) -> None:
            end = time.monotonic() + long
            while time.monotonic() < end or not all(person.milliseconds for person in people):
                for person in people:
                    await person.sign_in(http, url)
                    await asyncio.sleep(0.02)

        quiet, disturbed = await sign_up_two('192.0.2'), await sign_up_two('198.51.100')
        victims = [person.address for person in (*quiet, disturbed[0])]  # a new browser has no share of its own
        await sign_in_for(seconds, quiet)
        tasks = [asyncio.create_task(guess(http, url, number, victims, pause_seconds, answers))
                 for number in range(attackers)]
        await asyncio.sleep(warm_up_seconds)
        await sign_in_for(seconds, disturbed)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return quiet, disturbed, answers


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options, measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--attackers', type=int, default=200, help='how many guess at once')
    parser.add_argument('--seconds', type=float, default=30, help='how long people sign in, with attackers and without')
    parser.add_argument('--warm-up', type=float, default=2, help='seconds after which the attack is under way')
    parser.add_argument('--pause-seconds', type=float, default=1, help='of an attacker, after each answer')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.attackers} attackers, each about {given.pause_seconds} s after its last answer\n')
    with serving([str(ROOT / 'main.py')], trusted_proxies='127.0.0.1') as served:
        quiet, disturbed, answers = asyncio.run(measure(
            served.url.replace('localhost', '127.0.0.1'), given.attackers, given.seconds, given.warm_up,
            given.pause_seconds))
    names = ('where they signed in before', 'in a new browser')
    rows: list[list[object]] = []
    for name, people in (('nobody guesses', quiet), ('attackers guess', disturbed)):
        rows += [[f'{where}, {name}', len(person.milliseconds), percentile(person.milliseconds, 0.5),
                  percentile(person.milliseconds, 0.99), person.refused]
                 for where, person in zip(names, people, strict=True)]
    table(['sign-in', 'done', 'p50 ms', 'p99 ms', 'refused'], rows)
    print()
    for where, before, after in zip(names, quiet, disturbed, strict=True):
        ratio = percentile(after.milliseconds, 0.99) / percentile(before.milliseconds, 0.99)
        print(f'{where}: with attackers / without: {ratio:.2f} at p99')
    shown = ', '.join(f'{status} {count} times' for status, count in sorted(answers.items()))
    print(f'the attackers were answered: {shown}')


if __name__ == '__main__':
    main()
