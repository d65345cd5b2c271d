"""The engines, and a server to visit with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.browser import conftest as of_browsers
from tests.server import Server

from .engine import Engine
from .firefox import Firefox, firefox
from .tab import Tab
from .webkit import webkit

new_server = of_browsers.new_server
shared_server = of_browsers.shared_server

NewTab = Callable[[], Tab]


@pytest.fixture(scope='session')
def firefoxes() -> Iterator[Callable[[], Firefox]]:
    """Gives the Firefox of all tests, and a new one where that has ended; to start one takes longer than most tests."""
    with ExitStack() as running:
        started: list[Firefox] = []

        def give() -> Firefox:
            if not started or not started[-1].is_running():
                started.append(running.enter_context(firefox()))
            return started[-1]

        yield give


@pytest.fixture(params=['webkit', 'firefox'])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A browser in each engine, with nothing in it of the tests before."""
    given = webkit() if request.param == 'webkit' else request.getfixturevalue('firefoxes')().as_new()
    with given as running:
        yield running


@pytest.fixture
def new_tab(engine: Engine, shared_server: Server) -> Iterator[NewTab]:
    """Opens tabs of the server of all tests that do it no harm; at the end they have refused nothing of their pages."""
    before = shared_server.log
    yield lambda: Tab(engine, engine.new_tab(), shared_server.url)
    assert 'a browser refused' not in shared_server.log[len(before):]
