# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Headers, footers and drawers of pages, each of which NiceGUI puts around the content and beside the page.

Private: the name ``require_top_level_layout`` in ``nicegui.elements.header``, ``.footer`` and ``.drawer``, which
refuses them anywhere but in the content of the tab, and the handler with which a drawer asks whether it is open.
Public way: ``with ui.context.client.content:``; what is built there stays when another page is shown.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from nicegui import ui
from nicegui.helpers import require_top_level_layout

from .sub_pages import HookedSubPages

MODULES = tuple(f'nicegui.elements.{name}' for name in ('header', 'footer', 'drawer'))
_CHECK = 'require_top_level_layout'


def let_pages_have_layout_parts() -> None:
    """Let a guarded page have them as a ``@ui.page`` has; they leave with it."""
    for module in MODULES:
        setattr(import_module(module), _CHECK, _take_or_refuse)


def remove_layout_parts(place: HookedSubPages) -> None:
    """Remove those of the page that is shown in a place."""
    handlers = place.client.connect_handlers
    for part in place.layout_parts:
        handlers[:] = [handler for handler in handlers if not _is_of(handler, part)]
        if not getattr(part, 'is_deleted', True):  # it has none if it could not even be built
            part.delete()
    place.layout_parts.clear()


def _take_or_refuse(part: ui.element) -> None:
    place = ui.context.slot.parent
    if isinstance(place, HookedSubPages):
        place.layout_parts.append(part)
    else:
        require_top_level_layout(part)


def _is_of(handler: Callable[..., Any], part: ui.element) -> bool:
    """Whether a drawer asks by it; without the drawer, the question would be an error in the browser."""
    return inspect.isfunction(handler) and inspect.getclosurevars(handler).nonlocals.get('self') is part
