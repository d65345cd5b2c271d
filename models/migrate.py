"""Bring a database to the newest schema; done at every start, and by ``alembic upgrade head``."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from .database import UPGRADE, CannotOpenStore, Database
from .database_url import open_database
from .timing import DEFAULT_TIMING, StoreTiming

log = logging.getLogger('live_sessions')

MIGRATIONS = Path(__file__).parent / 'migrations'


def wait_for_server(url: str, timing: StoreTiming = DEFAULT_TIMING) -> None:
    """Wait for a database server that does not answer yet, for as long as is sensible. Blocks.

    A service manager starts both at once. Whatever else is wrong with the database, ``migrate`` tells.

    :raises BadDatabaseUrl: if the URL names no store
    """
    database = open_database(url, timing)
    if not (why := database.why_silent()):
        return
    log.warning('the database %s does not answer yet (%s). Waiting for it for up to %.0f s', database.name, why,
                timing.start_seconds)
    began = time.monotonic()
    while why and time.monotonic() - began < timing.start_seconds:
        time.sleep(timing.start_pause_seconds)
        why = database.why_silent()
    log.warning('the database %s %s after %.1f s', database.name, 'still does not answer' if why else 'answers',
                time.monotonic() - began)


def migrate(url: str, timing: StoreTiming = DEFAULT_TIMING) -> None:
    """Create the database if there is none, and apply the migrations it lacks. Blocks; for the time before serving.

    Processes that start at once take their turn, and all but the first find nothing left to do.

    :param timing: how long to wait for what
    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: if it can't be created, reached or written, or is no database of ours
    """
    database = open_database(url, timing)
    database.create()
    with database.connect(to_write=True) as connection:
        config = _config()
        config.attributes['connection'] = connection
        try:
            command.upgrade(config, 'head')
        except CommandError as error:
            raise _newer(database) from error
    database.close_to_others()  # not before it is known to be ours


def check_schema(url: str) -> None:
    """Refuse a database that is not there, or whose schema is another one than the newest; changes nothing. Blocks.

    :raises BadDatabaseUrl: if the URL names no store
    :raises CannotOpenStore: saying what to do
    """
    database = open_database(url)
    database.find()
    with database.connect(to_write=False) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config())
    if found is not None and found not in {known.revision for known in script.walk_revisions()}:
        raise _newer(database)
    if found != script.get_current_head():
        raise CannotOpenStore(f'The database {database.name} has not the newest schema. Bring it there with: {UPGRADE}')


def _config() -> Config:
    config = Config()
    config.set_main_option('script_location', str(MIGRATIONS))
    return config


def _newer(database: Database) -> CannotOpenStore:
    return CannotOpenStore(f'The database {database.name} was made by a newer version of this program. '
                           'Use that version, or set DATABASE_URL to another place.')
