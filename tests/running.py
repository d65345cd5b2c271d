"""How tests are run: on which stores, with how many workers, for how long at most, and what is told of a failure."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from tests.conformance import installed as packages
from tests.databases import KINDS, Kind
from tests.engines.installed import check_installed
from tests.postgres import postgres_server
from tests.server import Server

either_store = pytest.mark.either_store
both_stores = pytest.mark.both_stores
only_on_sqlite = pytest.mark.only_on('sqlite')
only_on_postgres = pytest.mark.only_on('postgres')

TEST_SECONDS = 110
"""How long a test may take; fixtures, and tests that block, have some more, as pyproject.toml says."""

SHOWN_OF_A_LOG = 4000
"""Characters of what a server has printed that are shown with a test that failed."""

ENGINES, CONFORMANCE = Path(__file__).parent / 'engines', Path(__file__).parent / 'conformance'
IN_TURN = tuple(Path(__file__).parent / name for name in ('auth', 'security'))
"""Folders whose tests are shared out among the kinds of store, by name: what one of them asks of its store, others
ask of the other kind. ``both_stores`` marks those without which a statement would never reach one kind."""

FIRST = tuple(str(Path(__file__).parent / name) for name in (
    'faults', 'deploy', 'benchmarks', 'browser/test_accessibility.py', 'browser/test_clocks.py',
    'browser/test_translated.py', 'security/test_memory.py', 'security/test_attacks.py', 'security/test_oidc.py',
    'auth/test_taking.py', 'test_five_lines.py', 'test_mail.py'))
"""Where tests take longer than ten seconds. At the end, one of them would leave a core with nothing to do."""

_MAY_RUN = pytest.StashKey[bool]()

_EVERYBODYS = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption('--all-stores', action='store_true', help='run every test on both kinds of store')
    parser.addoption('--engines', action='store_true', help='run also the tests in WebKit and Firefox')
    parser.addoption('--conformance', action='store_true', help="run also the tests with Clerk's own clients, by npm")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs other browsers or packages, unless it is asked for."""
    left_out = (collection_path == ENGINES and not _wants(config, ENGINES, '--engines')) or (
        collection_path.is_relative_to(CONFORMANCE) and not config.stash.get(_MAY_RUN, False))
    return True if left_out else None


def _wants(config: pytest.Config, folder: Path, option: str) -> bool:
    here = config.invocation_params.dir
    return config.getoption(option) or any((here / name).is_relative_to(folder) for name in config.args)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Two more than there are cores, because many tests wait; one test by its name starts sooner without any."""
    if 'PYTEST_XDIST_AUTO_NUM_WORKERS' in os.environ:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
    return 0 if any('::' in argument for argument in config.args) else cores + 2


def pytest_configure(config: pytest.Config) -> None:
    """See to it that what is asked for is there, and start one PostgreSQL for all workers.

    Whoever tells the tests to end, such as CI when they take too long, ends them as Ctrl-C does: in good order.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if _wants(config, ENGINES, '--engines'):
        check_installed()
    if _wants(config, CONFORMANCE, '--conformance'):
        config.stash[_MAY_RUN] = packages.check_installed()
    if getattr(config.option, 'tx', None) and 'TEST_DATABASE_URL' not in os.environ:
        server = config.stash[_EVERYBODYS] = ExitStack()
        os.environ['TEST_DATABASE_URL'] = server.enter_context(postgres_server()).url.render_as_string()
        server.callback(os.environ.pop, 'TEST_DATABASE_URL')


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it."""
    config.stash.get(_EVERYBODYS, ExitStack()).close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, which is in an order by chance as all other tests are.

    Each worker has an equal part of all tests in turn, and whoever is done takes over from others: so one worker begins
    with what mostly waits, and another one with those of other engines and clients.
    """
    workers = int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', '1'))
    first = [item for item in items if str(item.path).startswith(FIRST)]
    second = [item for item in items if item.path.is_relative_to(ENGINES) or item.path.is_relative_to(CONFORMANCE)]
    taken = {*first, *second}
    others = [item for item in items if item not in taken]
    part = max(len(items) // workers - len(first), 0)
    items[:] = [*first, *others[:part], *second, *others[part:]]


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
        there = [server for server in Server.started if server.folder.exists()]  # a test that passes leaves none
        report.sections += [(f'{server.url} printed', server.log[-SHOWN_OF_A_LOG:]) for server in there]
    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on the kinds of store where it can tell something new, or on the one that it is about."""
    says = any('kind' in mark.args[0] for mark in metafunc.definition.iter_markers('parametrize'))
    if not says and 'kind' in metafunc.fixturenames:
        metafunc.parametrize('kind', _kinds_for(metafunc), indirect=True, scope='session')


def _kinds_for(metafunc: pytest.Metafunc) -> Sequence[Kind]:
    test = metafunc.definition
    if about := test.get_closest_marker('only_on'):
        return about.args
    if metafunc.config.getoption('--all-stores') or test.get_closest_marker('both_stores'):
        return KINDS
    if test.get_closest_marker('either_store'):
        return KINDS[:1]
    if any(test.path.is_relative_to(folder) for folder in IN_TURN):
        return [KINDS[crc32(f'{test.path.name} {test.originalname}'.encode()) % len(KINDS)]]
    return KINDS
