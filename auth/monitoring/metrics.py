"""What is counted while it happens. Whatever can be looked up is not: it is read when somebody asks (``gauges``)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

PREFIX = 'live_sessions'
OUTCOMES = ('signed_in', 'signed_up', 'code_mailed', 'wrong', 'limited', 'busy', 'refused', 'unavailable', 'error')
"""What becomes of an attempt to sign in or up. Refused is also a form with a mistake, or a disabled account."""

REASONS = ('signed_out', 'revoked', 'expired', 'abandoned', 'replaced', 'account_deleted')
"""Why sessions end: the name of the audit event."""

_FAST = (.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5)
_WAITS = (.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one server, in a registry of their own: what other parts of an app count is not ours to show."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.sign_ins = Counter(
            'sign_ins', 'Attempts to sign in or up at this process, by what became of them.', ['outcome'],
            namespace=PREFIX, registry=self.registry)
        self.sessions_ended = Counter(
            'sessions_ended', 'Sessions that this process has ended, by the reason.', ['reason'],
            namespace=PREFIX, registry=self.registry)
        self.push_delay = Histogram(
            'push_delay_seconds', 'From a commit until the tabs of this process that it concerns were told.',
            namespace=PREFIX, registry=self.registry, buckets=_FAST)
        self.hash_wait = Histogram(
            'hash_wait_seconds', 'How long a password waited for its turn to be hashed.',
            namespace=PREFIX, registry=self.registry, buckets=_WAITS)
        self.loop_lag = Histogram(
            'event_loop_lag_seconds', 'How late the event loop was for a call that was due.',
            namespace=PREFIX, registry=self.registry, buckets=_FAST)
        self.store_refusals = Counter(
            'store_refusals', 'Acts that the store could not do because it was away, locked or could not be written.',
            namespace=PREFIX, registry=self.registry)
        for outcome in OUTCOMES:  # so that a rate begins at none, and not at the first
            self.sign_ins.labels(outcome)
        for reason in REASONS:
            self.sessions_ended.labels(reason)
