"""What do the lists of administration cost, with very many users and sessions?

``uv run benchmarks/administration.py``
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parent.parent)

from auth import Auth, Settings
from auth.components.session_table import MOST_COUNTED
from auth.rules.actor import by_command_line
from auth.rules.admin_queries import ROWS_A_PAGE, count_sessions, find_sessions, find_users
from auth.rules.store import Store
from benchmarks.stores import NAMES, fill, row_id, store_of
from benchmarks.support import Described, machine, percentile, table
from tests.databases import KINDS, connect_to

SESSIONS_OF_ONE = 5


def share_out(url: str, sessions: int) -> None:
    """Let one in five users have the sessions of the next four, who are deleted."""
    with closing(connect_to(url)) as connection:
        insert = f'INSERT INTO owner VALUES ({"?, ?" if url.startswith("sqlite") else "%s, %s"})'  # noqa: S608
        connection.execute('BEGIN')
        connection.execute('CREATE TEMPORARY TABLE owner (of_user TEXT PRIMARY KEY, user_id TEXT)')
        for first in range(1, sessions + 1, SESSIONS_OF_ONE):
            user_id = row_id('user', first)
            for other in range(first + 1, first + SESSIONS_OF_ONE):
                connection.execute(insert, (row_id('user', other), user_id))
        connection.execute('UPDATE session SET user_id = owner.user_id FROM owner WHERE of_user = session.user_id')
        connection.execute('DELETE FROM "user" WHERE id IN (SELECT of_user FROM owner)')
        connection.execute('COMMIT')
        connection.execute('ANALYZE')


async def measure(url: str, sessions: int, rounds: int) -> list[list[object]]:
    """Read each of the lists many times; gives a row for each, in milliseconds."""
    auth = Auth(Store(url), Settings(database_url=url))
    most = ROWS_A_PAGE + 1
    someone = f'person{sessions // SESSIONS_OF_ONE // 2 * SESSIONS_OF_ONE + 1}@'
    middle = (await auth.read(find_sessions, by_command_line, limit=sessions // 2))[-1]
    reads: dict[str, Callable[[], Awaitable[Any]]] = {
        'users, a page': lambda: auth.read(find_users, by_command_line, limit=most),
        'users, a search': lambda: auth.read(find_users, by_command_line, someone, limit=most),
        'sessions, a page': lambda: auth.read(find_sessions, by_command_line, limit=most),
        'sessions, a page in the middle': lambda: auth.read(find_sessions, by_command_line, before=middle, limit=most),
        'sessions, a search': lambda: auth.read(find_sessions, by_command_line, someone, limit=most),
        'their number, as the page tells it': lambda: auth.read(count_sessions, by_command_line, most=MOST_COUNTED),
        'their number': lambda: auth.read(count_sessions, by_command_line),
    }
    rows: list[list[object]] = []
    for name, read in reads.items():
        await read()
        times: list[float] = []
        for _ in range(rounds):
            start = time.perf_counter()
            await read()
            times.append((time.perf_counter() - start) * 1000)
        rows.append([name, percentile(times, 0.5), percentile(times, 0.99)])
    await auth.close()
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--sessions', type=int, default=100_000, help='how many there are; one user in five has them')
    parser.add_argument('--rounds', type=int, default=100, help='how often each list is read')
    given = parser.parse_args(arguments)
    print(f'{machine()}; {given.sessions:,} sessions of {given.sessions // SESSIONS_OF_ONE:,} users')
    for kind in KINDS:
        print(f'\n{NAMES[kind]}\n')
        with store_of(kind) as url:
            fill(url, 1, given.sessions)
            share_out(url, given.sessions)
            table(['what is read', 'p50 ms', 'p99 ms'], asyncio.run(measure(url, given.sessions, given.rounds)))


if __name__ == '__main__':
    main()
