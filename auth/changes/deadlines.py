"""When sessions end with nobody acting: a heap of the next end of each client."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from datetime import UTC, datetime

from ..rules.clients import ClientView

ENDS_KEPT = 10_000
"""How many ends are kept before those of clients that no tab shows are dropped; the sweeper finds these, later."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Deadlines:
    """Knows for each client when the next of its sessions ends."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, str]] = []  # of a client, only the end in _expected counts
        self._expected: dict[str, datetime] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def expect(self, client: ClientView, now: datetime) -> None:
        """Expect the next end of a client, unless an earlier one is expected."""
        end = client.next_end(now)
        if end is not None and end < self._expected.get(client.id, _NEVER):
            self._expected[client.id] = end
            heapq.heappush(self._heap, (end, client.id))

    def pop_due(self, now: datetime) -> set[str]:
        """Return the clients whose end has come; their next one has to be expected again."""
        due: set[str] = set()
        while self._heap and self._heap[0][0] <= now:
            end, client_id = heapq.heappop(self._heap)
            if self._expected.get(client_id) == end:
                del self._expected[client_id]
                due.add(client_id)
        return due

    def seconds_to_next(self, now: datetime, *, at_most: float) -> float:
        """How long to wait for the next end."""
        if not self._heap:
            return at_most
        return min(at_most, max(0.0, (self._heap[0][0] - now).total_seconds()))

    def prune(self, shown: Collection[str]) -> None:
        """Drop the ends of clients that no tab shows, once there are too many.

        :param shown: the ids of those that some tab shows
        """
        if len(self._heap) > max(ENDS_KEPT, 2 * len(shown)):
            self._expected = {client_id: end for client_id, end in self._expected.items() if client_id in shown}
            self._heap = [(end, client_id) for client_id, end in self._expected.items()]
            heapq.heapify(self._heap)
