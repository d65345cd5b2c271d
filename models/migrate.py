"""Bring a database to the newest schema; done at every start, and by ``alembic upgrade head``."""

from __future__ import annotations

import logging
import time

from alembic import command

from .database import UPGRADE, CannotOpenStore
from .database_url import open_database
from .ownership import check_ownership
from .timing import DEFAULT_TIMING, StoreTiming
from .version import VERSION_TABLE, config, known_versions, move_version, version_of

log = logging.getLogger('live_sessions')


def wait_for_server(url: str, timing: StoreTiming = DEFAULT_TIMING) -> None:
    """Wait for a database server that does not answer yet, for as long as is sensible. Blocks.

    A service manager starts both at once. Whatever else is wrong with the database, ``migrate`` tells.

    :raises BadDatabaseUrl: if the URL names no store
    """
    database = open_database(url, timing)
    if not (why := database.why_silent()):
        return
    log.warning('the database %s does not answer yet (%s). Waiting for it for up to %.0f s', database.name, why,
                timing.start_seconds, extra={'event': 'database_waited_for'})
    began = time.monotonic()
    while why and time.monotonic() - began < timing.start_seconds:
        time.sleep(timing.start_pause_seconds)
        why = database.why_silent()
    log.warning('the database %s %s after %.1f s', database.name, 'still does not answer' if why else 'answers',
                time.monotonic() - began, extra={'event': 'database_waited_for'})


def migrate(url: str, timing: StoreTiming = DEFAULT_TIMING, *, beside: bool = False) -> None:
    """Create the database if there is none, and apply the migrations it lacks. Blocks; for the time before serving.

    Processes that start at once take their turn, and all but the first find nothing left to do.

    :param timing: how long to wait for what
    :param beside: whether our tables may come into the database of another program, if none there has a name of ours
    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: if it can't be created, reached or written, or is no database of ours
    """
    database = open_database(url, timing)
    database.create(beside=beside)
    with database.connect(to_write=True) as connection:
        if check_ownership(connection, database.name, beside=beside):
            move_version(connection, database)
            if version_of(connection, database) is None:
                raise CannotOpenStore(f'The database {database.name} has our tables and has lost its version, which '
                                      f'was in the table {VERSION_TABLE}. Bring that back from a copy, or set '
                                      'DATABASE_URL to another place.')
        told = config()
        told.attributes['connection'] = connection
        command.upgrade(told, 'head')
    if not beside:
        database.close_to_others()  # not before it is known to be ours


def check_schema(url: str) -> None:
    """Refuse a database that is not there, or whose schema is another one than the newest; changes nothing. Blocks.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: saying what to do
    """
    database = open_database(url)
    database.find()
    with database.connect(to_write=False) as connection:
        found = version_of(connection, database) if check_ownership(connection, database.name) else None
    if found != known_versions()[0]:
        raise CannotOpenStore(f'The database {database.name} has not the newest schema. Bring it there with: {UPGRADE}')
