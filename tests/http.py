"""Clients of a server that may have much else to do: httpx would give up after five seconds."""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

import httpx

from tests.patience import PATIENCE_SECONDS

_trusted = cache(ssl.create_default_context)  # to read all certificates takes longer than most requests


def patient_client(**options: Any) -> httpx.AsyncClient:
    """Somebody who asks a server, with the options of ``httpx.AsyncClient``."""
    return httpx.AsyncClient(**{'timeout': PATIENCE_SECONDS, 'verify': _trusted(), **options})
