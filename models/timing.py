"""How long the store and its change feed wait; handed in, so that tests of faults need not take as long as faults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StoreTiming:
    """The times of the store, in seconds. Those of everything above it are added by ``auth.timing.Timing``."""

    lock_seconds: float = 2.0
    """How long a write waits for another process's write before the person is told to try again."""

    migration_lock_seconds: float = 30.0
    """How long to wait for another process that is migrating."""

    start_seconds: float = 30.0
    """How long a process that starts waits for a database server that does not answer yet."""

    start_pause_seconds: float = 0.5
    """Between two attempts to reach it."""

    connect_seconds: float = 3.0
    """How long to wait for a connection to PostgreSQL. libpq knows whole seconds, and two of them at least."""

    answer_seconds: float = 3.0
    """A connection to PostgreSQL that was not given back in this time is hung up: the network or the server is gone."""

    statement_seconds: float = 5.0
    """PostgreSQL gives a statement or an idle transaction up after this long: a process that can't be reached any more
    must not keep rows locked."""

    beat_seconds: float = 1.0
    """How often the feed of PostgreSQL notifies itself. Once that arrives, everything committed before has arrived."""

    silence_seconds: float = 3.0
    """Without a beat for this long the feed is out of sync."""

    reconnect_seconds: tuple[float, ...] = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6)
    """Before each next attempt to reconnect the feed; the last one is repeated."""

    look_seconds: float = 0.02
    """How often to look for commits of other processes to SQLite. A look takes 3 µs and bounds how late they are
    seen."""

    file_check_seconds: float = 0.5
    """How often to see whether the file at the path is still the one that is open: others may write to a new one."""


DEFAULT_TIMING = StoreTiming()
