"""Whether the server is about to stop. uvicorn tells an app only when all is answered."""

from __future__ import annotations

import signal

import uvicorn


def is_stopping() -> bool:
    """Tell whether uvicorn was told to stop: it has put itself where the signal to do so arrives."""
    server = getattr(signal.getsignal(signal.SIGTERM), '__self__', None)
    return isinstance(server, uvicorn.Server) and server.should_exit
