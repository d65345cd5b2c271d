"""The change feed: tells a process that a row some tab shows has changed, whoever changed it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """What was committed since the feed was last drained."""

    client_ids: frozenset[str] = field(default_factory=frozenset[str])
    """The clients concerned: their row, one of their sessions, or the user of one of their sessions changed."""
    user_ids: frozenset[str] = field(default_factory=frozenset[str])
    """The users concerned, also those who are signed in nowhere: for lists of users, or of what a user has."""
    missed: bool = False
    """Some changes are lost: read everything again."""
    since: float | None = field(default=None, compare=False)
    """None of them was committed before this moment (of ``time.monotonic()``), if that is known."""


class FeedLost(Exception):
    """The feed is out of sync with the store: what this process knows of the store may be wrong."""


class ChangeFeed(ABC):
    """Tells which clients and users committed changes concern.

    ``drain`` is cheap enough to be called before every decision; ``wait`` is for the one task that follows the feed.
    """

    exact: bool
    """Whether ``drain`` returns every commit made before the call, by any process.

    If not, what was read before is never known to be current.
    """

    synced_at: float
    """Every commit made before this moment (of ``time.monotonic()``) has been drained, or will be by the next call."""

    @abstractmethod
    async def open(self) -> None:
        """Begin to follow the store; once, before the first ``drain``. Retries by itself if the store is away."""

    @abstractmethod
    def drain(self) -> Changes:
        """Return what was committed since the last call, without waiting and without blocking the event loop.

        :raises FeedLost: if the feed is out of sync
        """

    @abstractmethod
    async def wait(self, timeout_seconds: float) -> None:
        """Wait until there may be something to drain, or until the time is up."""

    @abstractmethod
    def wake(self) -> None:
        """Let ``wait`` return at once."""

    @abstractmethod
    def committed(self) -> None:
        """This process has just committed: wakes ``wait`` where the feed would notice only later."""

    @abstractmethod
    async def close(self) -> None:
        """Release the connection of the feed."""
