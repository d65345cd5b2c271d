"""Something fails: how long until nothing private is shown, and, once it is mended, until every tab is right again?

``uv run benchmarks/recovery.py``. In each round a session is ended behind the back of a process that can't hear it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

import aiohttp
from sqlalchemy import make_url

from auth.timing import Timing
from benchmarks.processes import USERS, sign_in
from benchmarks.stores import AS_IT_COMES, fill
from benchmarks.support import ROOT, Described, machine, percentile, table
from tests.databases import PostgresDatabase, connect_to
from tests.faults.browser import Browser
from tests.faults.ledger import Ledger
from tests.postgres import OwnPostgres, postgres_server
from tests.relay import Relay, relay_to
from tests.server import Server
from tests.speed import timing_at

PATIENCE_SECONDS = 60


@dataclass
class Site:
    """One process, its PostgreSQL, and the network between them."""

    http: aiohttp.ClientSession
    server: Server
    postgres: OwnPostgres
    relay: Relay
    url: str
    """Of the database, past the relay."""

    def end_all(self) -> None:
        """End every session, by SQL."""
        with closing(connect_to(self.url)) as connection:
            connection.execute("UPDATE session SET status = 'revoked' WHERE status = 'active'")


async def process_killed(site: Site, hidden: Callable[[], Awaitable[float]]) -> tuple[float, float]:
    """Kill the process with -9, and start it again."""
    site.server.kill()
    took = await hidden()
    site.end_all()
    mended = time.perf_counter()
    await site.server.start()
    return took, mended


async def listener_terminated(site: Site, _: Callable[[], Awaitable[float]]) -> tuple[float, float]:
    """Let the server close the connection that listens; the process mends that itself."""
    with closing(connect_to(site.url)) as connection:
        found = connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE application_name = 'live-sessions' AND query LIKE '%pg_notify($%'").fetchall()
        assert len(found) == 1, found
    site.end_all()
    return 0.0, time.perf_counter()


async def postgres_stopped(site: Site, hidden: Callable[[], Awaitable[float]]) -> tuple[float, float]:
    """Stop PostgreSQL, and start it again."""
    await asyncio.to_thread(site.postgres.stop)
    took = await hidden()
    await asyncio.to_thread(site.postgres.start)
    site.end_all()
    return took, time.perf_counter()


async def network_cut(site: Site, hidden: Callable[[], Awaitable[float]]) -> tuple[float, float]:
    """Let nothing through between process and database, and then everything."""
    site.relay.cut()
    took = await hidden()
    site.end_all()
    mended = time.perf_counter()
    site.relay.mend()
    return took, mended


FAULTS = {
    'process killed with -9, and started': process_killed,
    'connection of the listener terminated': listener_terminated,
    'PostgreSQL stopped, and started': postgres_stopped,
    'network to the database cut, and healed': network_cut,
}


async def one_round(site: Site, fault: Callable[..., Awaitable[tuple[float, float]]], after: Sequence[float],
                    timing: Timing) -> tuple[float, float]:
    """Let something fail; returns how many seconds later the tab hid its session, and told after the mending.

    :param after: how many seconds the tab has shown its session by then, at least and at most
    :param timing: that of the process, and so of the tab
    """
    (device,) = await sign_in(site.url, 1)
    browser = Browser(site.http, [site.server], [], Ledger(), random.Random(), cookie=device.cookie,
                      timing=timing)
    tab = browser.tabs[0]
    opened = asyncio.create_task(tab.stay_open())
    try:
        await _until(lambda: tab.shows.startswith('Active Session'))
        await asyncio.sleep(random.uniform(*after))
        start = time.perf_counter()

        async def hidden() -> float:
            await _until(lambda: not tab.shows.startswith('Active Session'))
            return time.perf_counter() - start

        took, mended = await fault(site, hidden)
        await _until(lambda: tab.shows == 'You are signed out')
        return took, time.perf_counter() - mended
    finally:
        opened.cancel()
        await asyncio.gather(opened, return_exceptions=True)


async def _until(seen: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not seen():  # noqa: ASYNC110 (it is seen on a screen, which tells nobody)
            await asyncio.sleep(0.002)


async def measure(rounds: int, after: Sequence[float], times_faster: float) -> None:
    """Let everything fail; print what was measured."""
    rows: list[list[object]] = []
    with postgres_server(*AS_IT_COMES) as postgres, tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
        database = PostgresDatabase(postgres)
        fill(database.url, 1, USERS)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http, relay_to(postgres.port) as relay:
            url = database.url
            database.url = make_url(url).set(port=relay.port).render_as_string(hide_password=False)
            server = await Server(Path(folder), script=ROOT / 'tests/apps/serve.py', store=database,
                                  speed=times_faster).start()
            site = Site(http, server, postgres, relay, url)
            try:
                for name, fault in FAULTS.items():
                    taken = [await one_round(site, fault, after, timing_at(times_faster))
                             for _ in range(rounds)]
                    hidden, right = ([one[which] for one in taken] for which in (0, 1))
                    rows.append([name, *(f'{number:.2f}' for number in (percentile(hidden, 0.5), max(hidden),
                                                                         percentile(right, 0.5), max(right)))])
            finally:
                server.stop()
    table(['seconds', 'until hidden: median', 'most', 'mended → right again: median', 'most'], rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--rounds', type=int, default=5, help='how often each fault happens')
    parser.add_argument('--after', type=float, nargs=2, default=[1.5, 5.5], metavar=('LEAST', 'MOST'),
                        help='how many seconds a tab is open before: any moment between two pings, after a first beat')
    parser.add_argument('--times-faster', type=float, default=1,
                        help='let process and tab wait so many times less, as in the tests of faults')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.rounds} rounds\n')
    asyncio.run(measure(given.rounds, given.after, given.times_faster))


if __name__ == '__main__':
    main()
