"""Backups of a SQLite file: another such file, which is one database by itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from pathlib import Path

from .private_file import make_private


def copy_into(path: Path, target: Path, without: Collection[str]) -> None:
    """Copy a file that is being written into an empty one, as it is at one moment, without the rows of some tables.

    Nobody waits for it: in WAL mode, who reads keeps nobody from writing.
    """
    with closing(sqlite3.connect(f'{path.absolute().as_uri()}?mode=ro', uri=True)) as source:
        source.execute('VACUUM INTO ?', (str(target),))
    _empty(target, without)
    _flush(target)


def place(source: Path, path: Path, without: Collection[str]) -> None:
    """Put a copy of a file where there is none, or an empty one, without the rows of some tables.

    :raises sqlite3.Error: if it is no database, or damaged
    :raises OSError: if it can't be done
    """
    unfinished = path.with_name(f'{path.name}.part')
    with suppress(FileNotFoundError):
        unfinished.unlink()
    make_private(unfinished)
    try:
        shutil.copyfile(source, unfinished)
        with closing(sqlite3.connect(unfinished)) as copy:
            if (found := copy.execute('PRAGMA integrity_check').fetchone()[0]) != 'ok':
                raise sqlite3.DatabaseError(found)
        _empty(unfinished, without)
        _flush(unfinished)
        for end in ('-wal', '-shm', '-journal'):  # of a database that was there before: they would be taken for its
            Path(f'{path}{end}').unlink(missing_ok=True)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _empty(path: Path, tables: Collection[str]) -> None:
    """Make a file look as if rows of these tables had never been there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute('PRAGMA journal_mode=DELETE')  # so that all is in one file
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.execute('BEGIN IMMEDIATE')
        for table in tables:
            if table in there:
                connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 (names of our own)
        connection.execute('COMMIT')
        connection.execute('VACUUM')


def _flush(path: Path) -> None:
    with path.open('rb+') as file:
        os.fsync(file.fileno())
