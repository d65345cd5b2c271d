"""Who is told when something of a user has changed."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from auth.live.subscriptions import Subscriptions
from auth.live.tab import Tab


class BrowserPage(nullcontext[None]):
    """A page that is open somewhere."""

    def run_javascript(self, code: str) -> None:
        pass


def new_tab() -> Tab:
    """A tab with a page."""
    page: Any = BrowserPage()
    return Tab(page)


def test_all_tabs_are_told_until_they_unsubscribe_or_close() -> None:
    subscriptions, told = Subscriptions(), list[Any]()
    left, right = new_tab(), new_tab()
    unsubscribe = subscriptions.subscribe(left, lambda users: told.append(('left', users)))
    subscriptions.subscribe(right, lambda users: told.append(('right', users)))

    subscriptions.publish({'user_ann'})
    unsubscribe()
    unsubscribe()  # once more does no harm
    subscriptions.publish(None)
    subscriptions.drop(right)
    subscriptions.publish(None)

    assert told == [('left', {'user_ann'}), ('right', {'user_ann'}), ('right', None)]


def test_a_subscriber_that_fails_keeps_nobody_from_being_told() -> None:
    subscriptions, told, tab = Subscriptions(), list[Any](), new_tab()
    subscriptions.subscribe(tab, lambda _: 1 // 0)
    subscriptions.subscribe(tab, told.append)

    subscriptions.publish({'user_ann'})

    assert told == [{'user_ann'}]
