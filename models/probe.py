"""To find out whether a database can be written and read: what changes nothing."""

from __future__ import annotations

from sqlalchemy import Connection, text

from .version import VERSION_TABLE

_WRITE = text(f'UPDATE {VERSION_TABLE} SET version_num = version_num')  # noqa: S608 (our own name)
_READ = text(f'SELECT version_num FROM {VERSION_TABLE}')  # noqa: S608 (our own name)


def write_something(db: Connection) -> None:
    """Write the version of the schema once more: the row is there, and no trigger is on it."""
    db.execute(_WRITE)


def read_something(db: Connection) -> None:
    """Read it."""
    db.execute(_READ)
