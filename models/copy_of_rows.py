# pyright: reportUnknownMemberType=false
"""Copy the rows of an author's tables into the same tables of another store; or say why that can't be done.

Their models are not known here, so both sides are looked at. What a value becomes is told by the types of its column
here and there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, MetaData, Table, func, insert, inspect, select, text

from .base import METADATA
from .database import CannotOpenStore
from .version import VERSION_TABLE

_AT_ONCE = 2000

_CHANGES: dict[tuple[type, type], Callable[[Any], Any]] = {
    (int, bool): bool, (bool, int): int, (uuid.UUID, str): lambda value: value.hex, (str, uuid.UUID): uuid.UUID,
    (str, datetime): lambda value: datetime.fromisoformat(value).replace(tzinfo=UTC),  # of the type Moment
    (datetime, str): lambda value: value.strftime('%Y-%m-%d %H:%M:%S.%f')}
"""What becomes of a value where the types of a column differ, and nothing is lost by it."""


def tables_of_author(connection: Connection) -> list[Table]:
    """The tables that are not ours, those that others refer to first. Only reads."""
    names = [name for name in inspect(connection).get_table_names() if name not in METADATA.tables]
    found = MetaData()
    found.reflect(connection, only=[name for name in names if name != VERSION_TABLE])
    return [table for table in found.sorted_tables if table.name in names]


def is_of_versions(table: Table) -> bool:
    """Whether a table holds the version of an author's Alembic."""
    return [column.name for column in table.columns] == ['version_num']


def plan(reading: Connection, writing: Connection) -> list[tuple[Table, Table]]:
    """Pair the tables of an author that hold something with those of the target. Nobody writes to them from then on.

    :raises CannotOpenStore: if rows would be left behind, or would come into what holds some already
    """
    _check_schemas(reading)
    sources = tables_of_author(reading)
    _lock(reading, sources)
    targets = {table.name: table for table in tables_of_author(writing)}
    pairs: list[tuple[Table, Table]] = []
    for source in sources:
        if not _count(reading, source):
            continue
        target = targets.get(source.name)
        if is_of_versions(source):
            _check_versions(reading, writing, source, target)
        elif target is None:
            raise CannotOpenStore(f'The table "{source.name}" is yours, and is not in the target. Nothing was copied: '
                                  'run "database upgrade" and your own migrations there first, then copy again.')
        elif _count(writing, target):
            raise CannotOpenStore(f'There is something in the table "{source.name}" of the target already. Nothing was '
                                  'copied: copy into an empty database.')
        else:
            _check_columns(source, target)
            for column in target.columns:
                if isinstance(column.type, JSON):
                    column.type.none_as_null = True  # else nothing would become the word null
            pairs.append((source, target))
    return [pair for name in targets for pair in pairs if pair[1].name == name]


def _lock(connection: Connection, tables: Sequence[Table]) -> None:
    if connection.dialect.name == 'postgresql':
        for table in tables:
            connection.exec_driver_sql(f'LOCK TABLE {_quoted(connection, table)} IN SHARE MODE')


def copy_rows(reading: Connection, writing: Connection, pair: tuple[Table, Table],
              told: Callable[[str, int], None]) -> int:
    """Copy all rows of a table; returns how many they are."""
    source, target = pair
    names = _written(source)
    become = {name: _becomes(source.columns[name], target.columns[name]) or _as_it_is for name in names}
    done, all_rows = 0, select(*(source.columns[name] for name in names))
    with reading.execution_options(yield_per=_AT_ONCE).execute(all_rows) as found:
        for rows in found.mappings().partitions():
            writing.execute(insert(target), [{name: None if row[name] is None else become[name](row[name])
                                              for name in names} for row in rows])
            done += len(rows)
            told(source.name, done)
    return done


class Deferred:
    """Within it, references between tables are checked at its end: a row may come before the one that it refers to."""

    def __init__(self, connection: Connection, tables: Sequence[Table]) -> None:
        self._connection = connection
        is_postgres = connection.dialect.name == 'postgresql'  # SQLite checks none on connections that migrate
        self._keys = [(_quoted(connection, table), _quote(connection, str(key.name))) for table in tables
                      for key in table.foreign_key_constraints if is_postgres and not key.deferrable]

    def __enter__(self) -> None:
        for table, key in self._keys:
            self._run(f'ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED')

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None or not self._keys:
            return  # all of it is rolled back
        self._run('SET CONSTRAINTS ALL IMMEDIATE')
        for table, key in self._keys:
            self._run(f'ALTER TABLE {table} ALTER CONSTRAINT {key} NOT DEFERRABLE')

    def _run(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


def go_on_counting(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that were copied; SQLite does by itself."""
    if connection.dialect.name != 'postgresql':
        return
    for column in _numbered(connection, table):
        highest = f'SELECT max({_quote(connection, column.name)}) FROM {_quoted(connection, table)}'  # noqa: S608
        connection.execute(text(f'SELECT setval(CAST(:sequence AS regclass), greatest(1, ({highest})))'),
                           {'sequence': _sequence(connection, table, column)})


def _numbered(connection: Connection, table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if _python_type(column) is int and _sequence(connection, table, column)]


def _sequence(connection: Connection, table: Table, column: Column[Any]) -> str | None:
    return connection.execute(select(func.pg_get_serial_sequence(_quoted(connection, table), column.name))).scalar_one()


def _check_versions(reading: Connection, writing: Connection, source: Table, target: Table | None) -> None:
    here, there = ([] if table is None else sorted(connection.execute(select(table.columns[0])).scalars())
                   for connection, table in ((reading, source), (writing, target)))
    if here != there:
        raise CannotOpenStore(f'Your own migrations stand at {", ".join(here)} here and at '
                              f'{", ".join(there) or "none"} in the target (the table "{source.name}"). Nothing was '
                              'copied: run them there first, after "database upgrade".')


def _check_schemas(connection: Connection) -> None:
    if connection.dialect.name != 'postgresql':
        return
    elsewhere = connection.exec_driver_sql(
        'SELECT schemaname, relname FROM pg_stat_user_tables WHERE schemaname != current_schema()').first()
    if elsewhere is not None:
        raise CannotOpenStore(f'The table "{elsewhere[0]}.{elsewhere[1]}" stands in a schema of its own, which this '
                              'command does not copy. Nothing was copied: use pg_dump.')


def _check_columns(source: Table, target: Table) -> None:
    here, there = _written(source), _written(target)
    if different := set(here) ^ set(there):
        raise CannotOpenStore(f'The table "{source.name}" has other columns in the target '
                              f'({", ".join(sorted(different))}). Nothing was copied: run your own migrations in both '
                              'first.')
    for name in here:
        if _becomes(source.columns[name], target.columns[name]) is None:
            raise CannotOpenStore(f'The column "{name}" of the table "{source.name}" is {source.columns[name].type!r} '
                                  f'here and {target.columns[name].type!r} in the target. Nothing was copied: copy '
                                  'this table yourself, and take it out of one of the two meanwhile.')


def _written(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.computed is None]


def _becomes(source: Column[Any], target: Column[Any]) -> Callable[[Any], Any] | None:
    here, there = _python_type(source), _python_type(target)
    if here is there and here is not None:
        return _as_it_is
    return None if here is None or there is None else _CHANGES.get((here, there))


def _as_it_is(value: Any) -> Any:
    return value


def _python_type(column: Column[Any]) -> type | None:
    try:
        return column.type.python_type
    except NotImplementedError:
        return None


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _quoted(connection: Connection, table: Table) -> str:
    return _quote(connection, table.name)


def _quote(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
