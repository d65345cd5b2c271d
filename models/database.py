"""What the store needs of a database, of whatever kind: connections, its change feed, and a way to be migrated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import Connection, Engine, Executable

from .feed import ChangeFeed

UPGRADE = 'uv run python -m auth database upgrade'


HangUp = Callable[[], None]


class CannotOpenStore(Exception):
    """The database can't be created or opened; the message says what to do."""


def in_one_line(error: BaseException | None) -> str:
    """What a driver says of an error, for the log or for a sentence."""
    return ' '.join(str(error).split())


class Database(ABC):
    """One kind of database, at one address."""

    name: str
    """How to call it in a message; never with a password."""

    pruning: Sequence[Executable] = ()
    """What to run now and then, to delete what nobody needs any more."""

    writers: int
    """How many connections there are to write with; each has a thread of its own."""

    readers: int
    """The same to read with."""

    @abstractmethod
    def writing(self) -> Engine:
        """Connections for transactions, one for each thread that asks."""

    @abstractmethod
    def reading(self) -> Engine:
        """Connections to read with; each statement sees the newest commit."""

    def way_to_hang_up(self, connection: Connection) -> HangUp | None:
        """How to end, from another thread, what a connection waits for too long; None where nothing can be silent."""
        return None

    @abstractmethod
    def feed(self) -> ChangeFeed:
        """What tells of committed changes."""

    @abstractmethod
    def why_silent(self) -> str:
        """Tell why its server does not answer; nothing if it does, or if there is none. Blocks."""

    @abstractmethod
    def create(self) -> None:
        """Make an empty database if there is none, where that can be done. Blocks.

        :raises CannotOpenStore: if there can be none
        """

    @abstractmethod
    def close_to_others(self) -> None:
        """Keep it from the other users of this machine, where that is a matter of files. Blocks."""

    @abstractmethod
    def find(self) -> None:
        """See whether there is a database; changes nothing. Blocks.

        :raises CannotOpenStore: if there is none
        """

    @abstractmethod
    def connect(self, *, to_write: bool) -> AbstractContextManager[Connection]:
        """A connection within a transaction, for migrations: those that write take their turn. Blocks.

        :raises CannotOpenStore: if it can't be reached or used
        """
