"""What does it cost to tell who is concerned? Ends a second with the triggers and without, for several writers.

``uv run benchmarks/notify.py``. PostgreSQL notifies; SQLite writes rows for the feed to read.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

sys.path[0] = str(Path(__file__).parent.parent)

import psycopg

from benchmarks.stores import fill, postgres, row_id, store_of, turn_triggers
from benchmarks.support import Described, machine, percentile, table
from models import migrate
from models.postgres_feed import CHANNEL
from tests.databases import connect_to
from tests.postgres import OwnPostgres

LISTENERS = 2
"""As many as there would be processes."""

# What a sign-out writes. A session that has ended begins anew, so that there are always enough of them.
_END = '''
\\set n random(1, {sessions})
BEGIN;
UPDATE session SET status = CASE status WHEN 'active' THEN 'removed' ELSE 'active' END
    WHERE id = 'sess_' || lpad(to_hex((:n::bigint * 2654435761) % 4294967296), 8, '0')
        || lpad(to_hex(:n::bigint), 16, '0');
INSERT INTO audit_event (id, at, action, session_id, ip_address, user_agent, actor)
    VALUES (gen_random_uuid()::text, now(), 'signed_out', :n::text, '', '', '');
COMMIT;
'''


@dataclass(frozen=True)
class Load:
    """How long is measured, and with how much in the store."""

    sessions: int
    rounds: int
    seconds: int
    ends: int | None
    """Of each writer, however long that takes; instead of the seconds."""

    def __str__(self) -> str:
        return f'{self.rounds} rounds of ' + (f'{self.ends} ends of each' if self.ends else f'{self.seconds} s')


def ends_a_second(server: OwnPostgres, url: str, writers: int, load: Load) -> float:
    """Let so many writers end sessions on PostgreSQL as fast as they can, from programs beside it."""
    script = server.folder / 'end.sql'
    script.write_text(_END.format(sessions=load.sessions))
    until = f'--transactions={load.ends}' if load.ends else f'--time={load.seconds}'
    done = subprocess.run([server.program('pgbench'), '--no-vacuum', '--protocol=prepared', f'--file={script}',
                           f'--client={writers}', f'--jobs={min(writers, 2)}', until, url],
                          capture_output=True, text=True, check=True)
    found = re.search(r'tps = ([\d.]+)', done.stdout)
    assert found, done.stdout
    return float(found[1])


@contextmanager
def listening(url: str) -> Iterator[None]:
    """Listen, and read what comes."""
    stopped = threading.Event()
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(f'LISTEN {CHANNEL}')

    def read() -> None:
        while not stopped.is_set():
            for _ in connection.notifies(timeout=0.2):
                pass

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        stopped.set()
        reader.join()
        connection.close()


def of_postgres(writers: Sequence[int], load: Load) -> list[list[object]]:
    """Measure PostgreSQL, with and without in turn."""
    rows: list[list[object]] = []
    with postgres() as server, ExitStack() as listeners:
        url = server.create_database()
        migrate(url)
        fill(url, 1, load.sessions)
        for _ in range(LISTENERS):
            listeners.enter_context(listening(url))
        for count in writers:
            taken: dict[bool, list[float]] = {False: [], True: []}
            for _ in range(load.rounds):
                for told, found in taken.items():
                    turn_triggers(url, told)
                    found.append(ends_a_second(server, url, count, load))
            rows.append(_row(f'PostgreSQL, {count} writers', taken))
    return rows


def of_sqlite(load: Load) -> list[list[object]]:
    """Measure SQLite, which has one writer at a time."""
    taken: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(load.rounds):
        for told, found in taken.items():
            with store_of('sqlite') as url:
                fill(url, 1, load.sessions)
                turn_triggers(url, told)
                found.append(_ends_a_second_on_sqlite(url, load))
    return [_row('SQLite, 1 writers', taken)]


def _ends_a_second_on_sqlite(url: str, load: Load) -> float:
    with closing(connect_to(url)) as connection:
        start, count = time.perf_counter(), 0
        while count < load.ends if load.ends else time.perf_counter() < start + load.seconds:
            count += 1
            session_id = row_id('sess', count * 7919 % load.sessions + 1)
            connection.execute('BEGIN IMMEDIATE')
            connection.execute("UPDATE session SET status = CASE status WHEN 'active' THEN 'removed' ELSE 'active' END "
                               'WHERE id = ?', [session_id])
            connection.execute('INSERT INTO audit_event (id, at, action, session_id, ip_address, user_agent, actor) '
                               "VALUES (?, '2026-01-01', 'signed_out', ?, '', '', '')", [str(uuid4()), session_id])
            connection.execute('COMMIT')
        return count / (time.perf_counter() - start)


def _row(name: str, taken: dict[bool, list[float]]) -> list[object]:
    without, told = (percentile(taken[told], 0.5) for told in (False, True))
    return [name, without, told, f'{told / without:.2f}']


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Described)
    parser.add_argument('--writers', type=int, nargs='+', default=[1, 4, 16], help='how many there are on PostgreSQL')
    parser.add_argument('--sessions', type=int, default=20_000, help='how many are in the store')
    parser.add_argument('--seconds', type=int, default=5, help='how long they end sessions in a round')
    parser.add_argument('--ends', type=int, help='how many sessions each of them ends in a round, instead of --seconds')
    parser.add_argument('--rounds', type=int, default=3, help='how often, with and without')
    given = parser.parse_args(arguments)
    load = Load(given.sessions, given.rounds, given.seconds, given.ends)
    print(f'{machine()}; {LISTENERS} listeners; {load}\n')
    table(['ends a second, median', 'nobody is told', 'told', 'ratio'],
          [*of_postgres(given.writers, load), *of_sqlite(load)])


if __name__ == '__main__':
    main()
