"""What Alembic runs: on the connection it is handed, or on DATABASE_URL when called as a command."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, create_engine

from models import SQLModel
from models.store import sqlite_path


def run(connection: Connection) -> None:
    """Apply the migrations on one connection, in its transaction."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get('connection')) is not None:
    run(given)
else:
    url = os.environ.get('DATABASE_URL', 'sqlite:///data/live-sessions.db')
    sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    with create_engine(url).begin() as opened:
        run(opened)
