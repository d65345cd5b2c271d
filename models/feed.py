"""The change feed: how a process hears that a row some tab shows has changed, whoever changed it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """What was committed since the feed was last asked."""

    client_ids: frozenset[str] = field(default_factory=frozenset[str])
    """The clients concerned: their row, one of their sessions, or the user of one of their sessions changed."""
    user_ids: frozenset[str] = field(default_factory=frozenset[str])
    """The users concerned, for whoever lists users, or what a user has; also those who are signed in nowhere."""
    missed: bool = False
    """Some changes can't be told any more: read everything again."""


class FeedLost(Exception):
    """The store can't be heard at the moment; what is known of it may be wrong."""


class ChangeFeed(ABC):
    """Tells which clients and users were concerned by committed changes.

    ``take`` is cheap enough to be called before every decision; ``wait`` is for the one task that waits for news.
    """

    exact: bool
    """Whether ``take`` has seen every commit that was made before the call, by whatever process.

    If not, nothing that was read before may be taken for the state of now.
    """

    heard_at: float
    """Every commit made before this moment (of ``time.monotonic()``) has been told by ``take``, or is about to be."""

    @abstractmethod
    async def open(self) -> None:
        """Begin to hear; once, before anything is taken. Where it can't at first, it goes on trying."""

    @abstractmethod
    def take(self) -> Changes:
        """Return what was committed since the last call, without waiting and without blocking the event loop.

        :raises FeedLost: if the store can't be heard
        """

    @abstractmethod
    async def wait(self, timeout_seconds: float) -> None:
        """Wait until there may be something to take, or until the time is up."""

    @abstractmethod
    def wake(self) -> None:
        """Let ``wait`` return at once."""

    @abstractmethod
    def committed(self) -> None:
        """Say that this process has just committed, for a feed that would not see it at once by itself."""

    @abstractmethod
    async def close(self) -> None:
        """Give back what the feed holds."""
