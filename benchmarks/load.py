"""A thousand tabs, whose people come and go, while twenty sign-ins a second are hashed and fifty guesses are refused.

How long a sign-out takes to the screen of another tab, how late the event loop is, and whether the memory stays flat.

``uv run benchmarks/load.py --minutes 30`` is the soak. All of it stays on this machine, and ends by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from uuid import uuid4

import aiohttp
import psutil

sys.path[0] = str(Path(__file__).parent.parent)

from benchmarks.fan_out import OPENED_AT_ONCE, PASSWORD, Tabs, sign_in_elsewhere, sign_up
from benchmarks.memory import FEWEST_SAMPLES, SAMPLE_SECONDS, Usage
from benchmarks.support import ROOT, Described, Served, machine, percentile, serving, table
from tests.sockets import texts

TABS_OF_A_DEVICE = 2
DEVICES_OF_A_PERSON = 50
PEOPLE_WHO_SIGN_IN = 20
LAG = 'live_sessions_event_loop_lag_seconds_bucket{le="'


@dataclass
class Load:
    """A server under load, and what was measured of it."""

    served: Served
    http: aiohttp.ClientSession
    sign_outs: list[float] = field(default_factory=list)
    """Milliseconds from the request to the other tab."""
    sign_ins: list[float] = field(default_factory=list)
    guesses: Counter[int] = field(default_factory=Counter[int])
    refused_sign_ins: int = 0
    failed: int = 0
    """Sign-outs that the server refused."""
    lost: int = 0
    """Tabs that had lost their connection before their turn came."""
    usage: Usage = field(default_factory=Usage)

    async def sign_in(self, address: str, number: int) -> None:
        """Sign somebody in on a browser of its own."""
        start = time.perf_counter()
        if await self._ask(address, PASSWORD, f'192.0.2.{number % 250}') == 200:
            self.sign_ins.append((time.perf_counter() - start) * 1000)
        else:
            self.refused_sign_ins += 1

    async def guess(self, address: str, number: int) -> None:
        """Guess at the account of somebody."""
        self.guesses[await self._ask(address, f'guess {number}', f'198.18.0.{number % 250}')] += 1

    async def open_device(self, cookie: str) -> tuple[str, Tabs]:
        """Open the tabs of a device, which wait for its sign-out."""
        tabs = Tabs(lambda news: 'You are signed out' in texts(news))
        for _ in range(TABS_OF_A_DEVICE):
            await tabs.open(self.http, f'{self.served.url}/', cookie)
        return cookie, tabs

    async def sign_out(self, cookie: str, tabs: Tabs) -> None:
        """Sign a device out, and note when its last tab shows it."""
        if tabs.lost:  # it would never be told
            self.lost += tabs.lost
            await tabs.close()
            return
        start = time.perf_counter()
        async with self.http.delete(f'{self.served.url}/v1/client/sessions', headers={'Cookie': cookie}) as answer:
            await answer.read()
        if answer.status != 200:
            self.failed += 1
            await tabs.close()
            return
        await tabs.wait()
        self.sign_outs.append((max(tabs.told) - start) * 1000)
        await tabs.close()

    async def lag(self) -> dict[float, float]:
        """How often the event loop was late by so many milliseconds at most, since its start."""
        async with self.http.get(f'{self.served.url}/metrics') as answer:
            lines = (await answer.text()).splitlines()
        found = [line.removeprefix(LAG).partition('"} ') for line in lines if line.startswith(LAG)]
        return {float(least) * 1000: float(times) for least, _, times in found}

    async def _ask(self, address: str, password: str, ip_address: str) -> int:
        fields = {'identifier': address, 'password': password}
        try:
            async with self.http.post(f'{self.served.url}/v1/client/sign_ins', data=fields,
                                      headers={'X-Forwarded-For': ip_address}) as answer:
                await answer.read()
        except aiohttp.ClientError:
            return 0
        return answer.status


async def at_a_rate(act: Callable[[str, int], Awaitable[None]], addresses: Sequence[str], a_second: float,
                    end: float) -> None:
    """Act so often a second, however long each takes; what has begun is finished."""
    begun = set[asyncio.Task[None]]()
    start = time.monotonic()
    for number, address in zip(count(), cycle(addresses), strict=False):
        if not a_second or time.monotonic() >= end:
            break
        task = asyncio.ensure_future(act(address, number))
        begun.add(task)
        task.add_done_callback(begun.discard)
        await asyncio.sleep(max(0, start + (number + 1) / a_second - time.monotonic()))
    await asyncio.gather(*begun)


async def come_and_go(load: Load, people: Sequence[str], devices: list[tuple[str, Tabs]], a_second: float,
                      end: float) -> None:
    """Sign one device after the other out, and sign another one in in its place."""
    turns = cycle(people)
    while time.monotonic() < end or not load.sign_outs:
        began = time.monotonic()
        await load.sign_out(*devices.pop(0))
        (cookie,) = sign_in_elsewhere(load.served.database, next(turns), 1)
        devices.append(await load.open_device(cookie))
        await asyncio.sleep(max(0, began + 1 / a_second - time.monotonic()))


async def look(load: Load, end: float, sample_seconds: float) -> None:
    """Read the memory of the server now and then."""
    process = psutil.Process(load.served.pid)
    while time.monotonic() < end or len(load.usage.mebibytes) < FEWEST_SAMPLES:
        load.usage.mebibytes.append(process.memory_info().rss / 2**20)
        await asyncio.sleep(sample_seconds)


async def measure(load: Load, given: argparse.Namespace) -> dict[float, float]:
    """Open the tabs, put the server under load, and close them; returns how late the event loop was meanwhile."""
    devices_wanted = max(2, given.tabs // TABS_OF_A_DEVICE)
    people = [await sign_up(load.http, load.served.url) for _ in range(-(-devices_wanted // DEVICES_OF_A_PERSON))]
    addresses = [f'{uuid4().hex}@example.com' for _ in range(min(PEOPLE_WHO_SIGN_IN, max(1, int(given.sign_ins))))]
    for address in addresses:
        async with load.http.post(f'{load.served.url}/v1/client/sign_ups',
                                  data={'email_address': address, 'password': PASSWORD}) as answer:
            assert answer.status == 200, await answer.text()
    share = -(-devices_wanted // len(people))
    cookies = [cookie for acting in people for cookie in sign_in_elsewhere(load.served.database, acting, share)]
    gate, devices = asyncio.Semaphore(OPENED_AT_ONCE), list[tuple[str, Tabs]]()

    async def open_one(cookie: str) -> None:
        async with gate:
            devices.append(await load.open_device(cookie))

    await asyncio.gather(*(open_one(cookie) for cookie in cookies[:devices_wanted]))
    await asyncio.sleep(given.settle)
    before = await load.lag()
    end = time.monotonic() + given.minutes * 60
    try:
        await asyncio.gather(
            look(load, end, given.sample_seconds), come_and_go(load, people, devices, given.sign_outs, end),
            at_a_rate(load.sign_in, addresses, given.sign_ins, end),
            at_a_rate(load.guess, [f'{uuid4().hex}@example.com'], given.guesses, end))
        return {least: times - before[least] for least, times in (await load.lag()).items()}
    finally:
        for _, tabs in devices:
            with suppress(aiohttp.ClientError):
                await tabs.close()


async def run(given: argparse.Namespace) -> None:
    """Measure, and print what was measured."""
    with serving([str(ROOT / 'main.py')], trusted_proxies='127.0.0.1') as served:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)  # one that is kept may end while it is used
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
            load = Load(served, http)
            late = await measure(load, given)
    rows: list[list[object]] = [
        [name, len(values), percentile(values, 0.5), percentile(values, 0.99)]
        for name, values in (('sign-out to the other tab', load.sign_outs), ('sign-in', load.sign_ins)) if values]
    table(['milliseconds', 'times', 'p50', 'p99'], rows)
    total = late.get(float('inf'), 0)
    within = next((least for least, times in sorted(late.items()) if times >= 0.99 * total), float('inf'))
    memory = load.usage
    print(f'\nthe event loop was late by {within:.0f} ms or less, 99 times of 100')
    print(f'sign-ins refused: {load.refused_sign_ins}; sign-outs refused: {load.failed}; '
          f'tabs that lost their connection: {load.lost}')
    print('guesses: ' + ', '.join(f'{status} {times} times' for status, times in sorted(load.guesses.items())))
    print(f'MiB of the server: {memory.third(0):.1f}, {memory.third(1):.1f}, {memory.third(2):.1f} in each third; '
          f'last / first: {memory.third(2) / memory.third(0):.2f}')


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--minutes', type=float, default=2, help='how long the load goes on')
    parser.add_argument('--tabs', type=int, default=1000, help='how many are open at once')
    parser.add_argument('--sign-ins', type=float, default=20, help='a second, each hashed')
    parser.add_argument('--guesses', type=float, default=50, help='a second, all at one account')
    parser.add_argument('--sign-outs', type=float, default=2, help='a second; a new device takes the place of each')
    parser.add_argument('--settle', type=float, default=3, metavar='SECONDS', help='how long all tabs are open before')
    parser.add_argument('--sample-seconds', type=float, default=SAMPLE_SECONDS, help='how often the memory is read')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.minutes} minutes with {given.tabs} tabs\n')
    asyncio.run(run(given))


if __name__ == '__main__':
    main()
