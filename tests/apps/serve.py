"""Serves the app as ``main.py`` does, and faster if the environment says so."""

from __future__ import annotations

import os

import main
from auth.credentials.passwords import Passwords
from tests.programs import CHEAP_PASSWORDS, SPEED
from tests.speed import timing_at


def serve() -> None:
    """Serve until stopped."""
    passwords = Passwords(memory_kib=8, time_cost=1) if os.environ.get(CHEAP_PASSWORDS) else None
    main.main(timing_at(float(os.environ.get(SPEED) or 1)), passwords)


if __name__ == '__main__':
    serve()
