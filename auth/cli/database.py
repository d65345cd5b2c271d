"""``database``: look after the database."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from models import BadDatabaseUrl, Copied, copy_store, migrate
from models.database_url import open_database, shown

from ..settings import Settings
from .command_group import CommandGroup
from .options import Json
from .output import counted, print_notice, print_result

_EVERY = 50_000
"""Rows between two lines about the progress of a copy."""

commands = CommandGroup('Look after the database.')


@commands.callback()
def database() -> None:
    """Look after the database."""


@commands.command('upgrade')
def upgrade(json: Json = False) -> None:
    """Create the database, or bring it to the newest schema."""
    url = Settings().database_url
    migrate(url)
    name = shown(url)
    print_result({'database_url': name, 'upgraded': True}, f'The database {name} has the newest schema.', json=json)


@commands.command('copy')
def copy(source: Annotated[str, typer.Argument(metavar='URL', help='The database to copy from.')],
         json: Json = False) -> None:
    """Copy all that is in another database into an empty one, such as from SQLite to PostgreSQL.

    DATABASE_URL names where to. Stop the servers first: what they write to the old one later stays there.
    """
    url = Settings().database_url
    try:
        open_database(source)
    except BadDatabaseUrl as error:
        raise BadDatabaseUrl(str(error).replace('DATABASE_URL', 'The URL to copy from', 1)) from None
    copied = copy_store(source, url, _progress)
    name = shown(url)
    print_result({'database_url': name, 'copied': [asdict(table) for table in copied]},
                 f'Copied into {name}: {", ".join(map(_told, copied))}.', json=json)


def _progress(table: str, rows: int) -> None:
    if rows % _EVERY == 0:
        print_notice(f'{table}: {rows} rows so far')


def _told(copied: Copied) -> str:
    left_out = f' ({copied.left_out} of nobody left out)' if copied.left_out else ''
    return counted(copied.rows, copied.table.replace('_', ' ')) + left_out
