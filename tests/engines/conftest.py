"""The engines, and a server to visit with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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


@pytest.fixture(params=[webkit, firefox], ids=['webkit', 'firefox'])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A browser of one test, in each engine."""
    with request.param() as running:
        yield running


@pytest.fixture
def new_tab(engine: Engine, shared_server: Server) -> Iterator[NewTab]:
    """Opens tabs of the server of all tests that do it no harm; at the end they have refused nothing of their pages."""
    before = shared_server.log
    yield lambda: Tab(engine, engine.new_tab(), shared_server.url)
    assert 'a browser refused' not in shared_server.log[len(before):]
