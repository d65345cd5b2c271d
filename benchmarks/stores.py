"""The stores that are measured: empty ones of each kind, and many rows for them, made within the database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from benchmarks.support import shared
from models import migrate
from tests.databases import Kind, connect_to
from tests.postgres import OwnPostgres, postgres_server

NAMES = {'sqlite': 'SQLite', 'postgres': 'PostgreSQL'}

AS_IT_COMES = ('fsync=on', 'synchronous_commit=on')
"""What is committed has reached the disk, as on a server that somebody relies on."""

# Ids are scattered like random ones, but can be told from their numbers: 2654435761 is odd and near 2^32 / 1.618.
_ID = {'sqlite': "'{}_' || printf('%08x%016x', (n * 2654435761) % 4294967296, n)",
       'postgres': "'{}_' || lpad(to_hex((n * 2654435761) % 4294967296), 8, '0') || lpad(to_hex(n), 16, '0')"}
_NUMBERS = {'sqlite': 'WITH RECURSIVE numbers(n) AS (SELECT {} UNION ALL SELECT n + 1 FROM numbers WHERE n < {})',
            'postgres': 'WITH numbers(n) AS (SELECT generate_series({}::bigint, {}::bigint))'}
_NOW = {'sqlite': "strftime('%Y-%m-%d %H:%M:%S.000000', 'now')", 'postgres': 'now()'}
_IN_A_WEEK = {'sqlite': "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '+7 days')",
              'postgres': "now() + interval '7 days'"}
_QUICK = {'sqlite': ('PRAGMA synchronous=OFF', 'PRAGMA cache_size=-1000000'),
          'postgres': ('SET synchronous_commit=off', 'SET session_replication_role=replica')}  # no triggers, no checks
_ROWS = (
    ('INSERT INTO "user" (id, email_address, first_name, last_name, password_hash, password_changed_at, is_admin, '
     "disabled, created_at, search_text) {numbers} SELECT {user}, 'person' || n || '@example.com', '', '', '', {now}, "
     "{no}, {no}, {now}, 'person' || n || '@example.com  ' FROM numbers"),
    ('INSERT INTO client (id, secret_hash, active_session_id, created_at) {numbers} '
     'SELECT {client}, {client}, {sess}, {now} FROM numbers'),
    ('INSERT INTO session (id, user_id, client_id, status, created_at, last_active_at, expire_at, user_agent, '
     "ip_address) {numbers} SELECT {sess}, {user}, {client}, 'active', {now}, {now}, {week}, '', '' FROM numbers"),
)


def row_id(prefix: str, number: int) -> str:
    """The id of a generated row."""
    return f'{prefix}_{number * 2654435761 % 4294967296:08x}{number:016x}'


def postgres() -> AbstractContextManager[OwnPostgres]:
    """A PostgreSQL server as it comes; for those who do it no harm."""
    return shared('PostgreSQL', lambda: postgres_server(*AS_IT_COMES))


@contextmanager
def store_of(kind: Kind) -> Iterator[str]:
    """An empty store with all its tables; gives its URL."""
    if kind == 'sqlite':
        with tempfile.TemporaryDirectory(prefix='benchmark-') as folder:
            url = f'sqlite:///{folder}/live.db'
            migrate(url)
            yield url
    else:
        with postgres() as server:
            url = server.create_database()
            migrate(url)
            yield url


def fill(url: str, first: int, last: int) -> None:
    """Make users, each signed in on a client, with the numbers from first to last."""
    kind = 'sqlite' if url.startswith('sqlite') else 'postgres'
    values = {name: _ID[kind].format(name) for name in ('user', 'client', 'sess')}
    values |= {'numbers': _NUMBERS[kind].format(first, last), 'now': _NOW[kind], 'week': _IN_A_WEEK[kind],
               'no': '0' if kind == 'sqlite' else 'false'}
    with closing(connect_to(url)) as connection:
        for quick in _QUICK[kind]:
            connection.execute(quick)
        for statement in _ROWS:
            connection.execute(statement.format(**values))
        if kind == 'sqlite':
            connection.execute('DELETE FROM change WHERE seq <= (SELECT max(seq) FROM change) - 10')
            connection.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        else:
            connection.execute('VACUUM ANALYZE')
            connection.execute('CHECKPOINT')


def turn_triggers(url: str, on: bool) -> None:
    """Let the triggers of the tables fire, or not. SQLite can only drop them: they do not come back."""
    with closing(connect_to(url)) as connection:
        if not url.startswith('sqlite'):
            for table in ('session', 'client', '"user"', 'audit_event'):
                connection.execute(f'ALTER TABLE {table} {"ENABLE" if on else "DISABLE"} TRIGGER USER')
        elif not on:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f'DROP TRIGGER {name}')
