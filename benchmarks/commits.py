"""What does it cost that a sign-out survives a power cut? ``synchronous=FULL`` beside ``NORMAL``.

``uv run benchmarks/commits.py``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

from sqlalchemy import Connection, Engine, event

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.requests.request_info import RequestInfo
from auth.rules.clients import read_clients
from auth.rules.sessions import sign_out
from auth.rules.sign_in import sign_up
from auth.rules.store import Store
from benchmarks.support import Described, machine, percentile, table
from models import migrate


async def measure(folder: str, mode: str, rounds: int) -> list[float]:
    """Sign many people out, one after the other; returns how long the verb took, in ms."""
    url = f'sqlite:///{folder}/{mode}.db'
    migrate(url)
    store = Store(url)

    def choose(connection: Connection) -> None:  # there is no setting for it
        connection.connection.cursor().execute(f'PRAGMA synchronous={mode}')

    event.listen(Engine, 'engine_connect', choose)
    auth = Auth(store, Settings(database_url=url), passwords=Passwords(memory_kib=8, time_cost=1))
    times: list[float] = []
    for number in range(rounds):
        done = await sign_up(auth, None, email_address=f'person{number}@example.com', password='correct horse battery',
                             request_info=RequestInfo())
        client = (await read_clients(auth, [done.token.client_id]))[done.token.client_id]
        start = time.perf_counter()
        await auth.run(sign_out, client)
        times.append((time.perf_counter() - start) * 1000)
    await auth.close()
    event.remove(Engine, 'engine_connect', choose)
    return [percentile(times, 0.5), percentile(times, 0.99), 1000 / (sum(times) / len(times))]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--rounds', type=int, default=500, help='how many people sign out')
    rounds = parser.parse_args(arguments).rounds
    print(f'{machine()}; {rounds} sign-outs\n')
    with tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
        table(['synchronous', 'sign_out p50 ms', 'p99 ms', 'a second'],
              [[mode + (' (chosen)' if mode == 'FULL' else ''), *asyncio.run(measure(folder, mode, rounds))]
               for mode in ('FULL', 'NORMAL')])


if __name__ == '__main__':
    main()
