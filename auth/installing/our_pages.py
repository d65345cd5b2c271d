"""The pages that come with an app. Only this module looks up to ``pages/``, so that an author needs no list of them."""

from __future__ import annotations

from types import ModuleType


def our_pages() -> ModuleType:
    """Return the package of our pages; loaded when an app is installed, because it loads NiceGUI."""
    import pages  # noqa: PLC0415

    return pages
