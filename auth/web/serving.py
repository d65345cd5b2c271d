"""Serving an app with uvicorn, with its limits: how many connections, and how long each may take."""

from __future__ import annotations

import socket

import uvicorn
from websockets import http11

from ..requests.asgi import App
from ..settings import Settings
from ..timing import Timing
from .accepting import Server
from .descriptors import connections_in_all, raise_limit
from .http_protocol import MAX_HEADER_BYTES, Http
from .websocket_protocol import WebSocket


def serve(app: App, settings: Settings, listener: socket.socket, timing: Timing) -> None:
    """Serve an app until the process is told to stop."""
    raise_limit()
    if hasattr(socket, 'TCP_USER_TIMEOUT'):  # connections inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(timing.unread_seconds * 1000))
    http11.MAX_LINE_LENGTH = MAX_HEADER_BYTES  # or a browser with 8 KiB of cookies would get pages, but no websocket
    http = type('Http', (Http,), {'seconds': settings.request_seconds, 'timing': timing})
    websocket = type('WebSocket', (WebSocket,), {'timing': timing})
    config = uvicorn.Config(
        app, http=http, ws=websocket, log_level='warning', log_config=None, access_log=False, server_header=False,
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # it would keep 34 KiB for every open tab, and messages are small
        proxy_headers=False,  # the gateway reads what they say
        timeout_graceful_shutdown=3)
    Server(config, listener, connections_in_all(), timing).run()
