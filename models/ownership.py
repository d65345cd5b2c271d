"""Whose a database is: ours, another program's, or nobody's yet. It is told by its tables, before anything is written.

A table of versions alone tells nothing: very many programs keep one.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from .base import METADATA
from .database import CannotOpenStore

OUR_TABLES: Mapping[str, frozenset[str]] = {
    'user': frozenset({'id', 'email_address', 'password_hash'}),
    'client': frozenset({'id', 'secret_hash'}),
    'session': frozenset({'id', 'user_id', 'client_id', 'status'}),
    'audit_event': frozenset({'id', 'at', 'action'}),
}
"""The tables that every version has had, each with some of its columns."""

_VERSIONS = {'alembic_version', 'live_sessions_version'}

_SQLITE_NAMES = "SELECT name, 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'"
_POSTGRES_NAMES = """
SELECT relname, relnamespace = current_schema()::regnamespace FROM pg_class
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(oid)
    AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    AND NOT EXISTS (SELECT FROM pg_depend
                    WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
"""
"""Whatever a name without a schema may mean, and whether it stands where a new table would; extensions have theirs."""

_SQLITE_COLUMNS = 'SELECT name FROM pragma_table_info(?)'
_POSTGRES_COLUMNS = 'SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0'


class ForeignStore(CannotOpenStore):
    """The database belongs to another program."""


def check_ownership(connection: Connection, name: str, *, beside: bool = False) -> bool:
    """Refuse a database of another program; only reads.

    :param name: what to call the database
    :param beside: whether our tables may come beside those of another program, if none has a name of ours
    :return: whether it is ours; else there is nothing in it
    :raises ForeignStore: if it is another program's
    """
    found: dict[str, bool] = {row[0]: bool(row[1]) for row in connection.exec_driver_sql(
        _POSTGRES_NAMES if _is_postgres(connection) else _SQLITE_NAMES)}
    if all(table in found and wanted <= _columns(connection, table) for table, wanted in OUR_TABLES.items()):
        return True
    here = {table for table, is_here in found.items() if is_here}
    if here <= _VERSIONS and all(_is_empty(connection, table) for table in here):
        return False
    taken = {table for table in found if table.lower() in METADATA.tables or table == 'live_sessions_version'}
    if beside and not taken:
        return False
    if beside:
        raise ForeignStore(f'The database {name} has {min(taken)!a} already, which is not of this program and has a '
                           'name of ours. Nothing was written to it; set DATABASE_URL to a database for this program '
                           'alone.')
    such = min(here - _VERSIONS or here, key=lambda table: (table in OUR_TABLES, table))
    raise ForeignStore(f'The database {name} belongs to another program: it holds {such[:60]!a}, which is not of this '
                       'one. Nothing was written to it; set DATABASE_URL to a database for this program alone.')


def _columns(connection: Connection, table: str) -> set[str]:
    query = _POSTGRES_COLUMNS if _is_postgres(connection) else _SQLITE_COLUMNS
    return {row[0] for row in connection.exec_driver_sql(query, (table,))}


def _is_empty(connection: Connection, table: str) -> bool:
    return connection.exec_driver_sql(f'SELECT 1 FROM {table} LIMIT 1').first() is None  # noqa: S608 (our own names)


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == 'postgresql'
