"""What the server says to a tab: that the tab has a word for it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from auth.live import protocol
from tests.programs import ROOT

EXPORTED = (ROOT / 'static/live/index.js').read_text(encoding='utf-8').partition('window.liveSessions = {')[2]


@dataclass
class BrowserPage:
    """A page that is open somewhere."""

    told: list[str] = field(default_factory=list)
    """The JavaScript that it was sent."""

    def run_javascript(self, code: str) -> None:
        self.told.append(code)


@pytest.mark.parametrize(('say', 'values', 'said'), [
    (protocol.re_authenticate, (), 'reAuthenticate()'),
    (protocol.current_as_of, (7,), 'currentAsOf(7)'),
    (protocol.clear_cache, (), 'clearCache()'),
    (protocol.renew_cookie, (), 'renewCookie()'),
    (protocol.ends_never, (), 'endsIn(null)'),
    (partial(protocol.ends_in, may_stay=True), (timedelta(seconds=1.5), timedelta(minutes=1)),
     'endsIn(1500, 60000, true)'),
])
def test_what_the_server_says_is_a_word_that_the_page_exports(say: Any, values: tuple[Any, ...], said: str) -> None:
    page: Any = BrowserPage()

    say(page, *values)

    assert page.told == [f'window.liveSessions?.{said}']  # a page whose modules have failed has none
    assert re.search(rf'\b{said.partition("(")[0]}\b', EXPORTED)


def test_a_page_is_loaded_anew_also_if_its_modules_have_failed() -> None:
    page: Any = BrowserPage()

    protocol.reload(page)

    assert page.told == ['location.reload()']
