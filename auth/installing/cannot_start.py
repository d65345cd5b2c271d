"""Why an app can't be served."""

from __future__ import annotations


class CannotStart(Exception):
    """The app can't be served. Its text is one sentence for whoever has started it."""
