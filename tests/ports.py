"""Ports that nobody uses."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Find a port that nobody uses now."""
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return probe.getsockname()[1]
