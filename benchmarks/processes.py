"""A session ends at one process: how long until a tab of another is told? And how many ends a second can there be?

``uv run benchmarks/processes.py``. Times are from the request that ends the session to the frame at the tab.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

import aiohttp
from sqlalchemy import insert

from auth.credentials.tokens import ClientToken, hash_secret, new_secret
from auth.rules.context import utc_now
from auth.rules.store import Store
from benchmarks.stores import NAMES, fill, row_id, store_of
from benchmarks.support import ROOT, Described, Served, machine, percentile, serving, table
from models import Client, Session
from models.types import new_id
from tests.databases import KINDS
from tests.sockets import OpenPage, Update, texts

OPENED_AT_ONCE = 8
LIMIT_MS = 100
USERS = 1_000
ANSWER_SECONDS = 10


@dataclass(eq=False)
class Device:
    """A device that is signed in, with one tab."""

    cookie: str
    page: OpenPage = field(default_factory=OpenPage)
    told: asyncio.Future[float] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def open(self, http: aiohttp.ClientSession, url: str) -> None:
        """Open the tab at a process."""
        self.page = OpenPage(on_update=self._updated)
        await self.page.open(http, f'{url}/', lambda: self.cookie)

    def _updated(self, update: Update) -> None:
        if 'You are signed out' in texts(update) and not self.told.done():
            self.told.set_result(time.perf_counter())

    async def end(self, http: aiohttp.ClientSession, url: str) -> float:
        """Sign out at a process; returns how many milliseconds later the tab was told.

        It is infinite where the end was refused, or the tab had lost its overloaded server by then.
        """
        start = time.perf_counter()
        async with http.delete(f'{url}/v1/client/sessions', headers={'Cookie': self.cookie}) as answer:
            if answer.status == 503:
                return float('inf')
            assert answer.status == 200, await answer.text()
        done, _ = await asyncio.wait([self.told], timeout=ANSWER_SECONDS)
        return (self.told.result() - start) * 1000 if done else float('inf')


async def sign_in(url: str, count: int) -> list[Device]:
    """Sign people in, each on a device of their own, in the store, since hashing takes its time."""
    tokens = [ClientToken(new_id('client'), new_secret()) for _ in range(count)]
    now = utc_now()
    clients = [{'id': token.client_id, 'secret_hash': hash_secret(token.secret), 'active_session_id': new_id('sess'),
                'created_at': now} for token in tokens]
    later = now.replace(year=now.year + 1)
    sessions = [{'id': one['active_session_id'], 'client_id': one['id'], 'user_id': row_id('user', number % USERS + 1),
                 'status': 'active', 'created_at': now, 'last_active_at': now, 'expire_at': later, 'user_agent': '',
                 'ip_address': ''} for number, one in enumerate(clients)]
    store = Store(url)
    for model, rows in ((Client, clients), (Session, sessions)):
        await store.run(lambda db, model, rows: db.execute(insert(model), rows), model, rows)
    await store.close()
    return [Device(f'__client={token}') for token in tokens]


async def opened(http: aiohttp.ClientSession, store_url: str, url: str, count: int) -> list[Device]:
    """Sign in, and open the tabs."""
    devices, gate = await sign_in(store_url, count), asyncio.Semaphore(OPENED_AT_ONCE)

    async def open_one(device: Device) -> None:
        async with gate:
            await device.open(http, url)

    await asyncio.gather(*(open_one(device) for device in devices))
    return devices


async def closed(devices: Sequence[Device]) -> None:
    """Close the tabs."""
    await asyncio.gather(*(device.page.close() for device in devices))


async def one_by_one(http: aiohttp.ClientSession, store_url: str, ends_at: str, tab_at: str, rounds: int,
                     warm_up: int) -> list[float]:
    """End one session after the other; returns the times, without the first ones."""
    devices = await opened(http, store_url, tab_at, warm_up + rounds)
    times: list[float] = []
    for device in devices:
        times.append(await device.end(http, ends_at))
        await asyncio.sleep(0.02)
    await closed(devices)
    return times[warm_up:]


async def at_rate(http: aiohttp.ClientSession, store_url: str, ends_at: str, tab_at: str, rate: int, count: int
                  ) -> list[float]:
    """End so many a second for a while, whether or not the ones before have been told."""
    devices = await opened(http, store_url, tab_at, count)
    start = time.perf_counter()

    async def end(number: int, device: Device) -> float:
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        return await device.end(http, ends_at)

    times = await asyncio.gather(*(end(number, device) for number, device in enumerate(devices)))
    await closed(devices)
    return times


@contextmanager
def two_processes(store_url: str) -> Iterator[tuple[Served, Served]]:
    """Serve one store twice."""
    with ExitStack() as stack:
        first, second = (stack.enter_context(serving([str(ROOT / 'main.py')], database_url=store_url))
                         for _ in range(2))
        yield first, second


async def measure(given: argparse.Namespace) -> None:
    """Measure both stores; print what was measured."""
    singles: list[list[object]] = []
    steps: list[list[object]] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        for kind in KINDS:
            with store_of(kind) as url:
                fill(url, 1, USERS)
                with two_processes(url) as (first, second):
                    for name, tab_at in (('one process', first), ('two processes', second)):
                        times = await one_by_one(http, url, first.url, tab_at.url, given.rounds,
                                                 given.warm_up)
                        singles.append([f'{NAMES[kind]}, {name}', *(percentile(times, share)
                                                                    for share in (0.5, 0.95, 0.99, 1))])
                    late = 0
                    for rate in given.rates:
                        count = max(round(rate * given.step_seconds), given.step_ends)
                        times = await at_rate(http, url, first.url, second.url, rate, count)
                        steps.append([f'{NAMES[kind]}, {rate} ends a second', percentile(times, 0.5),
                                      percentile(times, 0.99)])
                        late = late + 1 if percentile(times, 0.99) > LIMIT_MS else 0
                        if late == 2:  # once may have been somebody else on this machine
                            break
    table(['milliseconds from the request to the frame', 'p50', 'p95', 'p99', 'max'], singles)
    print()
    table(['two processes, until the p99 passes 100 ms', 'p50 ms', 'p99 ms'], steps)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--rounds', type=int, default=200, help='how many sessions end one after the other')
    parser.add_argument('--warm-up', type=int, default=5, metavar='ROUNDS', help='how many before are not counted')
    parser.add_argument('--rates', type=int, nargs='*', default=[10, 20, 40, 60, 80, 120, 160, 240],
                        help='how many end in a second, step by step')
    parser.add_argument('--step-seconds', type=float, default=3, help='how long a rate is tried at least')
    parser.add_argument('--step-ends', type=int, default=60, help='and with how many ends at least')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.rounds} rounds; browsers, processes and store on the same machine\n')
    asyncio.run(measure(given))


if __name__ == '__main__':
    main()
