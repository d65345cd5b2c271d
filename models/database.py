"""What the store needs of a database, of whatever kind: connections, its change feed, and a way to be migrated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import Connection, Executable

from .executor import Executor
from .feed import ChangeFeed

UPGRADE = 'uv run python -m auth database upgrade'


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

    @abstractmethod
    def writing(self) -> Executor:
        """Connections for transactions."""

    @abstractmethod
    def reading(self) -> Executor:
        """Connections to read with; each statement sees the newest commit."""

    @abstractmethod
    def feed(self) -> ChangeFeed:
        """What tells of committed changes."""

    @abstractmethod
    def why_silent(self) -> str:
        """Tell why its server does not answer; nothing if it does, or if there is none. Blocks."""

    @abstractmethod
    def create(self, *, beside: bool = False) -> None:
        """Make an empty database if there is none, where that can be done. Blocks.

        :param beside: whether it may be another program's
        :raises CannotOpenStore: if there can be none
        """

    def scrub(self) -> None:  # noqa: B027 (a server sees to that by itself)
        """Take off the disk what was deleted and still stands in a log, where that can be done; not while others are at
        it. Blocks."""

    @abstractmethod
    def back_up(self, target: Path, without: Collection[str]) -> None:
        """Write a backup into an empty file, without the rows of some tables. Blocks.

        :raises CannotOpenStore: if that can't be done
        """

    @abstractmethod
    def restore(self, source: Path, without: Collection[str]) -> None:
        """Read a backup into this database, which has to be empty, without the rows of some tables where that can be
        told. Blocks.

        :raises CannotOpenStore: if that can't be done
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
