"""``database``: look after the database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from models import BadDatabaseUrl, Copied, back_up, copy_store, migrate, restore
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
def upgrade(beside: Annotated[bool, typer.Option('--beside', help='Also in a database that has tables of an app '
                                                'already. Once is enough.')] = False, json: Json = False) -> None:
    """Create the database, or bring it to the newest schema."""
    url = Settings().database_url
    migrate(url, beside=beside)
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


@commands.command('backup')
def backup(file: Annotated[Path, typer.Argument(metavar='FILE', help='The file to write; it must not be there yet.')],
           json: Json = False) -> None:
    """Write a backup into a file, also while servers run. Nobody is signed in in it; see docs/backups.md."""
    url = Settings().database_url
    back_up(url, file)
    print_result({'database_url': shown(url), 'backup': str(file)}, f'{shown(url)} is backed up in {file}.', json=json)


@commands.command('restore')
def restore_from(file: Annotated[Path, typer.Argument(metavar='FILE', help='The backup.')], json: Json = False) -> None:
    """Bring a backup into an empty database, which DATABASE_URL names. Everybody has to sign in again."""
    url = Settings().database_url
    restore(url, file)
    print_result({'database_url': shown(url), 'restored': True},
                 f'{file} is restored into {shown(url)}. Everybody has to sign in again. Accounts that were deleted '
                 'after it was made are back: delete them again, with python -m auth privacy erase', json=json)


def _progress(table: str, rows: int) -> None:
    if rows % _EVERY == 0:
        print_notice(f'{table}: {rows} rows so far')


def _told(copied: Copied) -> str:
    left_out = f' ({copied.left_out} of nobody left out)' if copied.left_out else ''
    return counted(copied.rows, copied.table.replace('_', ' ')) + left_out
