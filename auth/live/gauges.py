"""What of a running server is looked up for its metrics."""

from __future__ import annotations

from collections.abc import Sequence, Sized

from ..changes.sync import Sync
from ..credentials.turns import Turns
from ..monitoring.gauges import Gauge
from .tabs import Tabs


def gauges_of(tabs: Tabs, streams: Sized, sync: Sync, turns: Turns) -> Sequence[Gauge]:
    """The gauges of a server.

    :param tabs: those that are open
    :param streams: those of events that are open
    :param sync: whether they are true to the store
    :param turns: in which passwords are hashed
    """
    return (
        Gauge('tabs', 'Open tabs, by what they show; those whose connection is away at the moment are "away".',
              tabs.count_by_status, label='status'),
        Gauge('live_streams', 'Open streams of events (GET /v1/live).', lambda: len(streams)),
        Gauge('feed_age_seconds', 'How far the tabs of this process may be behind the store.',
              lambda: sync.age_seconds),
        Gauge('in_sync', 'Whether this process keeps up with the store; 0: its tabs show nothing private.',
              lambda: float(not sync.is_out_of_sync)),
        Gauge('hash_queue_waiting', 'Passwords that wait for their turn to be hashed.',
              lambda: turns.waiting),
        Gauge('hash_queue_running', 'Passwords that are being hashed.', lambda: turns.running),
    )
