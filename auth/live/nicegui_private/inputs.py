# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""What a ``ui.input`` is made as.

Private: none by name, but ``ui.input.__init__`` is wrapped, for which there is no hook.
Public way: none; the elements of each page would have to be searched after it was built.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from nicegui import ui


def on_password_input(told: Callable[[ui.input], None]) -> None:
    """Tell of each ``ui.input`` that is made for a password."""
    make = ui.input.__init__

    @wraps(make)
    def making(self: ui.input, *given: Any, **named: Any) -> None:
        make(self, *given, **named)
        if is_password(self):
            told(self)

    ui.input.__init__ = making  # pyright: ignore[reportAttributeAccessIssue]


def is_password(element: ui.element) -> bool:
    """Whether an element of Quasar's hides what is typed into it."""
    return isinstance(element, ui.input) and element.props.get('type') == 'password'
