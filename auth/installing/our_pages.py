"""The pages that come with an app. Only this module looks up to ``pages/``, so that an author needs no list of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType

Frame = Callable[[], AbstractContextManager[object] | None]
"""Builds what stands around a page: before it, or around where a ``with`` block of it is."""


def our_pages() -> ModuleType:
    """Return the package of our pages; loaded when an app is installed, because it loads NiceGUI."""
    import pages  # noqa: PLC0415

    return pages
