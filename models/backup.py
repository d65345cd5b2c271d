"""Backups of a database, made while it is served, and restored into an empty one.

A backup holds nobody who is signed in, and nothing that is meant to be used once: what ended, or was used, after it was
made would come to life again when it is restored. So after a restore everybody signs in anew. Nor does it hold the keys
of session tokens: whoever finds a backup signs none. After a restore they are made anew.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, delete, inspect

from .account_value import AccountValue
from .attempts import Attempts
from .audit_event import AuditEvent
from .base import METADATA, Model
from .database import CannotOpenStore
from .database_url import open_database
from .migrate import check_schema, migrate
from .policy_violation import PolicyViolation
from .private_file import make_private
from .user import User

_KEPT: tuple[type[Model], ...] = (User, AccountValue, AuditEvent, Attempts, PolicyViolation)
"""What a backup holds of our tables; sessions, clients, mails and the like are of the moment."""


def back_up(url: str, target: Path) -> None:
    """Write a backup into a new file, for its owner alone; all of it, or no file. Blocks, and keeps nobody waiting.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: if it can't be read, or the file is there already
    """
    check_schema(url)
    if target.exists():
        raise CannotOpenStore(f'There is a file {target} already. Nothing was written: name another one.')
    unfinished = target.with_name(f'{target.name}.part')
    unfinished.unlink(missing_ok=True)  # of one that was killed
    make_private(unfinished)
    try:
        open_database(url).back_up(unfinished, of_the_moment())
        unfinished.rename(target)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def restore(url: str, source: Path) -> None:
    """Bring a backup into an empty database; all of it, or nothing. Blocks.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: if it holds something, or the file is no backup of ours
    """
    if not source.is_file():
        raise CannotOpenStore(f'There is no file {source}. Name the backup that is to be restored.')
    database = open_database(url)
    database.restore(source, of_the_moment())
    migrate(url)
    with database.connect(to_write=True) as connection:
        forget_the_moment(connection)


def of_the_moment() -> Collection[str]:
    """The names of our tables that no backup holds."""
    kept = {cast(str, model.__tablename__) for model in _KEPT}  # pyright: ignore[reportUnknownMemberType]
    return [table.name for table in reversed(METADATA.sorted_tables) if table.name not in kept]


def forget_the_moment(connection: Connection) -> None:
    """Empty these tables, for a backup may have been made in another way."""
    there = set(inspect(connection).get_table_names())
    for table in reversed(METADATA.sorted_tables):
        if table.name in of_the_moment() and table.name in there:
            connection.execute(delete(table))

