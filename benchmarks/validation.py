"""What does it cost to look a session up and to sign out, with how many sessions in the store? And how is it found?

``uv run benchmarks/validation.py``
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parent.parent)

from sqlalchemy import Engine, event

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.rules.clients import read_clients
from auth.rules.context import utc_now
from auth.rules.sessions import sign_out
from auth.rules.store import Store
from benchmarks.stores import NAMES, fill, row_id, store_of
from benchmarks.support import Described, machine, percentile, table
from tests.databases import KINDS, connect_to

AT_ONCE = 4


@dataclass(frozen=True)
class Figures:
    """What was measured with one number of sessions; times are in milliseconds."""

    lookups_a_second: float
    """With four under way at once."""
    lookups: list[float]
    """One after the other."""
    sign_outs: list[float]
    """One after the other."""

    def row(self) -> list[float]:
        """The figures that are printed."""
        return [self.lookups_a_second, *(percentile(times, share) for times in (self.lookups, self.sign_outs)
                                         for share in (0.5, 0.99))]


async def measure(url: str, size: int, seconds: float, warm_up: float, sign_outs: int) -> Figures:
    """Look clients up at random, and sign some out; then their sessions are active again."""
    auth = Auth(Store(url), Settings(database_url=url), passwords=Passwords(memory_kib=8, time_cost=1))
    chance = random.Random(size)
    times: list[float] = []

    async def look(until: float, taken: list[float]) -> None:
        start = 0.0
        while start < until:
            start = time.perf_counter()
            client_id = row_id('client', chance.randint(1, size))
            assert (await read_clients(auth, [client_id]))[client_id].active_session(utc_now())
            taken.append((time.perf_counter() - start) * 1000)

    await look(time.perf_counter() + warm_up, [])  # warms up
    await look(time.perf_counter() + seconds, times)
    together: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(look(until, together) for _ in range(AT_ONCE)))
    ended: list[float] = []
    for number in chance.sample(range(1, size + 1), min(sign_outs, size)):
        client = (await read_clients(auth, [row_id('client', number)]))[row_id('client', number)]
        start = time.perf_counter()
        assert (await auth.run(sign_out, client)).active_ended
        ended.append((time.perf_counter() - start) * 1000)
    await auth.close()
    with closing(connect_to(url)) as connection:
        connection.execute("UPDATE session SET status = 'active' WHERE status <> 'active'")
    return Figures(len(together) / seconds, times, ended)


async def statements_of(url: str, client_id: str) -> dict[str, tuple[str, Any]]:
    """What the store sends to look a session up, and to end it: the statement and its parameters."""
    auth = Auth(Store(url), Settings(database_url=url))
    sent: list[tuple[str, Any]] = []

    def listen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, 'before_cursor_execute', listen)
    client = (await read_clients(auth, [client_id]))[client_id]
    await auth.run(sign_out, client)
    event.remove(Engine, 'before_cursor_execute', listen)
    await auth.close()
    return {'looking a session up': next(one for one in sent if one[0].startswith('SELECT')),
            'signing out': next(one for one in sent if 'UPDATE session' in one[0])}


def plans(url: str) -> None:
    """Print how the database looks a session up, and how it ends one."""
    explain, column = ('EXPLAIN QUERY PLAN', 3) if url.startswith('sqlite') else ('EXPLAIN (COSTS OFF)', 0)
    for name, (statement, parameters) in asyncio.run(statements_of(url, row_id('client', 1))).items():
        print(f'\n{name}:')
        with closing(connect_to(url)) as connection:
            for row in connection.execute(f'{explain} {statement}', parameters).fetchall():
                print(f'    {row[column]}')


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--sessions', type=int, nargs='+', default=[1_000, 100_000, 1_000_000],
                        help='how many are in the store')
    parser.add_argument('--seconds', type=float, default=5,
                        help='how long sessions are looked up one after the other, and how long at once')
    parser.add_argument('--warm-up', type=float, default=1, metavar='SECONDS', help='how long nothing is counted')
    parser.add_argument('--sign-outs', type=int, default=500, help='how many sign out')
    given = parser.parse_args(arguments)
    sizes: Sequence[int] = sorted(given.sessions)
    print(f'{machine()}; one process and its store on the same machine')
    for kind in KINDS:
        print(f'\n{NAMES[kind]}\n')
        found: list[Figures] = []
        with store_of(kind) as url:
            for size, before in zip(sizes, [0, *sizes], strict=False):
                fill(url, before + 1, size)
                found.append(asyncio.run(measure(url, size, given.seconds, given.warm_up, given.sign_outs)))
            table(['sessions', f'look-ups a second, {AT_ONCE} at once', 'look-up p50 ms', 'p99 ms', 'sign-out p50 ms',
                   'p99 ms'], [[f'{size:,}', *(f'{number:.2f}' for number in figures.row())]
                               for size, figures in zip(sizes, found, strict=True)])
            ratios = [most / least for least, most in zip(found[0].row(), found[-1].row(), strict=True)]
            print(f'\n{sizes[-1]:,} / {sizes[0]:,} sessions: look-up {ratios[1]:.2f} at p50, {ratios[2]:.2f} at p99; '
                  f'sign-out {ratios[3]:.2f} at p50, {ratios[4]:.2f} at p99')
            plans(url)


if __name__ == '__main__':
    main()
