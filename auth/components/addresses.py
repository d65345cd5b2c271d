"""Addresses of pages of this site, as a browser needs them."""

from __future__ import annotations

from nicegui import ui

from ..requests.base import base_of


def address_of(path: str) -> str:
    """The path of a page or a file of this site with what stands before it where the site does not begin at ``/``.

    For ``href``, ``src`` and the like of plain elements. ``ui.link`` and ``ui.navigate.to`` take the path itself.

    :raises RuntimeError: outside of a page
    """
    return base_of(ui.context.client.request.scope) + path
