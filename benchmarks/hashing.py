"""How late is the event loop while sixteen people sign in at once? For several costs of Argon2id.

``uv run benchmarks/hashing.py``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)

from auth.credentials.passwords import MEMORY_KIB, TIME_COST, Passwords
from benchmarks.support import Described, machine, percentile, table


async def measure(memory_kib: int, time_cost: int, hashes: int, at_once: int) -> list[float]:
    """Verify many passwords, several at a time; returns hashes a second and how late the loop was, in ms."""
    passwords = Passwords(memory_kib=memory_kib, time_cost=time_cost)
    hashed = await passwords.hash('correct horse battery')
    late: list[float] = []
    done = asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append((time.perf_counter() - start - 0.005) * 1000)

    watching = asyncio.create_task(watch())
    start = time.perf_counter()
    for _ in range(hashes // at_once):
        await asyncio.gather(*(passwords.verify('correct horse battery', hashed) for _ in range(at_once)))
    took = time.perf_counter() - start
    done.set()
    await watching
    passwords.close()
    return [hashes // at_once * at_once / took, percentile(late, 0.5), percentile(late, 0.99), max(late)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--hashes', type=int, default=192, help='how many passwords are verified at each cost')
    parser.add_argument('--at-once', type=int, default=16, help='how many of them at a time')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.at_once} at once\n')
    rows: list[list[object]] = []
    for memory_kib, time_cost in ((MEMORY_KIB, TIME_COST), (46 * 1024, 1), (64 * 1024, 3)):
        chosen = ' (chosen)' if (memory_kib, time_cost) == (MEMORY_KIB, TIME_COST) else ''
        rows.append([f'{memory_kib // 1024} MiB, t={time_cost}{chosen}',
                     *asyncio.run(measure(memory_kib, time_cost, given.hashes, given.at_once))])
    table(['Argon2id', 'hashes/s', 'loop late p50 ms', 'p99', 'max'], rows)


if __name__ == '__main__':
    main()
