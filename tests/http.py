"""Clients of a server that may have much else to do: httpx would give up after five seconds."""

from __future__ import annotations

from typing import Any

import httpx

from tests.patience import PATIENCE_SECONDS


def patient_client(**options: Any) -> httpx.AsyncClient:
    """Somebody who asks a server, with the options of ``httpx.AsyncClient``."""
    return httpx.AsyncClient(timeout=PATIENCE_SECONDS, **options)
