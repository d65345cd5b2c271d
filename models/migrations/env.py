"""What Alembic runs: on the connection it is handed, or on the database that the app uses when called as a command."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from models import SQLModel
from models.database_url import DatabaseSettings, open_database
from models.ownership import check_ownership


def run(connection: Connection) -> None:
    """Apply the migrations on one connection, in its transaction."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get('connection')) is not None:
    run(given)
else:
    database = open_database(DatabaseSettings().database_url)
    database.create()
    with database.connect(to_write=True) as opened:
        check_ownership(opened, database.name)
        run(opened)
