"""Copy all that is in one store into another, such as from a SQLite file to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, func, insert, select

from .database import CannotOpenStore, Database
from .database_url import open_database
from .migrate import check_schema, migrate
from .tables import audit_event, client, session, user

_TABLES = (user, client, session, audit_event)  # what others refer to comes first
_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied of a table."""

    table: str
    rows: int
    left_out: int
    """Sessions whose user or client is gone, which only a SQLite file can hold; nobody is signed in with one."""


def copy_store(source_url: str, target_url: str, told: Callable[[str, int], None] = lambda _, __: None) -> list[Copied]:
    """Copy every row into an empty store, all or nothing. Blocks, and keeps the source from being written meanwhile.

    The notes of a change feed stay behind: they are news, and those who listen to the target read everything. So do the
    counts of wrong passwords, which begin anew.

    :param told: called with the name of a table and how many of its rows have been copied so far
    :raises BadDatabaseUrl: if a URL names no store
    :raises CannotOpenStore: if a store can't be opened, the source has an older schema, or the target is not empty
    """
    check_schema(source_url)
    source, target = open_database(source_url), open_database(target_url)
    if source.name == target.name:
        raise CannotOpenStore(f'{source.name} is where it is already. Name another store to copy from.')
    migrate(target_url)
    with target.connect(to_write=True) as writing, source.connect(to_write=True) as reading:
        _check_empty(writing, target)
        _hold(reading)
        return [_copy(table, reading, writing, told) for table in _TABLES]


def _check_empty(connection: Connection, database: Database) -> None:
    for table in _TABLES:
        if connection.execute(select(table.c.id).limit(1)).first() is not None:
            raise CannotOpenStore(f'There is something in {database.name} already. Nothing was copied: '
                                  'copy into an empty database.')


def _hold(connection: Connection) -> None:
    """Keep others from writing what is copied. In SQLite, they are kept from it by the transaction itself."""
    if connection.dialect.name == 'postgresql':
        names = ', '.join(f'"{table.name}"' for table in _TABLES)
        connection.exec_driver_sql(f'LOCK TABLE {names} IN SHARE MODE')


def _copy(table: Table, reading: Connection, writing: Connection, told: Callable[[str, int], None]) -> Copied:
    done = 0
    with reading.execution_options(yield_per=_AT_ONCE).execute(_all_of(table)) as found:
        for rows in found.mappings().partitions():
            writing.execute(insert(table), [dict(row) for row in rows])
            done += len(rows)
            told(table.name, done)
    there = reading.execute(select(func.count()).select_from(table)).scalar_one()
    return Copied(table.name, done, there - done)


def _all_of(table: Table) -> Select[*tuple[Any, ...]]:
    if table is not session:
        return select(table)
    return select(session).where(session.c.user_id.in_(select(user.c.id)), session.c.client_id.in_(select(client.c.id)))
