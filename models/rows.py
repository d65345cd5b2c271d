"""Rows of an author's own tables: triggers that tell every process which of them have changed, whoever changed them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

_MARK = 'rows:'
"""How a note of rows begins, in the place of a user's id; no user has such an id."""

_ANYBODYS = '*'
"""In place of an owner: rows of anybody. Migration 0021 writes it, too."""

_EVENTS = ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')


@dataclass(frozen=True, slots=True)
class RowsOf:
    """Rows of a table, for a list that shows them.

    :param table: its name
    :param owner: whose rows: a value of the column that ``tell_tabs`` was given; None is anybody's
    """

    table: str
    owner: str | None = None

    def are_in(self, notes: Collection[str]) -> bool:
        """Tell whether one of these notes is of such rows."""
        start = f'{_MARK}{self.table}:'
        if self.owner is None:
            return any(note.startswith(start) for note in notes)
        return start + self.owner in notes or start + _ANYBODYS in notes


def is_of_rows(note: str) -> bool:
    """Whether a note is of rows of an author's table, and not of a user."""
    return note.startswith(_MARK)


def tell_tabs(connection: Connection, table: str, *, owner: str | None = None) -> None:
    """Make the triggers of a table, in a migration of yours: ``tell_tabs(op.get_bind(), 'todo', owner='user_id')``.

    Call it again after ``batch_alter_table``, which makes the table of a SQLite file anew, without its triggers. They
    go with the table.

    :param owner: the column that says whose a row is, such as the id of a user: lists of others are not read again
    :raises ValueError: if there is no such table or column
    """
    inspector = inspect(connection)
    if not inspector.has_table(table):
        raise ValueError(f'There is no table "{table}" yet: call tell_tabs after the table is made.')
    columns = [column['name'] for column in inspector.get_columns(table)]
    if owner is not None and owner not in columns:
        raise ValueError(f'The table "{table}" has no column "{owner}". It has: {", ".join(columns)}.')
    be_silent(connection, table)
    keys = inspector.get_pk_constraint(table)['constrained_columns']
    make = _sqlite_triggers if connection.dialect.name == 'sqlite' else _postgres_triggers
    for statement in make(connection, table, owner, keys):
        connection.exec_driver_sql(statement)


def be_silent(connection: Connection, table: str) -> None:
    """Drop the triggers of a table, if it has some."""
    quote = connection.dialect.identifier_preparer.quote
    on_table = '' if connection.dialect.name == 'sqlite' else f' ON {quote(table)}'
    for event in (*_EVENTS, 'REPLACE'):
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS {quote(_name(connection, table, event))}{on_table}')


def tells_tabs(connection: Connection, table: str) -> bool:
    """Whether a table has these triggers."""
    where = ("sqlite_master WHERE type = 'trigger' AND name" if connection.dialect.name == 'sqlite'
             else 'pg_trigger WHERE tgrelid = to_regclass(quote_ident(:table)) AND tgname')
    found = connection.execute(text(f'SELECT 1 FROM {where} = :name'),  # noqa: S608 (of the words above)
                               {'table': table, 'name': _name(connection, table, 'UPDATE')})
    return found.first() is not None


def _name(connection: Connection, table: str, event: str) -> str:
    # A trigger of SQLite is known by its name alone; one of PostgreSQL by its table, too, and by 63 letters at most.
    return f'{table if connection.dialect.name == "sqlite" else "row"}_{event.lower()}_tells_tabs'


def _sqlite_triggers(connection: Connection, table: str, owner: str | None, keys: list[str]) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    start = f'{_MARK}{table}:'.replace("'", "''")

    def note(row: str, where: str = '') -> str:
        whose = f"'{_ANYBODYS}'" if owner is None else f"coalesce({row}.{quote(owner)}, '{_ANYBODYS}')"
        return f"INSERT INTO change (user_id) SELECT '{start}' || {whose} {where};"

    def trigger(event: str, when: str, *notes: str) -> str:
        name = quote(_name(connection, table, event))
        return f'CREATE TRIGGER {name} {when} ON {quote(table)} BEGIN {" ".join(notes)} END'

    old, new = (f'{row}.{quote(owner)}' if owner else row for row in ('OLD', 'NEW'))
    moved = [note('OLD', f'WHERE {old} IS NOT {new}')] if owner else []
    made = [trigger('INSERT', 'AFTER INSERT', note('NEW')), trigger('UPDATE', 'AFTER UPDATE', note('NEW'), *moved),
            trigger('DELETE', 'AFTER DELETE', note('OLD'))]
    if owner and keys:  # REPLACE deletes the row of somebody else, and fires no trigger for that
        same = ' AND '.join(f'was.{quote(key)} = NEW.{quote(key)}' for key in keys)
        made.append(trigger('REPLACE', 'BEFORE INSERT', note('was', f'FROM {quote(table)} AS was WHERE {same}')))
    return made


def _postgres_triggers(connection: Connection, table: str, owner: str | None, _: list[str]) -> list[str]:
    quote = connection.dialect.identifier_preparer.quote
    rows = {'INSERT': 'REFERENCING NEW TABLE AS after', 'UPDATE': 'REFERENCING OLD TABLE AS before NEW TABLE AS after',
            'DELETE': 'REFERENCING OLD TABLE AS before', 'TRUNCATE': ''}
    given = "'" + owner.replace("'", "''").replace('%', '%%') + "'" if owner else ''
    return [f'CREATE TRIGGER {quote(_name(connection, table, event))} AFTER {event} ON {quote(table)} {rows[event]} '
            f'FOR EACH STATEMENT EXECUTE FUNCTION live_sessions_rows_changed({given})' for event in _EVENTS]
