"""Who wants to know when something of a user changes: lists of users, sessions and events."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .tab import Tab

Subscriber = Callable[[Collection[str] | None], None]
"""Called with the ids of the users of whom something changed, and notes of rows; None is any of them."""


class Subscriptions:
    """The subscribers of each open tab."""

    def __init__(self) -> None:
        self._by_tab: dict[Tab, list[Subscriber]] = {}

    def subscribe(self, tab: Tab, subscriber: Subscriber) -> Callable[[], None]:
        """Call a subscriber within a tab whenever something of some user has changed, until the tab closes.

        :return: call it to unsubscribe sooner
        """
        self._by_tab.setdefault(tab, []).append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._by_tab.get(tab, ()):
                self._by_tab[tab].remove(subscriber)

        return unsubscribe

    def publish(self, user_ids: Collection[str] | None) -> None:
        """Tell all subscribers that something of these users has changed; None is any of them."""
        for tab, subscribers in list(self._by_tab.items()):
            with tab.page:
                for subscriber in list(subscribers):
                    tab.attempt(subscriber, user_ids)

    def drop(self, tab: Tab) -> None:
        """Unsubscribe all of a tab that has closed."""
        self._by_tab.pop(tab, None)
