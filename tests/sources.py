"""Source code, for tests that read it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

TRIES = 10


@cache
def parsed(file: Path) -> ast.Module:
    """Parse a file of source code.

    Python 3.11 now and then takes its own count of how deep it is for wrong, in a process that has run much else: a
    SystemError, and no fault of the file.
    """
    source = file.read_text(encoding='utf-8')
    for _ in range(TRIES - 1):
        try:
            return ast.parse(source)
        except SystemError:
            continue
    return ast.parse(source)
