"""From a store of an older version nothing is lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from auth import Auth, Settings
from auth.clients import read_clients
from auth.passwords import Passwords
from auth.sessions import sign_out
from models import Store, migrate
from models.migrate import MIGRATIONS

THEN = '2026-01-01 12:00:00.000000'
ROWS = {
    'user': ('user_a', 'ann@example.com', 'Ann', '', 'a hash', THEN, 0, 0, THEN),
    'client': ('client_a', 'a hash', 'sess_a', THEN),
    'session': ('sess_a', 'user_a', 'client_a', 'active', THEN, THEN, '2126-01-01 12:00:00.000000', None, 'x', '::1'),
    'audit_event': ('evt_a', THEN, 'signed_in', 'user_a', 'client_a', 'sess_a', '::1', 'x'),
}


async def test_the_first_version_becomes_the_newest_with_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / 'live.db'
    engine = create_engine(f'sqlite:///{path}')
    with engine.begin() as connection:
        config = Config()
        config.set_main_option('script_location', str(MIGRATIONS))
        config.attributes['connection'] = connection
        command.upgrade(config, '0001')
    engine.dispose()
    old = sqlite3.connect(path)
    for table, row in ROWS.items():
        old.execute(f'INSERT INTO {table} VALUES ({", ".join("?" * len(row))})', row)
    old.commit()
    old.close()

    migrate(f'sqlite:///{path}')

    new = sqlite3.connect(path)
    kept = {table: new.execute(f'SELECT * FROM {table}').fetchone()[:len(row)] for table, row in ROWS.items()}
    new.close()
    assert kept == ROWS
    auth = Auth(Store(f'sqlite:///{path}'), Settings(), passwords=Passwords(memory_kib=8, time_cost=1))
    done = await sign_out(auth, (await read_clients(auth, ['client_a']))['client_a'])
    await auth.close()
    assert done.session_ids == ('sess_a',)
