"""What every test may use: a store of its own, a clock that stands still, and the verbs on both."""

from __future__ import annotations

from tests.starting import pytest_collection, pytest_collection_finish  # isort: split

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auth import Auth, Settings
from auth.credentials.passwords import Passwords
from auth.rules.store import Store
from auth.timing import Timing
from models.database_url import open_database
from tests.computed_once import judged_once, store_at
from tests.databases import Kind, PostgresDatabase, SqliteFile, TestDatabase, empty_file
from tests.postgres import Postgres, postgres_for_tests
from tests.rules import PATIENT, Clock, Rules
from tests.running import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_generate_tests,
    pytest_ignore_collect,
    pytest_itemcollected,
    pytest_runtest_makereport,
    pytest_unconfigure,
    pytest_xdist_auto_num_workers,
)

__all__ = ['pytest_addoption', 'pytest_collection', 'pytest_collection_finish', 'pytest_collection_modifyitems',
           'pytest_configure', 'pytest_generate_tests', 'pytest_ignore_collect', 'pytest_itemcollected',
           'pytest_runtest_makereport', 'pytest_unconfigure', 'pytest_xdist_auto_num_workers']


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def timing() -> Timing:
    """How long everything waits; a test that wants it otherwise is parametrized with it."""
    return PATIENT


@pytest.fixture(scope='session')
def kind(request: pytest.FixtureRequest) -> Kind:
    """The kind of store that a test runs on; see ``pytest_generate_tests``."""
    return request.param


@pytest.fixture(scope='session')
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of all tests that do it no harm."""
    with postgres_for_tests() as server:
        yield server


@pytest.fixture
def make_database(request: pytest.FixtureRequest, tmp_path: Path, kind: Kind) -> Iterator[Callable[[], TestDatabase]]:
    """Makes databases of the kind that the test runs on, with all their tables."""
    made: list[TestDatabase] = []

    def make() -> TestDatabase:
        if kind == 'sqlite':
            path = tmp_path / f'store-{len(made)}' / 'live.db'
            made.append(SqliteFile(path, empty_file()))
        else:
            made.append(PostgresDatabase(request.getfixturevalue('postgres')))
        return made[-1]

    yield make
    for database in made:
        database.drop()


@pytest.fixture(scope='session')
async def open_stores() -> AsyncIterator[dict[str, Store]]:
    """The stores that are kept open between tests, by their URLs: to connect to PostgreSQL takes longer than a test."""
    stores: dict[str, Store] = {}
    yield stores
    for store in stores.values():
        await store.close()


@cache
def _default_settings() -> Settings:
    """To read them takes longer than many a test, and none of them depends on where the store is."""
    return Settings()


def settings_with(database_url: str, given: dict[str, Any]) -> Settings:
    """The settings of a store; read anew if a test gives any."""
    if given:
        return Settings(database_url=database_url, **given)
    return _default_settings().model_copy(update={'database_url': database_url})


@pytest.fixture(scope='session')
def passwords_judged_once() -> Iterator[None]:
    """Judge each password of the tests once; see ``judged_once``."""
    with judged_once():
        yield


@pytest.fixture
async def rules_with(make_database: Callable[[], TestDatabase], clock: Clock, timing: Timing,
                     open_stores: dict[str, Store], passwords_judged_once: None) -> AsyncIterator[Callable[..., Rules]]:
    """Makes rules with the given settings, each on a store of its own."""
    made: list[Rules] = []

    def make(**settings: Any) -> Rules:
        database = make_database()
        kept = open_stores.pop(database.url, None) if timing == PATIENT else None
        cheap = Passwords(memory_kib=8, time_cost=1, patience_seconds=PATIENT.hash_patience_seconds)
        auth = Auth(kept or store_at(database.url, timing), settings_with(database.url, settings), clock, cheap, timing)
        made.append(Rules(database, auth, clock))
        return made[-1]

    yield make
    for rules in made:
        auth, database = rules.auth, rules.database
        if isinstance(database, PostgresDatabase) and database.unharmed and timing == PATIENT:
            auth.passwords.close()
            await auth.store.feed.close()
            auth.store.feed = open_database(database.url, timing).feed()  # which has followed nothing yet
            open_stores[database.url] = auth.store
            database.still_connected = True
        else:
            await auth.close()


@pytest.fixture
def rules(rules_with: Callable[..., Rules]) -> Rules:
    """Rules with the default settings."""
    return rules_with()
