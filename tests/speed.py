"""How much faster than usual everything times out on a server that is started for tests of faults."""

from __future__ import annotations

from dataclasses import replace

from auth.timing import DEFAULT_TIMING, Timing

LOOK_SECONDS = 0.05
"""To look at its store is most of what a server does while nobody visits it, and several wait for the next test."""


def timing_at(speed: float) -> Timing:
    """Give the times of a server that is so many times faster.

    Its tabs are lost half as fast: on a busy machine a browser may take half a second to answer where nothing is at
    fault.
    """
    slower = max(1.0, speed / 2)
    return replace(DEFAULT_TIMING.faster(speed), look_seconds=LOOK_SECONDS,
                   ping_seconds=DEFAULT_TIMING.ping_seconds / slower,
                   deaf_after_seconds=DEFAULT_TIMING.deaf_after_seconds / slower)
