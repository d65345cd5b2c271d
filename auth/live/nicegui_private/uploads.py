# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""What happens to files that a ``ui.upload`` has received.

Private: ``ui.upload.handle_uploads``, which NiceGUI keeps for itself and for tests.
Public way: ``on_upload``, whose handlers are called whoever sends the files.
Guarded by tests/auth/test_nicegui_private.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from nicegui import ui

_ADDRESS = re.compile(r'/_nicegui/client/([0-9a-f-]{36})/upload/\d+')

_handle_uploads = ui.upload.handle_uploads


def page_of(path: str) -> str | None:
    """The id of the page to which an address takes files; None if it is no such address."""
    found = _ADDRESS.fullmatch(path)
    return found and found[1]


def check_uploads(check: Callable[[ui.upload], AbstractAsyncContextManager[None]]) -> None:
    """Have the handlers of each upload called within a check, which refuses by raising.

    :param check: is given the element that has received the files, all of them
    """
    async def checked(upload: ui.upload, files: list[Any]) -> None:
        async with check(upload):
            await _handle_uploads(upload, files)

    ui.upload.handle_uploads = checked  # pyright: ignore[reportAttributeAccessIssue]
