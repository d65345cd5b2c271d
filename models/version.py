"""Which migrations a database has: noted in a table of our own, so that an author's Alembic has ``alembic_version``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, delete, inspect, select, table

from .base import METADATA
from .database import CannotOpenStore, Database

MIGRATIONS = Path(__file__).parent / 'migrations'

VERSION_TABLE = 'live_sessions_version'

FORMER_TABLE = 'alembic_version'
"""Where it was noted before. It is an author's now, and a process of an earlier version still reads it."""

_FORMER = table(FORMER_TABLE, column('version_num'))


def config() -> Config:
    """What Alembic is told of our migrations."""
    told = Config()
    told.set_main_option('script_location', str(MIGRATIONS))
    return told


@cache
def known_versions() -> list[str]:
    """The versions that this program knows, the newest first. To find them reads all migrations."""
    return [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]


def version_of(connection: Connection, database: Database) -> str | None:
    """The version of a database of ours; None if it has lost it. Only reads.

    :raises CannotOpenStore: if it is none that this version knows
    """
    if not inspect(connection).has_table(VERSION_TABLE):
        return _former_version(connection, database)
    heads = _context(connection).get_current_heads()
    if len(heads) > 1:
        raise CannotOpenStore(f'Another program keeps its version in the database {database.name}, in the table '
                              f'{VERSION_TABLE} that is ours. Give it a database, or a table, of its own.')
    if heads and heads[0] not in known_versions():
        raise CannotOpenStore(f'The database {database.name} was made by a newer version of this program. '
                              'Use that version, or set DATABASE_URL to another place.')
    return heads[0] if heads else None


def move_version(connection: Connection, database: Database) -> None:
    """Move the version of a database of ours out of the former table. What an author has noted there stays.

    :raises CannotOpenStore: if it can't be told from what somebody else has noted
    """
    if inspect(connection).has_table(VERSION_TABLE) or (version := _former_version(connection, database)) is None:
        return
    _context(connection).stamp(ScriptDirectory.from_config(config()), version)
    connection.execute(delete(_FORMER).where(_FORMER.c.version_num == version))


def is_authors(name: str | None, kind: str, _: object) -> bool:
    """Leave our tables out of what an author's Alembic compares: ``context.configure(…, include_name=is_authors)``."""
    return kind != 'table' or (name not in METADATA.tables and name != VERSION_TABLE)


def _former_version(connection: Connection, database: Database) -> str | None:
    if not inspect(connection).has_table(FORMER_TABLE):
        return None
    ours = [version for version in connection.execute(select(_FORMER.c.version_num)).scalars()
            if version in known_versions()]
    if len(ours) > 1:
        raise CannotOpenStore(f'Another program keeps its version in the database {database.name}, in the table '
                              f'{FORMER_TABLE}, and calls it as ours are called ({", ".join(sorted(ours))}). '
                              'Take its row away, start this program once, and put the row back.')
    return ours[0] if ours else None


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={'version_table': VERSION_TABLE})
