"""Backups of a PostgreSQL database, by the programs that come with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo

from .database import CannotOpenStore


def dump_into(target: Path, without: Collection[str], arguments: dict[str, Any]) -> None:
    """Write a dump, as the database is at one moment, without the rows of some tables. Nobody waits for it.

    :param arguments: how the database is reached
    :raises CannotOpenStore: if that can't be done
    """
    _run('pg_dump', ['--format=custom', '--no-owner', '--no-privileges', f'--file={target}',
                     *(f'--exclude-table-data={table}' for table in without)], arguments)


def load_from(source: Path, arguments: dict[str, Any]) -> None:
    """Read a dump into an empty database: all of it, or nothing.

    :param arguments: how the database is reached
    :raises CannotOpenStore: if that can't be done
    """
    _run('pg_restore', ['--no-owner', '--no-privileges', '--single-transaction', '--exit-on-error', str(source)],
         arguments)


def _run(program: str, options: list[str], arguments: dict[str, Any]) -> None:
    found = shutil.which(program)
    if found is None:
        raise CannotOpenStore(f'The program {program} is not there. Nothing was done: install the client programs of '
                              'PostgreSQL, of the version of your server or a newer one.')
    password = arguments.pop('password', None)  # not where everybody on the machine can read it
    environment = os.environ if password is None else {**os.environ, 'PGPASSWORD': str(password)}
    done = subprocess.run([found, f'--dbname={make_conninfo(**arguments)}', *options], env=environment,  # noqa: S603
                          capture_output=True, text=True, check=False)
    if done.returncode:
        why = ' '.join(done.stderr.split())[-500:]
        raise CannotOpenStore(f'{program} could not do it ({why}). Nothing was changed.')
