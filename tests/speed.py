"""How much faster than usual everything times out on a server that is started for tests of faults."""

from __future__ import annotations

from dataclasses import replace

from auth.timing import DEFAULT_TIMING, Timing


def timing_at(speed: float) -> Timing:
    """Give the times of a server that is so many times faster.

    Its tabs are lost half as fast: on a busy machine a browser may take half a second to answer where nothing is at
    fault. And it looks at its store as often as usual, which takes most of what it does while nobody visits it.
    """
    slower = max(1.0, speed / 2)
    return replace(DEFAULT_TIMING.faster(speed), look_seconds=DEFAULT_TIMING.look_seconds,
                   ping_seconds=DEFAULT_TIMING.ping_seconds / slower,
                   deaf_after_seconds=DEFAULT_TIMING.deaf_after_seconds / slower)
