"""Below which path an API is: as usual, unless the settings put it elsewhere for the sake of an app's own."""

from __future__ import annotations

USUAL_PREFIX = '/v1'
"""Of the Frontend API."""


def is_below(path: str, prefix: str) -> bool:
    """Tell whether a path is the prefix or below it."""
    return path == prefix or path.startswith(f'{prefix}/')


def moved(path: str, before: str, after: str) -> str:
    """The same path below another prefix; one that is not below the first stays as it is."""
    return after + path[len(before):] if is_below(path, before) else path
