"""What Alembic runs: on the connection it is handed, or on the database that the app uses when called as a command."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection

from models import METADATA
from models.database_url import DatabaseSettings, open_database
from models.ownership import check_ownership
from models.version import VERSION_TABLE, move_version


def run(connection: Connection) -> None:
    """Apply the migrations on one connection, in its transaction."""
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True,
                      version_table=VERSION_TABLE, include_name=_is_ours, include_object=_is_there)
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """An author's tables are compared with an author's models."""
    return kind != 'table' or name in METADATA.tables


def _is_there(thing: Any, name: str | None, kind: str, is_reflected: bool, compared: Any) -> bool:
    """The notes of changes are a table in SQLite only."""
    return kind != 'table' or name != 'change' or context.get_bind().dialect.name == 'sqlite'


if (given := context.config.attributes.get('connection')) is not None:
    run(given)
else:
    database = open_database(DatabaseSettings().database_url)
    database.create()
    with database.connect(to_write=True) as opened:
        if check_ownership(opened, database.name):
            move_version(opened, database)
        run(opened)
