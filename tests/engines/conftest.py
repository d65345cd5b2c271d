"""The engines, and a server to visit with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.browser import conftest as of_browsers
from tests.server import Server

from .engine import Engine
from .firefox import firefox
from .tab import Tab
from .webkit import webkit

new_server = of_browsers.new_server
shared_server = of_browsers.shared_server

NewTab = Callable[[], Tab]
START = {'webkit': webkit, 'firefox': firefox}


@pytest.fixture(scope='session')
def running_engines() -> Iterator[Callable[[str], Engine]]:
    """Gives the browser of all tests by its engine, and a new one where that has ended: to start one takes longer than
    most tests."""
    with ExitStack() as running:
        started: dict[str, Engine] = {}

        def give(name: str) -> Engine:
            if name not in started or not started[name].is_running():
                started[name] = running.enter_context(START[name]())
            return started[name]

        yield give


@pytest.fixture(params=START)
def engine(request: pytest.FixtureRequest, running_engines: Callable[[str], Engine]) -> Iterator[Engine]:
    """A browser in each engine, with nothing in it of the tests before."""
    with running_engines(request.param).as_new() as running:
        yield running


@pytest.fixture
def new_tab(engine: Engine, shared_server: Server) -> Iterator[NewTab]:
    """Opens tabs of the server of all tests that do it no harm; at the end they have refused nothing of their pages."""
    before = shared_server.log
    yield lambda: Tab(engine, engine.new_tab(), shared_server.url)
    assert 'a browser refused' not in shared_server.log[len(before):]
