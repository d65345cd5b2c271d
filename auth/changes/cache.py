"""What this process knows of clients, and when that may be believed.

A client is known from a read of the store until a change of it is told. What was read while a change came in between is
not kept: it may be the state before the change. Whoever asks tells by the clock which of its sessions have ended.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..rules.clients import ClientView

KNOWN_CLIENTS = 20_000
"""How many clients are kept in memory; about 1 KiB each."""


@dataclass(eq=False)
class Reading:
    """A read of clients that is under way."""

    client_ids: frozenset[str]
    overtaken: set[str] = field(default_factory=set[str])
    """Those that have changed since it began: what it finds of them may be the state before the change."""


class ClientCache:
    """The clients that were read last, for as long as they may be believed.

    :param keeps: False remembers nothing, where changes are told too late to rely on what was read before
    :param limit: how many clients are kept; those used least recently are dropped
    """

    def __init__(self, *, keeps: bool = True, limit: int = KNOWN_CLIENTS) -> None:
        self._keeps = keeps
        self._limit = limit
        self._known: OrderedDict[str, ClientView] = OrderedDict()
        self._readings: list[Reading] = []

    def __len__(self) -> int:
        return len(self._known)

    def get(self, client_id: str) -> ClientView | None:
        """Return what is known of a client; None if it has to be read."""
        client = self._known.get(client_id)
        if client is not None:
            self._known.move_to_end(client_id)
        return client

    @contextmanager
    def reading(self, client_ids: Collection[str]) -> Generator[Reading]:
        """Note which of these clients change while they are read in this block."""
        reading = Reading(frozenset(client_ids))
        self._readings.append(reading)
        try:
            yield reading
        finally:
            self._readings.remove(reading)

    def remember(self, reading: Reading, found: Mapping[str, ClientView]) -> None:
        """Keep what a read has found, but for what was overtaken by a change; call it right after the read."""
        if not self._keeps:
            return
        for client_id, client in found.items():
            if client_id not in reading.overtaken:
                self._known[client_id] = client
                self._known.move_to_end(client_id)
        while len(self._known) > self._limit:
            self._known.popitem(last=False)

    def forget(self, client_ids: Iterable[str]) -> None:
        """These clients have changed."""
        for client_id in client_ids:
            self._known.pop(client_id, None)
        for reading in self._readings:
            reading.overtaken.update(reading.client_ids.intersection(client_ids))

    def forget_all(self) -> None:
        """Any client may have changed."""
        self._known.clear()
        for reading in self._readings:
            reading.overtaken.update(reading.client_ids)
