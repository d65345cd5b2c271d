"""One person with many tabs: how long until the last one shows that all other devices were signed out, beside a bare
NiceGUI push to as many tabs; and what an open tab costs while nothing happens.

``uv run benchmarks/fan_out.py``
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from math import ceil
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import psutil

sys.path[0] = str(Path(__file__).parent.parent)

from auth.credentials.tokens import ClientToken, hash_secret, new_secret
from benchmarks.support import ROOT, Described, Served, machine, percentile, serving, table
from models.types import new_id
from tests.sockets import OpenPage, Update, texts

OPENED_AT_ONCE = 16

PASSWORD = 'correct horse battery'


@dataclass
class Tabs:
    """Open tabs, which note when they were told what they wait for."""

    is_news: Callable[[dict[str, Any]], bool]
    told: list[float] = field(default_factory=list)
    pages: list[OpenPage] = field(default_factory=list)
    all_told: asyncio.Event = field(default_factory=asyncio.Event)
    lost: int = 0
    """How many had lost their connection before they were closed."""

    async def open(self, http: aiohttp.ClientSession, url: str, cookie: str = '') -> None:
        """Open one more."""
        page = OpenPage(on_update=self._updated, on_lost=self._lost)
        await page.open(http, url, lambda: cookie)
        self.pages.append(page)

    def _lost(self) -> None:
        self.lost += 1

    def _updated(self, update: Update) -> None:
        if self.is_news(update):
            self.told.append(time.perf_counter())
            if len(self.told) == len(self.pages):
                self.all_told.set()

    async def wait(self) -> None:
        """Wait until all were told.

        :raises RuntimeError: if some never were; nothing can be said of such a round
        """
        try:
            await asyncio.wait_for(self.all_told.wait(), 60)
        except TimeoutError as error:
            raise RuntimeError(f'Only {len(self.told)} of {len(self.pages)} tabs were told within a minute, and '
                               f'{self.lost} had lost their connection. Run it again while nothing else runs.'
                               ) from error

    async def close(self) -> None:
        """Close them all."""
        await asyncio.gather(*(page.close() for page in self.pages))


@asynccontextmanager
async def opened(http: aiohttp.ClientSession, url: str, cookies: list[str],
                 is_news: Callable[[dict[str, Any]], bool] = lambda _: True) -> AsyncIterator[Tabs]:
    """Open a tab for each cookie."""
    tabs, gate = Tabs(is_news), asyncio.Semaphore(OPENED_AT_ONCE)

    async def open_one(cookie: str) -> None:
        async with gate:
            await tabs.open(http, url, cookie)

    await asyncio.gather(*(open_one(cookie) for cookie in cookies))
    try:
        yield tabs
    finally:
        await tabs.close()


def sign_in_elsewhere(database: Path, acting: str, count: int) -> list[str]:
    """Sign the user of a cookie in on so many devices, by SQL, since hashing takes its time; returns their cookies."""
    here = acting.removeprefix('__client=').partition('.')[0]
    tokens = [ClientToken(new_id('client'), new_secret()) for _ in range(count)]
    store = sqlite3.connect(database, timeout=10)
    with store:
        for token in tokens:
            session_id = new_id('sess')
            store.execute('INSERT INTO client SELECT ?, ?, ?, created_at FROM client WHERE id = ?',
                          (token.client_id, hash_secret(token.secret), session_id, here))
            store.execute('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at) '
                          "SELECT ?, user_id, ?, 'active', created_at, last_active_at, expire_at FROM session "
                          'WHERE client_id = ?', (session_id, token.client_id, here))
    store.close()
    return [f'__client={token}' for token in tokens]


async def sign_up(http: aiohttp.ClientSession, url: str) -> str:
    """Sign the user up on the device that acts; returns its cookie."""
    fields = {'email_address': f'{uuid4().hex}@example.com', 'password': PASSWORD}
    async with http.post(f'{url}/v1/client/sign_ups', data=fields) as answer:
        assert answer.status == 200, await answer.text()
        return answer.headers['set-cookie'].partition(';')[0]


async def round_of_ours(http: aiohttp.ClientSession, ours: Served, acting: str, count: int, a_device: int,
                        settle: float) -> tuple[float, float]:
    """Sign out of all other devices; returns when the median and the last tab were told, in milliseconds.

    :param a_device: how many tabs are open on each device
    :param settle: how many seconds all of them are open before
    """
    cookies = sign_in_elsewhere(ours.database, acting, ceil(count / a_device)) * a_device
    async with opened(http, f'{ours.url}/', cookies[:count], lambda news: 'You are signed out' in texts(news)) as tabs:
        await asyncio.sleep(settle)
        start = time.perf_counter()
        async with http.post(f'{ours.url}/v1/me/sessions/revoke_others', headers={'Cookie': acting}) as answer:
            assert answer.status == 200, await answer.text()
        await tabs.wait()
        return _summary(tabs, start)


async def round_of_bare(http: aiohttp.ClientSession, bare: Served, count: int, settle: float) -> tuple[float, float]:
    """Push to as many tabs of bare NiceGUI; returns the same."""
    async with opened(http, f'{bare.url}/push-same', [''] * count) as tabs:
        await asyncio.sleep(settle)
        start = time.perf_counter()
        async with http.post(f'{bare.url}/change') as answer:
            assert answer.status == 200
        await tabs.wait()
        return _summary(tabs, start)


def _summary(tabs: Tabs, start: float) -> tuple[float, float]:
    after = [(moment - start) * 1000 for moment in tabs.told]
    return percentile(after, 0.5), max(after)


async def idle(http: aiohttp.ClientSession, served: Served, url: str, cookies: list[str], seconds: float,
               settle: float) -> tuple[float, float]:
    """Open tabs and let them be; returns CPU in percent of a core, and memory a tab in KiB."""
    process = psutil.Process(served.pid)
    before = process.memory_info().rss
    async with opened(http, url, cookies):
        await asyncio.sleep(settle)
        memory = (process.memory_info().rss - before) / len(cookies) / 1024
        start, used = time.perf_counter(), sum(process.cpu_times()[:2])
        await asyncio.sleep(seconds)
        cpu = (sum(process.cpu_times()[:2]) - used) / (time.perf_counter() - start) * 100
    return cpu, memory


async def measure(given: argparse.Namespace) -> None:
    """Measure, and print what was measured."""
    rounds, idle_tabs = given.rounds, given.idle
    print(f'{machine()}; {rounds} rounds\n')
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        with serving([str(ROOT / 'main.py')]) as ours, serving([str(ROOT / 'benchmarks/bare.py')]) as bare:
            acting = await sign_up(http, ours.url)
            rows: list[list[object]] = []
            for a_device, count in product(given.a_device, given.tabs):
                taken = [(await round_of_bare(http, bare, count, given.settle),
                          await round_of_ours(http, ours, acting, count, a_device, given.settle))
                         for _ in range(given.warm_up + rounds)][given.warm_up:]
                values = [percentile([one[way][which] for one in taken], 0.5) for way in (0, 1) for which in (0, 1)]
                rows.append([f'{count} tabs, {a_device} a device', *values, f'{values[3] / values[1]:.2f}'])
            table(['milliseconds, median of the rounds', 'bare: median tab', 'bare: last tab', 'ours: median tab',
                   'ours: last tab', 'last / last'], rows)
        if idle_tabs:
            with serving([str(ROOT / 'main.py')]) as ours, serving([str(ROOT / 'benchmarks/bare.py')]) as bare:
                cookies = sign_in_elsewhere(ours.database, await sign_up(http, ours.url), idle_tabs)
                times = (given.idle_seconds, given.idle_settle)
                rows = [['ours', *await idle(http, ours, f'{ours.url}/', cookies, *times)],
                        ['bare NiceGUI', *await idle(http, bare, f'{bare.url}/push-same', [''] * idle_tabs, *times)]]
            print()
            table([f'{idle_tabs} open tabs, idle', 'CPU % of a core', 'KiB a tab'], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--tabs', type=int, nargs='*', default=[1, 20, 100, 300], help='how many are told')
    parser.add_argument('--a-device', type=int, nargs='*', default=[1, 3],
                        help='how many tabs a device has: three are what people have, one is the hardest case')
    parser.add_argument('--rounds', type=int, default=5, help='how often they are told')
    parser.add_argument('--warm-up', type=int, default=1, metavar='ROUNDS',
                        help='how many rounds before are not counted')
    parser.add_argument('--settle', type=float, default=0.5, metavar='SECONDS', help='how long tabs are open before')
    parser.add_argument('--idle', type=int, default=1000, help='how many idle tabs; 0 for none')
    parser.add_argument('--idle-seconds', type=float, default=20, help='how long these are watched')
    parser.add_argument('--idle-settle', type=float, default=3, metavar='SECONDS', help='how long they are open before')
    asyncio.run(measure(parser.parse_args(arguments)))


if __name__ == '__main__':
    main()
