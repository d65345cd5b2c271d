"""What every test may use: a store of its own, a clock that stands still, and the verbs on both."""

from __future__ import annotations

import asyncio
import inspect
import json
import math
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite

from auth import Auth, Settings
from auth.accounts import SignedIn, sign_in, sign_up
from auth.clients import ClientView, authenticate, read_clients
from auth.passwords import Passwords
from auth.timing import DEFAULT_TIMING, Timing
from auth.tokens import ClientToken
from auth.visitor import Visitor
from models import Changes, Store, migrate
from models.database_url import open_database
from models.postgres_feed import CHANNEL
from models.types import Moment, new_id
from tests.databases import KINDS, Kind, PostgresDatabase, SqliteFile, TestDatabase
from tests.locks import locked
from tests.postgres import Postgres, postgres_for_tests, postgres_server
from tests.server import Server

TEST_SECONDS = 110
"""How long a test may take; fixtures, and tests that block, have some more, as pyproject.toml says."""

SHOWN_OF_A_LOG = 4000
"""Characters of what a server has printed that are shown with a test that failed."""

_EVERYBODYS = pytest.StashKey[ExitStack]()

PASSWORD = 'correct horse battery'
NEW_PASSWORD = 'staple of another battery'
TABLES = ('user', 'client', 'session', 'audit_event')
LAPTOP = Visitor('192.0.2.1', 'Laptop')
PHONE = Visitor('2001:db8::7', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 '
                '(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1')
TABLET = Visitor('198.51.100.3', 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) '
                 'Chrome/141.0.0.0 Safari/537.36')


@dataclass
class Clock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 1, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**by)


@dataclass
class Rules:
    """The rules on a store of their own, and short ways to do with them what people do."""

    database: TestDatabase
    auth: Auth
    clock: Clock

    @property
    def path(self) -> Path:
        """The file of a store in SQLite."""
        assert isinstance(self.database, SqliteFile)
        return self.database.path

    async def sign_up(self, email_address: str = 'ann@example.com', client: ClientView | None = None,
                      **more: Any) -> SignedIn:
        return await sign_up(self.auth, client, email_address=email_address, password=PASSWORD, visitor=LAPTOP, **more)

    async def sign_in(self, identifier: str = 'ann@example.com', client: ClientView | None = None,
                      password: str = PASSWORD, visitor: Visitor = LAPTOP) -> SignedIn:
        return await sign_in(self.auth, client, identifier=identifier, password=password, visitor=visitor)

    async def client(self, token: ClientToken) -> ClientView | None:
        """The client that a cookie gives, as it is in the store now."""
        return authenticate(token, (await read_clients(self.auth, [token.client_id])).get(token.client_id))

    async def here(self, token: ClientToken) -> ClientView:
        """The same, where there must be one."""
        client = await self.client(token)
        assert client is not None
        return client

    async def active(self, token: ClientToken) -> str | None:
        """The id of the session that a cookie's client uses."""
        client = await self.client(token)
        session = client and client.active_session(self.clock())
        return session and session.id

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Run a statement as another program would; see ``TestDatabase``."""
        return self.database.sql(statement, *values)

    async def elsewhere(self, statement: str, *values: Any) -> list[Any]:
        """The same while this process goes on: a task of it, such as the watcher's sweep, may hold the lock."""
        return await asyncio.to_thread(self.sql, statement, *values)

    async def changes(self) -> Changes:
        """Take what the change feed has to tell of all that was committed before."""
        feed = self.auth.store.feed
        if feed.heard_at == -math.inf:
            await feed.open()
        if feed.exact:
            return feed.take()
        last = new_id('client')  # notes come in the order of the commits
        self.sql(f"SELECT pg_notify('{CHANNEL}', ?)", json.dumps([[last, None]]))
        changes = Changes()
        while last not in changes.client_ids:
            await feed.wait(10)
            more = feed.take()
            changes = Changes(changes.client_ids | more.client_ids, changes.user_ids | more.user_ids,
                              changes.missed or more.missed)
        return replace(changes, client_ids=changes.client_ids - {last})

    def moment(self, statement: str, *values: Any) -> datetime | None:
        """Run a statement that finds one moment."""
        (found,), = self.sql(statement, *values)
        return Moment().process_result_value(found, sqlite.dialect())

    def status(self, session_id: str) -> str:
        """The status of a session, as the store has it."""
        return self.sql('SELECT status FROM session WHERE id = ?', session_id)[0][0]

    def everything(self) -> list[Any]:
        """All rows there are, table by table."""
        return [self.sql(f'SELECT * FROM {table} ORDER BY id') for table in TABLES]

    def events(self, *columns: str) -> list[Any]:
        """The audit log, the oldest event first."""
        return self.sql(f'SELECT {", ".join(columns or ("action",))} FROM audit_event ORDER BY at, id')


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption('--all-stores', action='store_true', help='run every test on both kinds of store')


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One test by its name starts sooner without workers."""
    return 0 if any('::' in argument for argument in config.args) else None


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for all workers."""
    if getattr(config.option, 'tx', None) and 'TEST_DATABASE_URL' not in os.environ:
        server = config.stash[_EVERYBODYS] = ExitStack()
        os.environ['TEST_DATABASE_URL'] = server.enter_context(postgres_server()).url.render_as_string()
        server.callback(os.environ.pop, 'TEST_DATABASE_URL')


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it."""
    config.stash.get(_EVERYBODYS, ExitStack()).close()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let an asynchronous test that hangs fail where it waits; pytest-timeout would only name the event loop."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        item.obj = _in_time(item.obj)


def _in_time(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @wraps(test)
    async def bounded(*given: Any, **fixtures: Any) -> None:
        async with asyncio.timeout(TEST_SECONDS):
            await test(*given, **fixtures)

    return bounded


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that failed what the servers have printed."""
    report = yield
    if report.failed:
        report.sections += [(f'{server.url} printed', server.log[-SHOWN_OF_A_LOG:]) for server in Server.started]
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on both kinds of store, unless it says that the kind can not matter, or which one it is about."""
    says = any('kind' in mark.args[0] for mark in metafunc.definition.iter_markers('parametrize'))
    if says or 'kind' not in metafunc.fixturenames:
        return
    about = metafunc.definition.get_closest_marker('only_on')
    either = metafunc.definition.get_closest_marker('either_store')
    kinds = about.args if about else KINDS[:1] if either and not metafunc.config.getoption('--all-stores') else KINDS
    metafunc.parametrize('kind', kinds, indirect=True, scope='session')


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let one test at a time load the whole machine. It is around the timeout, which does not count the waiting."""
    if item.get_closest_marker('alone') is None:
        return (yield)
    with locked('alone'):
        return (yield)


FAST = DEFAULT_TIMING.faster(5)
"""For tests of faults, which would else sleep out what a fault takes."""

FAST_TO_HEAR = replace(FAST, lock_seconds=2.0, answer_seconds=10.0, statement_seconds=10.0, connect_seconds=5.0)
"""The same, with patience for each statement: on a busy machine it may take long where nothing is at fault."""


@pytest.fixture
def timing() -> Timing:
    """How long everything waits; a test that wants it otherwise is parametrized with it."""
    return DEFAULT_TIMING


@pytest.fixture(scope='session')
def kind(request: pytest.FixtureRequest) -> Kind:
    """The kind of store that a test runs on; see ``pytest_generate_tests``."""
    return request.param


alone = pytest.mark.alone
either_store = pytest.mark.either_store
only_on_sqlite = pytest.mark.only_on('sqlite')
only_on_postgres = pytest.mark.only_on('postgres')


@pytest.fixture(scope='session')
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all its tables and no rows. It is copied for each test: to migrate takes longer than most tests."""
    path = tmp_path_factory.mktemp('empty') / 'live.db'
    migrate(f'sqlite:///{path}')
    assert [file.name for file in path.parent.iterdir()] == ['live.db']  # so a copy of the one file is whole
    return path


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
            made.append(SqliteFile(path, request.getfixturevalue('empty_file')))
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


@pytest.fixture
async def rules_with(make_database: Callable[[], TestDatabase], clock: Clock, timing: Timing,
                     open_stores: dict[str, Store]) -> AsyncIterator[Callable[..., Rules]]:
    """Makes rules with the given settings, each on a store of its own."""
    made: list[Rules] = []

    def make(**settings: Any) -> Rules:
        database = make_database()
        kept = open_stores.pop(database.url, None) if timing == DEFAULT_TIMING else None
        cheap = Passwords(memory_kib=8, time_cost=1)
        auth = Auth(kept or Store(database.url, timing), Settings(database_url=database.url, **settings), clock, cheap,
                    timing)
        made.append(Rules(database, auth, clock))
        return made[-1]

    yield make
    for rules in made:
        auth, database = rules.auth, rules.database
        if isinstance(database, PostgresDatabase) and database.unharmed and timing == DEFAULT_TIMING:
            auth.passwords.close()
            await auth.store.feed.close()
            auth.store.feed = open_database(database.url, timing).feed()  # which has heard nothing yet
            open_stores[database.url] = auth.store
            database.still_connected = True
        else:
            await auth.close()


@pytest.fixture
def rules(rules_with: Callable[..., Rules]) -> Rules:
    """Rules with the default settings."""
    return rules_with()
