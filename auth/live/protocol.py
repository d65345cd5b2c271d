# pyright: reportUnknownMemberType=false
"""What the server says to a tab; static/live/connection.js hears it. docs/tab-protocol.md draws who says what when.

A word is said as a script, which NiceGUI sends after the updates that wait and in order with all it has sent before.
"""

from __future__ import annotations

from datetime import timedelta

from nicegui import Client as Page

FIRST_EPOCH = 0
"""Of a tab that has not lost the server since its page was asked for; the tab counts, see static/live/connection.js."""


def re_authenticate(page: Page) -> None:
    """Have the tab show its cookie in an HTTP request: it may gain something, which is never pushed."""
    _say(page, 'reAuthenticate()')


def current_as_of(page: Page, epoch: int) -> None:
    """Tell the tab that it was sent all that changed up to an epoch of its own; it may show what is private again."""
    _say(page, f'currentAsOf({epoch})')


def ends_in(page: Page, left: timedelta, warning: timedelta, *, may_stay: bool) -> None:
    """Tell the tab when its session ends if nobody does anything; it counts down at last.

    :param left: how long that is from now
    :param warning: how long it counts down
    :param may_stay: whether activity moves the end
    """
    _say(page, f'endsIn({left.total_seconds() * 1000:.0f}, {warning.total_seconds() * 1000:.0f}, '
               f'{"true" if may_stay else "false"})')


def ends_never(page: Page) -> None:
    """Tell the tab that it shows no session which could end."""
    _say(page, 'endsIn(null)')


def clear_cache(page: Page) -> None:
    """Have the browser drop its cache. A sign-out over the socket has no answer whose header could tell it to."""
    _say(page, 'clearCache()')


def renew_cookie(page: Page) -> None:
    """Have the browser get its cookie again, which lives as long as it is of use now. See ``clear_cache``."""
    _say(page, 'renewCookie()')


def reload(page: Page) -> None:
    """Have the page loaded anew, also if its modules have failed."""
    page.run_javascript('location.reload()')


def _say(page: Page, words: str) -> None:
    page.run_javascript(f'window.liveSessions?.{words}')
