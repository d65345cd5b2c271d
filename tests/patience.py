"""How long tests wait for what only has to happen at all."""

from __future__ import annotations

PATIENCE_SECONDS = 40
"""For a machine that has much else to do. Whatever is promised to happen sooner is timed where it is promised."""
