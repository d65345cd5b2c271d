# pyright: reportPrivateUsage=false
"""The scripts that browsers were asked to run, and whose answers are awaited.

Private: ``JavaScriptRequest._instances``.
Public way: none; whoever awaits ``ui.run_javascript`` goes on with the answer, also when its page was taken away.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

from nicegui.javascript_request import JavaScriptRequest


def awaited_scripts() -> frozenset[str]:
    """The ids of the scripts whose answers are awaited, of all pages."""
    return frozenset(JavaScriptRequest._instances)
